"""《流动党员活动证》: issued, entered, reviewed once a year, given back; `card-<card id>` (domain §1.2). It costs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from shared.kernel.calendar import local_date
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.event import Command, DomainEvent

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
    text: str | None = Field(default=None, min_length=1, max_length=500)
    reviewed_by: str
    reviewed_at: AwareDatetime


class EndCard(Command):
    """Given back, or lost (a new one has a new number)."""

    reason: Literal["returned", "lost"]
    ended_by: str
    ended_at: AwareDatetime


CardCommand = IssueCard | EnterCard | ReviewCard | EndCard


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


class MobileCardReviewed(CardEvent):
    """The review of a year; one that was not passed says why, and the card stays valid until somebody decides."""

    type = "mobile-card-reviewed"

    year: int
    passed: bool
    text: str | None
    reviewed_by: str
    reviewed_at: datetime


class MobileCardEnded(CardEvent):
    """The card is not valid any more."""

    type = "mobile-card-ended"

    reason: Literal["returned", "lost"]
    ended_by: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """One card."""

    issued: MobileCardIssued | None = None
    entries: frozenset[str] = frozenset()
    reviews: dict[int, bool] = field(default_factory=dict)
    ended: str | None = None

    @property
    def valid(self) -> MobileCardIssued:
        """Errors: `card-unknown`, `card-ended`."""
        if self.issued is None:
            raise NotFound("card-unknown", "there is no such card", remedy="check its id")
        if self.ended is not None:
            raise Refused("card-ended", f"the card was {self.ended}", remedy="issue a new one")
        return self.issued


def decide(command: CardCommand, state: Card) -> Sequence[DomainEvent]:
    """Errors: `card-exists`, `sessions-missing`, `reviewed-already`, `reviewed-early`, `text-missing`, and of `valid`."""
    if isinstance(command, IssueCard):
        if state.issued is None:
            return [MobileCardIssued(**command.model_dump())]
        raise Refused("card-exists", "another card has this id", remedy="choose a new id")
    if isinstance(command, EndCard) and state.ended == command.reason:
        return []
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
            return [CardEntered(**whose, **command.model_dump())]
        case ReviewCard():
            return _review(command, state, whose)
        case EndCard():
            return [MobileCardEnded(**whose, **command.model_dump())]


def _review(command: ReviewCard, state: Card, whose: dict[str, str]) -> Sequence[DomainEvent]:
    if command.year in state.reviews:
        if state.reviews[command.year] == command.passed:
            return []
        raise Refused("reviewed-already", f"the card was reviewed for {command.year}", remedy="review the next year")
    if command.year > local_date(command.reviewed_at).year:
        raise Invalid("reviewed-early", "that year has not begun", remedy="review it when it has", where="year")
    if not command.passed and command.text is None:
        raise Invalid("text-missing", "say why it was not passed", remedy="in words", where="text")
    return [MobileCardReviewed.model_validate(whose | command.model_dump())]


def evolve(state: Card, event: DomainEvent) -> Card:
    match event:
        case MobileCardIssued():
            return Card(event)
        case CardEntered():
            return replace(state, entries=state.entries | {event.entry_id})
        case MobileCardReviewed():
            return replace(state, reviews={**state.reviews, event.year: event.passed})
        case MobileCardEnded():
            return replace(state, ended=event.reason)
        case _:
            return state


CARD: Decider[CardCommand, Card] = Decider(
    stream_type="card",
    initial=Card(),
    decide=decide,
    evolve=evolve,
    events=(MobileCardIssued, CardEntered, MobileCardReviewed, MobileCardEnded),
)
