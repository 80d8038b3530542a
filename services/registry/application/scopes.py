"""What posts, relations and records are about: whether there is such a thing, still, and who answers for it."""

from typing import Any, Final

from services.registry.application.closing import arrived
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.place.decider import PLACE
from services.registry.domain.station.decider import STATION
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.vocabulary import Scope
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused

_DECIDERS: Final[dict[Scope, Decider[Any, Any]]] = {
    "station": STATION,
    "organisation": ORGANISATION,
    "unit": UNIT,
    "member": MEMBER,
    "site": PLACE,
    "platform": PLACE,
    "grid": PLACE,
    "group": PLACE,
    "team": PLACE,
    "cluster": PLACE,
}
_STANDS: Final = {"open", "active", "operating"}


async def require(unit: UnitOfWork, scope: Scope, scope_id: str, where: str = "scope_id") -> Any:
    """The state of it. Raises `Refused` (`place-unknown`) unless it stands; it does so still at the commit."""
    decider = _DECIDERS[scope]
    if scope == "station" or scope == "organisation":
        state = await arrived(unit, scope, scope_id)
    else:
        state = await unit.state(decider, scope_id)
    if scope == "member":
        stands = state.is_admitted and state.left_on is None
    else:
        stands = state.status in _STANDS and (decider is not PLACE or state.kind == scope)
    if not stands:
        raise Refused(
            "place-unknown",
            f"there is no {scope} {scope_id}, or no longer",
            remedy="name one that exists and was not closed",
            where=where,
        )
    return state


def organisation_of(scope: Scope, scope_id: str, state: Any) -> str:
    """The organisation that answers for it; empty for a unit, for which no organisation does."""
    return scope_id if scope == "organisation" else str(getattr(state, "organisation_id", ""))


def area_of(state: Any) -> str:
    """The place where it is; empty for what is nowhere."""
    return str(getattr(state, "area_code", None) or getattr(getattr(state, "facts", None), "area_code", None) or "")
