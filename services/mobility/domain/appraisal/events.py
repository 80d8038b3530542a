"""What happened in the appraisal of one member's year (双向评议)."""

from datetime import datetime

from services.mobility.domain.appraisal.commands import Grade, Side, Standard, Turn
from services.mobility.domain.care_terms import PartyRole
from services.mobility.domain.form.items import Answers
from shared.kernel.event import DomainEvent
from shared.kernel.sealed import SealedWords


class AppraisalEvent(DomainEvent):
    """Which one, and whose year."""

    appraisal_id: str
    care_id: str
    member_id: str


class AppraisalOpened(AppraisalEvent):
    """It lies with both sides."""

    type = "appraisal-opened"

    year: int
    standard: Standard
    of_bodies: Standard
    sides: tuple[Side, Side]
    body_id: str
    superior_id: str | None
    due_at: datetime
    opened_by: str
    opened_at: datetime


class SideAppraised(AppraisalEvent):
    """One side has spoken. Nobody is shown what it said until the other one has."""

    type = "side-appraised"

    role: PartyRole
    grade: Grade
    answers: Answers
    text: SealedWords
    appraised_by: str
    person_id: str
    appraised_at: datetime


class BothAppraised(AppraisalEvent):
    """Both sides have spoken; it lies with the body, and is open to all whom it concerns."""

    type = "both-appraised"

    body_id: str
    decide_by: datetime
    appraised_at: datetime


class BodyAppraised(AppraisalEvent):
    """What the member says of one side."""

    type = "body-appraised"

    role: PartyRole
    answers: Answers
    entered_by: str
    said_at: datetime


class AppraisalOverdue(AppraisalEvent):
    """A side has not spoken, or the body has not decided; its superior knows. It stays where it lies."""

    type = "appraisal-overdue"

    turn: Turn
    body_id: str
    superior_id: str
    due_at: datetime


class AppraisalDecided(AppraisalEvent):
    """The result of the year, by the body."""

    type = "appraisal-decided"

    year: int
    grade: Grade
    text: SealedWords
    decided_by: str
    person_id: str
    decided_at: datetime
