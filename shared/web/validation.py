"""What pydantic found wrong with a request, told without repeating what was sent."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from shared.web.problem import FieldError, presentable

MAX_ERRORS: Final = 50
"""A hostile body can be wrong in ten thousand places; nobody reads more than the first few."""

_LOCATIONS: Final = frozenset({"body", "query", "path", "header", "cookie"})
_QUOTING: Final = frozenset({"union_tag_invalid", "uuid_parsing", "url_parsing", "timezone_offset", "assertion_error"})
_UNTOLD: Final = "the value is not acceptable here"


def field_errors(errors: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """The errors of pydantic as ours, the first `MAX_ERRORS` of them."""
    return [_field_error(error) for error, _ in zip(errors, range(MAX_ERRORS), strict=False)]


def json_pointer(parts: Sequence[int | str]) -> str:
    """RFC 6901. A key that the client made up is shortened and cleaned: it may be anything."""
    return "".join("/" + presentable(str(part), 64).replace("~", "~0").replace("/", "~1") for part in parts)


def _field_error(error: Mapping[str, Any]) -> FieldError:
    loc: tuple[int | str, ...] = tuple(error.get("loc", ()))
    location, inner = (str(loc[0]), loc[1:]) if loc and loc[0] in _LOCATIONS else ("body", loc)
    code = str(error.get("type", "invalid")).replace("_", "-")
    return FieldError(location=location, pointer=json_pointer(inner), code=code, detail=_detail(error))


def _detail(error: Mapping[str, Any]) -> str:
    """The message of pydantic or of a validator of ours, unless it quotes the input.

    Some do (an unknown union tag, an odd character of a UUID), so whatever contains any scalar of the input is
    replaced. Now and then that costs a harmless message which shares a word with the input; `code` still tells.
    """
    message = str(error.get("msg", _UNTOLD)).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if error.get("type") in _QUOTING or any(leaf in message for leaf in _leaves(error.get("input"))):
        return _UNTOLD
    return presentable(message)


def _leaves(value: Any, limit: int = 1000) -> Iterable[str]:
    """The scalars within a value as text, those long enough to tell anything; at most `limit` nodes are looked at."""
    waiting = [value]
    for _ in range(limit):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, Mapping):
            waiting += [*node.keys(), *node.values()]
        elif isinstance(node, (list, tuple, set)):
            waiting += list(node)
        elif node is not None and not isinstance(node, bool) and len(text := str(node).strip()) > 1:
            yield text
