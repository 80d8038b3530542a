"""The guard of how many posts there may be, or should be, of one sort: a seat, one stream `seat-<what>` each.

Two posts are two streams, so neither sees the other; both write the seat, which knows the posts that occupy it. So the
commit refuses the second station head (domain W02), the second liaison of an enterprise (一企一联络员, Y18), the sixth
organisation of an instructor who can look after five (§1.7); and whoever leaves a post finds all that hangs on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.registry.domain.post.kinds import KINDS
from services.registry.domain.seat.commands import (
    MarkVacancyOverdue,
    SeatCommand,
    SetStrength,
    TakeSeat,
    VacateSeat,
)
from services.registry.domain.seat.events import SeatTaken, SeatVacated, StaffingChanged, VacancyOverdue
from services.registry.domain.vocabulary import PostKind, PostScope
from shared.kernel.calendar import end_of_day, local_date
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, TimerChange

_OVERDUE: Final = "overdue"


@dataclass(frozen=True, slots=True)
class SeatState:
    """The posts that occupy the seat, in the order in which they took it, and how it is staffed where that is watched."""

    posts: tuple[str, ...] = ()
    staffing: StaffingChanged | None = None
    overdue: bool = False


def seat_of(kind: PostKind, scope: PostScope, scope_id: str) -> str | None:
    """The identity of the seat that such a post occupies; None for a kind whose holders nobody counts."""
    return f"{kind}-{scope}-{scope_id}" if KINDS[kind].guarded_at(scope) else None


def load_of(person_id: str) -> str:
    """The seat of all that an instructor looks after."""
    return f"load-{person_id}"


def representing(scope: PostScope, scope_id: str, represents_id: str) -> str:
    """The seat that a member unit or organisation has in a committee."""
    return f"representing-{scope}-{scope_id}-{represents_id}"


def hanging_on(post_id: str) -> str:
    """The seat of the posts that hang on a post."""
    return f"under-{post_id}"


def tied_to(identity: str) -> str:
    """The seat of the posts and relations of a member, or of those at a unit or place: whoever ends these ends what is tied to
    them, and so has to know of what comes in the same moment. Stations and organisations are marked instead (`domain.closing`).
    """
    return f"tied-{identity}"


def decide(command: SeatCommand, state: SeatState) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `post-already-held`, `too-many-posts`."""
    match command:
        case TakeSeat() if command.post_id not in state.posts:
            _check_room(command, state)
            taken = SeatTaken(post_id=command.post_id)
            return [taken, *_staffing(state, len(state.posts) + 1, command.at)]
        case VacateSeat() if command.post_id in state.posts:
            vacated = SeatVacated(post_id=command.post_id)
            return [vacated, *_staffing(state, len(state.posts) - 1, command.at)]
        case SetStrength():
            return _set(command, state)
        case MarkVacancyOverdue():
            return _overdue(command, state)
        case _:
            return []


def _check_room(command: TakeSeat, state: SeatState) -> None:
    if command.most is None or len(state.posts) < command.most:
        return
    if command.most == 1:
        raise Refused(
            "post-already-held",
            f"the post has a holder already, under {state.posts[0]}",
            remedy="end the present holder's time in the post first",
        )
    raise Refused(
        "too-many-posts",
        f"{len(state.posts)} such posts are held already, and {command.most} is the most",
        remedy="choose somebody else, or end one of them first",
    )


def _set(command: SetStrength, state: SeatState) -> Sequence[DomainEvent]:
    facts = command.model_dump(exclude={"at"})
    before = state.staffing
    if before is not None and before.model_dump(include=set(facts)) == facts:
        return []
    # Vacant for as long as before, but what was asked for just now is due from now on.
    wanted = StaffingChanged(**facts, held=len(state.posts), vacant_since=None, due_at=None, changed_at=command.at)
    since = before.vacant_since if before else None
    return [_staffed(wanted, len(state.posts), since or command.at, command.at)]


def _staffing(state: SeatState, held: int, at: datetime) -> Sequence[DomainEvent]:
    before = state.staffing
    if before is None:
        return []
    return [_staffed(before, held, before.vacant_since or at, at)]


def _staffed(wanted: StaffingChanged, held: int, since: datetime, at: datetime) -> StaffingChanged:
    changed = {"held": held, "changed_at": at, "vacant_since": None, "due_at": None}
    if held < wanted.least:
        due_at = wanted.due_at or end_of_day(local_date(at) + timedelta(days=wanted.alert_days))
        changed |= {"vacant_since": since, "due_at": due_at}
    return wanted.model_copy(update=changed)


def _overdue(command: MarkVacancyOverdue, state: SeatState) -> Sequence[DomainEvent]:
    now = state.staffing
    if now is None or now.due_at != command.due_at or state.overdue:
        return []  # filled in the meantime
    return [VacancyOverdue(**now.model_dump(include=set(VacancyOverdue.model_fields)))]


def evolve(state: SeatState, event: DomainEvent) -> SeatState:
    match event:
        case SeatTaken():
            return replace(state, posts=(*state.posts, event.post_id))
        case SeatVacated():
            return replace(state, posts=tuple(one for one in state.posts if one != event.post_id))
        case StaffingChanged():
            same = state.staffing is not None and state.staffing.due_at == event.due_at
            return replace(state, staffing=event, overdue=state.overdue and same)
        case VacancyOverdue():
            return replace(state, overdue=True)
        case _:
            return state


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    if not isinstance(event, StaffingChanged):
        return []
    return [CancelTimer(_OVERDUE) if event.due_at is None else ArmTimer(_OVERDUE, event.due_at)]


SEAT: Decider[SeatCommand, SeatState] = Decider(
    stream_type="seat",
    initial=SeatState(),
    decide=decide,
    evolve=evolve,
    events=(SeatTaken, SeatVacated, StaffingChanged, VacancyOverdue),
    timers=timers,
    on_timer=lambda timer: MarkVacancyOverdue(due_at=timer.due_at),
)
