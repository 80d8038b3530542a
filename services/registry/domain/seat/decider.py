"""The guard of posts that only one person can hold: a seat, one stream `seat-<kind>-<scope>-<id>` each.

Two posts are two streams, so neither sees the other; both write the seat, which knows the post that occupies it. A
station has one head and one deputy (domain §4.0 W02), an enterprise one liaison (一企一联络员, domain §4.3 Y18).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.registry.domain.vocabulary import Id, PostKind, PostScope
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import Command, DomainEvent


class TakeSeat(Command):
    """Occupy the seat for a post that is being assigned."""

    post_id: Id


class VacateSeat(Command):
    """Free the seat of a post that is being left."""

    post_id: Id


class SeatTaken(DomainEvent):
    """The seat has a holder. Private: others learn it from PostAssigned."""

    type = "seat-taken"

    post_id: str


class SeatVacated(DomainEvent):
    """The seat is free. Private: others learn it from PostLeft."""

    type = "seat-vacated"

    post_id: str


SeatCommand = TakeSeat | VacateSeat


@dataclass(frozen=True, slots=True)
class SeatState:
    """The post that occupies the seat, if any."""

    post_id: str | None = None


def seat_of(kind: PostKind, scope: PostScope, scope_id: str) -> str | None:
    """The identity of the seat that such a post occupies; None for a kind that several people hold at once."""
    single = kind in ("station_head", "deputy_head") or (kind == "liaison" and scope == "unit")
    return f"{kind}-{scope}-{scope_id}" if single else None


def decide(command: SeatCommand, state: SeatState) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `post-already-held`."""
    match command:
        case TakeSeat() if state.post_id is None:
            return [SeatTaken(post_id=command.post_id)]
        case TakeSeat() if state.post_id != command.post_id:
            raise Refused(
                "post-already-held",
                f"the post has a holder already, under {state.post_id}",
                remedy="end the present holder's time in the post first",
            )
        case VacateSeat() if state.post_id == command.post_id:
            return [SeatVacated(post_id=command.post_id)]
        case _:
            return []


def evolve(state: SeatState, event: DomainEvent) -> SeatState:
    match event:
        case SeatTaken():
            return SeatState(event.post_id)
        case SeatVacated():
            return SeatState()
        case _:
            return state


SEAT: Decider[SeatCommand, SeatState] = Decider(
    stream_type="seat",
    initial=SeatState(),
    decide=decide,
    evolve=evolve,
    events=(SeatTaken, SeatVacated),
)
