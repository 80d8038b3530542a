"""How a mechanism is switched off, and under which name."""

import dataclasses
from collections.abc import Callable
from typing import Any

MUTATIONS: dict[str, Callable[[], None]] = {}
_REPLACED: list[tuple[Any, str, Any]] = []


def mutation(function: Callable[[], None]) -> Callable[[], None]:
    MUTATIONS[function.__name__.replace("_", "-")] = function
    return function


def replace(owner: Any, name: str, value: Any) -> None:
    """Replace something that exists: a mutation of what was renamed must not pass for one."""
    assert hasattr(owner, name)
    _REPLACED.append((owner, name, getattr(owner, name)))
    _put(owner, name, value)


def restore() -> None:
    """Put everything back: for who tries several in one process."""
    while _REPLACED:
        _put(*_REPLACED.pop())


def _put(owner: Any, name: str, value: Any) -> None:
    if dataclasses.is_dataclass(owner) and not isinstance(owner, type):
        object.__setattr__(owner, name, value)  # a frozen value
    else:
        setattr(owner, name, value)


def claim_off(name: str, *statements: str) -> None:
    """A claim that nobody can lose: step by step, and as parts of the one statement."""
    from shared.eventstore.postgres import claims, one_statement, store
    from shared.eventstore.postgres import statements as sql

    async def nobody_loses(*_: Any) -> dict[int, Exception]:
        return {}

    taken = [getattr(sql, statement) for statement in statements]
    texts = {str(getattr(statement, "text", statement)) for statement in taken}
    original = one_statement.parts_of

    def parts_of(*group: Any) -> Any:
        parts = original(*group)
        return parts and [dataclasses.replace(part, wanted=None) if part.statement in texts else part for part in parts]

    replace(claims, name, nobody_loses)
    replace(store, "parts_of", parts_of)
