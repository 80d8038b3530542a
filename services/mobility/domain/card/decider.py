"""《流动党员活动证》: issued, entered, reviewed once a year, given back; `card-<card id>` (domain §1.2). It costs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from pydantic import AwareDatetime, Field

from services.mobility.domain.card.times import check_month, check_year
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.question import Question, silence_at
from shared.kernel.sealed import SealedWords
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

SILENT: Final = "card-return-silence"

EntryKind = Literal["arrival", "dues", "attendance", "leaving"]


class IssueCard(Command):
    """The branch fills it in and issues it, the committee stamps it."""

    card_id: str
    member_id: str
    departure_id: str
    branch_id: str
    committee_id: str
    card_number: str
    issued_by: str
    issued_at: AwareDatetime


class EnterCard(Command):
    """The inflow branch enters arrival, dues of a month, attendance in a month, or what the member leaves with."""

    entry_id: str
    kind: EntryKind
    month: str = Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")
    sessions: int | None = Field(default=None, ge=0, le=1000)
    entered_by: str
    entered_at: AwareDatetime


class ReviewCard(Command):
    """年审, once a year, together with 民主评议."""

    year: int = Field(ge=2000, le=9999)
    passed: bool
    text: SealedWords | None = None
    reviewed_by: str
    reviewed_at: AwareDatetime


class EndCard(Command):
    """Given back, or lost (a new one has a new number)."""

    reason: Literal["returned", "lost"]
    ended_by: str
    ended_at: AwareDatetime


class AskReturn(Command):
    """The departure has ended, and the card has to come back to the branch by then; nobody is punished for a late one."""

    due_at: AwareDatetime
    asked_at: AwareDatetime


class MarkReturnOverdue(Command):
    """Made by a timer that was set for `due_at`."""

    due_at: AwareDatetime


CardCommand = IssueCard | EnterCard | ReviewCard | EndCard | AskReturn | MarkReturnOverdue


class CardEvent(DomainEvent):
    """Which card, and whose."""

    card_id: str
    member_id: str


class MobileCardIssued(CardEvent):
    """The card exists under its number."""

    type = "mobile-card-issued"

    departure_id: str
    branch_id: str
    committee_id: str
    card_number: str
    issued_by: str
    issued_at: datetime


class CardEntered(CardEvent):
    """One line in the card. `sessions` counts 组织生活 of that month."""

    type = "card-entered"

    entry_id: str
    kind: EntryKind
    month: str
    sessions: int | None
    entered_by: str
    entered_at: datetime
    dues_paid_to: str | None = None
    """Of dues: the last month that is paid now. An earlier release did not say it, and meant the month."""


class MobileCardReviewed(CardEvent):
    """The review of a year; one that was not passed says why, and the card stays valid until somebody decides."""

    type = "mobile-card-reviewed"

    year: int
    passed: bool
    text: SealedWords | None
    reviewed_by: str
    reviewed_at: datetime


class MobileCardEnded(CardEvent):
    """The card is not valid any more."""

    type = "mobile-card-ended"

    reason: Literal["returned", "lost"]
    ended_by: str
    ended_at: datetime


class CardReturnAsked(CardEvent):
    """In the queue of the branch that issued it, until it is given back or reported lost."""

    type = "card-return-asked"

    body_id: str
    superior_id: str
    due_at: datetime
    asked_at: datetime


class CardReturnOverdue(CardEvent):
    """It has not come back; the committee that stamped it knows."""

    type = "card-return-overdue"

    body_id: str
    superior_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """One card."""

    issued: MobileCardIssued | None = None
    entries: frozenset[str] = frozenset()
    dues_paid_to: str | None = None
    reviews: dict[int, bool] = field(default_factory=dict)
    ended: str | None = None
    to_return: Question | None = None

    @property
    def valid(self) -> MobileCardIssued:
        """Errors: `card-unknown`, `card-ended`."""
        if self.issued is None:
            raise NotFound("card-unknown", "there is no such card", remedy="check its id")
        if self.ended is not None:
            raise Refused("card-ended", f"the card was {self.ended}", remedy="issue a new one")
        return self.issued


def decide(command: CardCommand, state: Card) -> Sequence[DomainEvent]:
    """Errors: `card-exists`, `sessions-missing`, `reviewed-already`, `text-missing`, of `times` and of `valid`."""
    if isinstance(command, IssueCard):
        if state.issued is None:
            return [MobileCardIssued(**command.model_dump())]
        raise Refused("card-exists", "another card has this id", remedy="choose a new id")
    if isinstance(command, EndCard) and state.ended == command.reason:
        return []
    if isinstance(command, AskReturn | MarkReturnOverdue):
        return _return(command, state)
    issued = state.valid
    whose = {"card_id": issued.card_id, "member_id": issued.member_id}
    match command:
        case EnterCard():
            if command.entry_id in state.entries:
                return []
            if (command.kind == "attendance") != (command.sessions is not None):
                raise Invalid(
                    "sessions-missing",
                    "attendance is entered with the number of sessions, and nothing else is",
                    remedy="give `sessions` for attendance only",
                    where="sessions",
                )
            check_month(command.month, command.entered_at, dues=command.kind == "dues")
            paid = max(filter(None, (state.dues_paid_to, command.month))) if command.kind == "dues" else None
            return [CardEntered(**whose, **command.model_dump(), dues_paid_to=paid)]
        case ReviewCard():
            return _review(command, state, issued)
        case EndCard():
            return [MobileCardEnded(**whose, **command.model_dump())]


def _return(command: AskReturn | MarkReturnOverdue, state: Card) -> Sequence[DomainEvent]:
    issued, asked = state.issued, state.to_return
    if issued is None or state.ended is not None:
        return []
    whose = {"card_id": issued.card_id, "member_id": issued.member_id}
    if isinstance(command, AskReturn):
        sides = {"body_id": issued.branch_id, "superior_id": issued.committee_id}
        return [CardReturnAsked.model_validate(whose | sides | command.model_dump())] if asked is None else []
    if asked is None or not asked.silent(command.due_at):
        return []
    return [CardReturnOverdue.model_validate(whose | asked.told)]


def _review(command: ReviewCard, state: Card, issued: MobileCardIssued) -> Sequence[DomainEvent]:
    if command.year in state.reviews:
        if state.reviews[command.year] == command.passed:
            return []
        raise Refused("reviewed-already", f"the card was reviewed for {command.year}", remedy="review the next year")
    check_year(command.year, issued.issued_at, command.reviewed_at)
    if not command.passed and command.text is None:
        raise Invalid("text-missing", "say why it was not passed", remedy="in words", where="text")
    whose = {"card_id": issued.card_id, "member_id": issued.member_id}
    return [MobileCardReviewed.model_validate(whose | command.model_dump())]


def evolve(state: Card, event: DomainEvent) -> Card:
    match event:
        case MobileCardIssued():
            return Card(event)
        case CardEntered():
            entries = state.entries | {event.entry_id}
            if event.kind != "dues":
                return replace(state, entries=entries)
            return replace(state, entries=entries, dues_paid_to=event.dues_paid_to or event.month)
        case MobileCardReviewed():
            return replace(state, reviews={**state.reviews, event.year: event.passed})
        case CardReturnAsked():
            return replace(state, to_return=Question(event.body_id, event.due_at, event.superior_id))
        case CardReturnOverdue() if state.to_return is not None:
            return replace(state, to_return=replace(state.to_return, overdue=True))
        case MobileCardEnded():
            return replace(state, ended=event.reason, to_return=None)
        case _:
            return state


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case CardReturnAsked():
            return [ArmTimer(SILENT, silence_at(event.due_at))]
        case CardReturnOverdue() | MobileCardEnded():
            return [CancelTimer(SILENT)]
        case _:
            return []


def on_timer(timer: DueTimer) -> CardCommand:
    return MarkReturnOverdue(due_at=timer.due_at)


CARD: Decider[CardCommand, Card] = Decider(
    stream_type="card",
    initial=Card(),
    decide=decide,
    evolve=evolve,
    events=(MobileCardIssued, CardEntered, MobileCardReviewed, CardReturnAsked, CardReturnOverdue, MobileCardEnded),
    timers=timers,
    on_timer=on_timer,
)
