"""Closing what is empty, and arriving in what may be closed at that moment: see `domain.closing`."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from services.registry.domain.closing import Closable, KeepOpen, MarkForClosing
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.station.decider import STATION
from shared.eventstore.context import Cause
from shared.eventstore.executor import Executor
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused

_DECIDERS: Final[dict[Closable, Decider[Any, Any]]] = {"organisation": ORGANISATION, "station": STATION}

InUse = Callable[[UnitOfWork, str], Awaitable[bool]]
"""Whether anything is left in it, as far as it is committed."""


async def mark(
    executor: Executor, cause: Cause, scope: Closable, scope_id: str, in_use: InUse, expected: int | None
) -> int | None:
    """The first step, in a transaction of its own. Returns the version to be expected after it.

    What is in use, or has another version than the one asked for, is not marked: the second step refuses it.
    """

    async def job(unit: UnitOfWork) -> bool:
        version = await unit.version(_DECIDERS[scope], scope_id)
        if expected not in (None, version) or await in_use(unit, scope_id):
            return False
        return bool(await unit.handle(_DECIDERS[scope], scope_id, MarkForClosing(scope=scope, scope_id=scope_id)))

    marked = await executor.run(job, cause)
    return expected + 1 if marked and expected is not None else expected


async def require_marked(unit: UnitOfWork, scope: Closable, scope_id: str, in_use: InUse) -> None:
    """The second step's condition, to be asked before anything is counted. Raises `Refused` (`closing-interrupted`)."""
    state = await unit.state(_DECIDERS[scope], scope_id)
    if state.stands and not state.marked and not await in_use(unit, scope_id):
        raise Refused(
            "closing-interrupted",
            f"something was given to the {scope} {scope_id} in the same moment",
            remedy="look at what belongs to it now, and ask again",
        )


async def arrived(unit: UnitOfWork, scope: Closable, scope_id: str) -> Any:
    """The state of what something is about to be given to; whoever is closing it has to look again."""
    state = await unit.state(_DECIDERS[scope], scope_id)
    if state.marked:
        await unit.handle(_DECIDERS[scope], scope_id, KeepOpen(scope=scope, scope_id=scope_id))
    return state
