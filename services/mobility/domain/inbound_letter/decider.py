"""非建库转入 as one kind of stream, `inbound-letter-<id of the letter>`: one case per letter, with one holder and a due time.

The member belongs to the place that sent them until the receiving committee has them on our roll (domain T3); then the
receipt goes back, on paper, within a month (domain T8). Silence goes to the superior, and the case stays where it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from services.mobility.domain.dues import check_dues
from services.mobility.domain.inbound_letter.commands import (
    AcceptLetter,
    LetterCommand,
    MarkSilent,
    RegisterLetter,
    RejectLetter,
    SendReceipt,
)
from services.mobility.domain.inbound_letter.events import (
    LetterAccepted,
    LetterRegistered,
    LetterRejected,
    LetterSilent,
    ReceiptSent,
)
from services.mobility.domain.transfer.policy import RECEIPT_MONTHS
from services.mobility.domain.transfer.refusals import reason_missing
from shared.kernel.calendar import add_months, local_date
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.question import Question, silence_at
from shared.kernel.timer import ArmTimer, CancelTimer, TimerChange

SILENT: Final = "inbound-letter-silence"
_OF_THE_ACT: Final = {"registered_at", "due_at", "superior_id"}

Status = Literal["unknown", "registered", "accepted", "rejected", "completed"]


@dataclass(frozen=True, slots=True)
class InboundLetter:
    """One letter; `question` is what its holder has to do by when, None once nobody has to do anything."""

    status: Status = "unknown"
    registered: LetterRegistered | None = None
    question: Question | None = None
    last: LetterAccepted | LetterRejected | ReceiptSent | None = None


def decide(command: LetterCommand, state: InboundLetter) -> Sequence[DomainEvent]:
    """Errors: `letter-unknown`, `letter-registered`, `letter-expired`, `letter-<status>`, `not-the-body`,
    `member-not-entered`, `branch-elsewhere`, `reason-missing`, `receipt-date`.
    """
    if isinstance(command, RegisterLetter):
        return _register(command, state)
    if state.registered is None:
        raise NotFound("letter-unknown", "no such letter is registered here", remedy="register the letter first")
    whose = state.registered.model_dump(include={"letter_id", "committee_id"})
    match command:
        case AcceptLetter():
            due_at = add_months(command.accepted_at, RECEIPT_MONTHS)
            accepted = LetterAccepted.model_validate(whose | command.model_dump() | {"due_at": due_at})
            return _accept(command, accepted, state)
        case RejectLetter():
            rejected = LetterRejected.model_validate(whose | command.model_dump())
            if _repeated(state, rejected):
                return []
            _holds(state, "registered", command.rejected_by)
            if not command.text:
                raise reason_missing("text")
            return [rejected]
        case SendReceipt():
            sent = ReceiptSent.model_validate(whose | command.model_dump())
            if _repeated(state, sent):
                return []
            _holds(state, "accepted", command.sent_by)
            if command.sent_on > local_date(command.sent_at):
                raise Invalid(
                    "receipt-date", "that day is still to come", remedy="give the day it left", where="sent_on"
                )
            return [sent]
        case MarkSilent():
            if state.question is None or not state.question.silent(command.due_at):
                return []
            told = {name: value for name, value in state.question.told.items() if name != "body_id"}
            return [LetterSilent.model_validate(whose | told)]


def _register(command: RegisterLetter, state: InboundLetter) -> Sequence[DomainEvent]:
    registered = LetterRegistered(**command.model_dump())
    if state.registered is not None:
        if state.registered.model_dump(exclude=_OF_THE_ACT) == registered.model_dump(exclude=_OF_THE_ACT):
            return []
        raise Refused(
            "letter-registered",
            f"{state.registered.committee_id} has registered this letter",
            remedy=f"ask {state.registered.committee_id}; one letter is one case",
        )
    check_dues(command.dues_paid_to, command.registered_at, "dues_paid_to")
    if command.valid_until < local_date(command.registered_at):
        raise Refused(
            "letter-expired",
            f"the letter was valid until {command.valid_until}",
            remedy="ask the committee that issued it for a new one; the member is theirs until then",
        )
    return [registered]


def _accept(command: AcceptLetter, accepted: LetterAccepted, state: InboundLetter) -> Sequence[DomainEvent]:
    if _repeated(state, accepted):
        return []
    _holds(state, "registered", command.accepted_by)
    if command.branch_committee_id != accepted.committee_id:
        raise Refused(
            "branch-elsewhere",
            f"{command.branch_id} does not belong to {accepted.committee_id}",
            remedy="name one of its branches",
            where="branch_id",
        )
    if command.roll_branch_id != command.branch_id:
        raise Refused(
            "member-not-entered",
            f"the roll does not have {command.member_id} in {command.branch_id}",
            remedy="enter the member in the registry first, in that branch; if it was a moment ago, try again",
            where="member_id",
        )
    return [accepted]


def _repeated(state: InboundLetter, event: LetterAccepted | LetterRejected | ReceiptSent) -> bool:
    """Whether the same was said before, at whatever time."""
    when = {"accepted_at", "due_at", "rejected_at", "sent_at"}
    last = state.last
    return type(last) is type(event) and last.model_dump(exclude=when) == event.model_dump(exclude=when)


def _holds(state: InboundLetter, status: Status, by: str) -> None:
    if state.status != status or state.question is None:
        raise Refused(
            f"letter-{state.status}",
            f"the letter is at: {state.status}",
            remedy="look up what has been done about it",
        )
    state.question.check_body(by)


def evolve(state: InboundLetter, event: DomainEvent) -> InboundLetter:
    match event:
        case LetterRegistered():
            return InboundLetter("registered", event, Question(event.committee_id, event.due_at, event.superior_id))
        case LetterAccepted() if state.registered is not None:
            asked = Question(event.committee_id, event.due_at, state.registered.superior_id)
            return replace(state, status="accepted", question=asked, last=event)
        case LetterRejected():
            return replace(state, status="rejected", question=None, last=event)
        case ReceiptSent():
            return replace(state, status="completed", question=None, last=event)
        case LetterSilent() if state.question is not None:
            return replace(state, question=replace(state.question, overdue=True))
        case _:
            return state


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case LetterRegistered() | LetterAccepted():
            return [ArmTimer(SILENT, silence_at(event.due_at))]
        case LetterRejected() | ReceiptSent() | LetterSilent():
            return [CancelTimer(SILENT)]
        case _:
            return []


INBOUND_LETTER: Decider[LetterCommand, InboundLetter] = Decider(
    stream_type="inbound-letter",
    initial=InboundLetter(),
    decide=decide,
    evolve=evolve,
    events=(LetterRegistered, LetterAccepted, LetterRejected, ReceiptSent, LetterSilent),
    timers=timers,
    on_timer=lambda timer: MarkSilent(due_at=timer.due_at),
)
