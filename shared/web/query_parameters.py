"""What a query may name: the parameters that its route declares, each once.

FastAPI passes over a parameter that it does not know, and of one that comes twice the last counts. A filter with a slip of
the pen would then answer for everybody, and two readers of one address could take it for two different questions.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute


async def _refuse(request: Request) -> None:
    """Raises what becomes a problem with an entry under `errors` per parameter."""
    names = [name for name, _ in request.query_params.multi_items()]
    if names and (found := wrong_parameters(request.scope["route"], names)):
        raise RequestValidationError(found)


def wrong_parameters(route: APIRoute, names: Sequence[str]) -> list[dict[str, Any]]:
    """What is wrong with a query of these names, as FastAPI words it."""
    known = {field.alias for one in all_dependants(route.dependant) for field in one.query_params}
    found = []
    for name, times in sorted(Counter(names).items()):
        if name not in known:
            found.append(_error("unknown-parameter", name, "this route has no such parameter"))
        elif times > 1:
            found.append(_error("repeated-parameter", name, "this parameter is given more than once"))
    return found


def _error(code: str, name: str, said: str) -> dict[str, Any]:
    return {"type": code, "loc": ("query", name), "msg": said}


def all_dependants(dependant: Dependant) -> Iterator[Dependant]:
    """A route's dependencies, and theirs."""
    yield dependant
    for one in dependant.dependencies:
        yield from all_dependants(one)


DECLARED_ONLY: Final = Depends(_refuse)
"""Of a router: a request with any other parameter, or with one that comes twice, is refused (422)."""
