"""失联 as one kind of stream, `lost-contact-<member id>` (domain §1.4): timers propose, a named body decides.

After six months without contact the branch's committee is asked to stop the membership (of a probationary member: to
cancel the qualification), two years after a stop to remove. Who comes back in between is restored by a decision, too.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.mobility.domain.lost_contact.commands import LossCommand, MarkProposalOverdue, ProposeLoss
from services.mobility.domain.lost_contact.decide import decide
from services.mobility.domain.lost_contact.events import (
    ContactLost,
    ContactRestored,
    LossDecided,
    LossProposalOverdue,
    LossProposed,
    SearchEnded,
    SearchLogged,
)
from services.mobility.domain.lost_contact.state import Loss, stop_at
from shared.kernel.decider import Decider
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

PROPOSE: Final = "propose"
OVERDUE: Final = "decide"


def evolve(state: Loss, event: DomainEvent) -> Loss:
    match event:
        case ContactLost():
            return Loss(event, "searching", stop_at(event))
        case SearchLogged():
            return replace(state, searches=state.searches | {event.search_id})
        case LossProposed():
            return replace(state, proposed=event, overdue=False, next_at=None)
        case LossProposalOverdue():
            return replace(state, overdue=True)
        case ContactRestored():
            if state.status == "searching":
                return replace(state, status="back", proposed=None, next_at=None)
            return replace(state, proposed=None, next_at=None)
        case SearchEnded():
            return replace(state, status="ended", proposed=None, next_at=None)
        case LossDecided():
            return _after(state, event)
        case _:
            return state


def _after(state: Loss, event: LossDecided) -> Loss:
    done = replace(state, proposed=None, next_at=event.ask_again_at)
    if not event.agreed:
        return done
    match event.proposal:
        case "stop_membership":
            return replace(done, status="stopped", stopped_on=event.decided_on)
        case "cancel_qualification":
            return replace(done, status="cancelled")
        case "remove":
            return replace(done, status="removed")
        case "restore":
            return replace(done, status="back")


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case ContactLost():
            return [ArmTimer(PROPOSE, stop_at(event))]
        case LossProposed():
            return [CancelTimer(PROPOSE), ArmTimer(OVERDUE, event.escalate_at)]
        case LossProposalOverdue():
            return [CancelTimer(OVERDUE)]
        case ContactRestored() | SearchEnded():
            return [CancelTimer(PROPOSE), CancelTimer(OVERDUE)]
        case LossDecided():
            again = event.ask_again_at
            return [CancelTimer(OVERDUE), CancelTimer(PROPOSE) if again is None else ArmTimer(PROPOSE, again)]
        case _:
            return []


def on_timer(timer: DueTimer) -> LossCommand:
    if timer.name == PROPOSE:
        return ProposeLoss(due_at=timer.due_at, now=timer.now)
    return MarkProposalOverdue(due_at=timer.due_at)


LOST_CONTACT: Decider[LossCommand, Loss] = Decider(
    stream_type="lost-contact",
    initial=Loss(),
    decide=decide,
    evolve=evolve,
    events=(ContactLost, SearchLogged, LossProposed, LossProposalOverdue, LossDecided, ContactRestored, SearchEnded),
    timers=timers,
    on_timer=on_timer,
)
