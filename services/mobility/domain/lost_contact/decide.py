"""What may be said of a lost contact (失联), and what is asked of whom: six months, a stop, two years (domain §1.4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from services.mobility.domain.lost_contact.commands import (
    DecideLoss,
    EndSearch,
    LogSearch,
    LossCommand,
    MarkProposalOverdue,
    ProposeLoss,
    ReportLoss,
    RestoreContact,
)
from services.mobility.domain.lost_contact.events import (
    ContactLost,
    ContactRestored,
    LossDecided,
    LossProposalOverdue,
    LossProposed,
    Proposal,
    SearchEnded,
    SearchLogged,
)
from services.mobility.domain.lost_contact.state import REMOVE_AFTER_MONTHS, STOP_AFTER_MONTHS, Loss, Status
from shared.kernel.calendar import add_months, end_of_day, local_date, start_of_day
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.question import silence_at

DECIDE_WITHIN: Final = timedelta(days=30)


def decide(command: LossCommand, state: Loss) -> Sequence[DomainEvent]:
    """No events when the command already took effect."""
    match command:
        case ReportLoss():
            return _report(command, state)
        case LogSearch():
            return _search(command, state)
        case ProposeLoss():
            return _propose(command, state)
        case MarkProposalOverdue():
            return _overdue(command, state)
        case DecideLoss():
            return _decide(command, state)
        case RestoreContact():
            return _restore(command, state)
        case EndSearch():
            return _end(command, state)


def _report(command: ReportLoss, state: Loss) -> Sequence[DomainEvent]:
    """Errors: `lost-already`, `lost-in-future`."""
    lost = ContactLost(**command.model_dump())
    if state.out_of_contact:
        at = {"reported_at", "superior_id"}
        if state.known.model_dump(exclude=at) == lost.model_dump(exclude=at):
            return []
        raise Refused("lost-already", "the member is recorded as lost", remedy="log the search there")
    if command.lost_since > local_date(command.reported_at):
        raise Invalid("lost-in-future", "that day is still to come", remedy="give the last day", where="lost_since")
    return [lost]


def _search(command: LogSearch, state: Loss) -> Sequence[DomainEvent]:
    """Errors: `not-lost`."""
    if command.search_id in state.searches:
        return []
    _require(state, "searching", "stopped")
    return [SearchLogged(member_id=state.known.member_id, **command.model_dump())]


def _require(state: Loss, *allowed: Status) -> None:
    _ = state.known
    if state.status not in allowed:
        raise Refused("not-lost", f"the case is at: {state.status}", remedy="look up what was decided")


def _propose(command: ProposeLoss, state: Loss) -> Sequence[DomainEvent]:
    if state.lost is None or state.proposed is not None or state.next_at != command.due_at:
        return []
    match state.status:
        case "searching":
            kind: Proposal = "cancel_qualification" if state.lost.probationary else "stop_membership"
        case "stopped":
            kind = "remove"
        case _:
            return []
    return [_proposal(state.lost, kind, command.now)]


def _proposal(lost: ContactLost, kind: Proposal, now: datetime) -> LossProposed:
    due_at = end_of_day(local_date(now + DECIDE_WITHIN))
    return LossProposed(
        member_id=lost.member_id,
        proposal=kind,
        branch_id=lost.branch_id,
        body_id=lost.committee_id,
        due_at=due_at,
        escalate_at=silence_at(due_at),
        proposed_at=now,
    )


def _overdue(command: MarkProposalOverdue, state: Loss) -> Sequence[DomainEvent]:
    question, proposed = state.question, state.proposed
    if proposed is None or question is None or not question.silent(command.due_at):
        return []
    about = proposed.model_dump(include={"member_id", "proposal", "branch_id"})
    return [LossProposalOverdue.model_validate(about | question.told)]


def _decide(command: DecideLoss, state: Loss) -> Sequence[DomainEvent]:
    """Errors: `nothing-proposed`, `not-the-body`, `not-searched`, `decided-later`."""
    lost, proposed = state.known, state.proposed
    if proposed is None or proposed.proposal != command.proposal:
        raise Refused(
            "nothing-proposed",
            "nobody has proposed this, so it cannot be decided",
            remedy="a proposal comes when its time is over: six months, and two years after a stop",
            where="proposal",
        )
    bodies = {lost.branch_id, lost.committee_id, lost.superior_id}
    if command.decided_by not in bodies or command.approved_by not in bodies - {lost.branch_id}:
        raise Refused(
            "not-the-body",
            f"{lost.branch_id} or above decides, {lost.committee_id} or above approves",
            remedy="name those bodies",
            where="decided_by",
        )
    if command.decided_on > local_date(command.decided_at) or command.decided_on < local_date(proposed.proposed_at):
        raise Invalid(
            "decided-another-day",
            "the decision is made after the proposal, and recorded when it was made",
            remedy="give the day of the decision",
            where="decided_on",
        )
    if command.agreed and command.proposal != "restore" and not state.searches:
        raise Refused(
            "not-searched", "no search is on record", remedy="try every way first and log it: it hurts a person"
        )
    again = _ask_again(command, state)
    decided = LossDecided(
        member_id=lost.member_id, branch_id=lost.branch_id, ask_again_at=again, **command.model_dump()
    )
    return [decided]


def _restore(command: RestoreContact, state: Loss) -> Sequence[DomainEvent]:
    """Errors: `not-lost`, `application-missing`, `restored-too-late`, `found-in-future`."""
    lost = state.known
    if state.proposed is not None and state.proposed.proposal == "restore":
        return []
    _require(state, "searching", "stopped")
    if command.restored_on > local_date(command.recorded_at) or command.restored_on < lost.lost_since:
        raise Invalid(
            "found-another-day", "that day is not between the loss and today", remedy="correct it", where="restored_on"
        )
    restored = ContactRestored(member_id=lost.member_id, branch_id=lost.branch_id, **command.model_dump())
    if state.status == "searching":
        return [restored]
    if command.application_document is None:
        raise Invalid(
            "application-missing",
            "after a stop it takes a written application",
            remedy="give the id of the document",
            where="application_document",
        )
    if state.stopped_on is not None and command.restored_on > add_months(state.stopped_on, REMOVE_AFTER_MONTHS):
        raise Refused(
            "restored-too-late",
            "two years have passed since the stop",
            remedy="the body decides about the removal and may decline it",
        )
    return [restored, _proposal(lost, "restore", command.recorded_at)]


def _end(command: EndSearch, state: Loss) -> Sequence[DomainEvent]:
    """Whom a committee took in has been seen there. A membership that was stopped comes back by a decision only."""
    over = ("searching",) if command.reason == "transferred" else ("searching", "stopped")
    if state.lost is None or state.status not in over:
        return []
    return [SearchEnded(member_id=state.lost.member_id, **command.model_dump())]


def _ask_again(command: DecideLoss, state: Loss) -> datetime | None:
    """When it comes up again: two years after the stop, also where restoring was declined; else half a year after a no."""
    if command.agreed and command.proposal != "stop_membership":
        return None
    stopped_on = command.decided_on if command.agreed else state.stopped_on
    if stopped_on is not None and command.proposal != "remove":
        return start_of_day(add_months(stopped_on, REMOVE_AFTER_MONTHS))
    return start_of_day(add_months(command.decided_on, STOP_AFTER_MONTHS))
