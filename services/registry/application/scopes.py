"""The places that posts and records are at: whether there is such a place, and still."""

from typing import Any, Final

from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.station.decider import STATION
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.vocabulary import PostScope
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused

DECIDERS: Final[dict[PostScope, Decider[Any, Any]]] = {
    "station": STATION,
    "organisation": ORGANISATION,
    "unit": UNIT,
}
_STANDS: Final = {"open", "active", "operating"}


async def require_place(unit: UnitOfWork, scope: PostScope, scope_id: str, where: str = "scope_id") -> Any:
    """The state of the place. Raises `Refused` (`place-unknown`) unless it stands; it does so still at the commit."""
    state = await unit.state(DECIDERS[scope], scope_id)
    if state.status not in _STANDS:
        raise Refused(
            "place-unknown",
            f"there is no {scope} {scope_id}, or no longer",
            remedy="name one that exists and was not closed",
            where=where,
        )
    return state


def organisation_of(scope: PostScope, scope_id: str, state: Any) -> str:
    """The organisation that is responsible for the place; empty for a unit, which no organisation is."""
    if scope == "organisation":
        return scope_id
    return str(getattr(state, "organisation_id", ""))
