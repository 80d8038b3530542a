"""What can be said in the appraisal of one member's year, and by whom."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.mobility.domain.care_terms import PartyRole
from services.mobility.domain.form.items import Answers, Items
from shared.kernel.event import Command
from shared.kernel.sealed import SealedWords

Grade = Literal["excellent", "qualified", "basically_qualified", "unqualified"]
"""优秀、合格、基本合格、不合格 (domain §1.8)."""

Turn = Literal["origin", "station", "destination", "body"]
"""Whose turn it is: a side's, or the body's that decides."""


class Side(BaseModel):
    """One of the two organisations; `superior_id` hears of its silence, and may then speak for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: PartyRole
    organisation_id: str
    superior_id: str | None


class Standard(BaseModel):
    """The version of a form that answers are given to, with its items as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form_id: str
    form_version: int
    items: Items


class OpenAppraisal(Command):
    """The year of a member in care is appraised by both sides up to `due_at`."""

    appraisal_id: str
    care_id: str
    member_id: str
    year: int = Field(ge=2000, le=9999)
    standard: Standard
    of_bodies: Standard
    sides: tuple[Side, Side]
    body_id: str
    superior_id: str | None
    since_year: int
    due_at: AwareDatetime
    opened_by: str
    opened_at: AwareDatetime


class Appraise(Command):
    """What one side says of the member. Again, before the other side has spoken, is a correction."""

    role: PartyRole
    grade: Grade
    answers: Answers
    text: SealedWords
    appraised_by: str
    person_id: str
    appraised_at: AwareDatetime
    decide_by: AwareDatetime


class AppraiseBody(Command):
    """What the member says of one side; never entered by that side. Again is a correction."""

    role: PartyRole
    answers: Answers
    entered_by: str
    said_at: AwareDatetime


class DecideAppraisal(Command):
    """The body's result, who signs, and why."""

    grade: Grade
    text: SealedWords
    decided_by: str
    person_id: str
    decided_at: AwareDatetime


class MarkAppraisalOverdue(Command):
    """Made by a timer that was set for `due_at`."""

    turn: Turn
    due_at: AwareDatetime


AppraisalCommand = OpenAppraisal | Appraise | AppraiseBody | DecideAppraisal | MarkAppraisalOverdue
