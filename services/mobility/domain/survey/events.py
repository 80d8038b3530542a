"""What happened in a survey. Who answered what is in the stream, for corrections, and in no read model."""

from datetime import datetime

from services.mobility.domain.form.items import Answers, Items
from services.mobility.domain.survey.results import SurveyResults
from shared.kernel.event import DomainEvent


class SurveyEvent(DomainEvent):
    """Which one, and whose."""

    survey_id: str
    body_id: str


class SurveyOpened(SurveyEvent):
    """A body asks. `organisation_ids` are the parties that care for those who are asked, and answer for them."""

    type = "survey-opened"

    title: str
    items: Items
    form_id: str | None
    form_version: int | None
    asked: int
    organisation_ids: tuple[str, ...]
    closes_at: datetime
    opened_at: datetime


class SurveyAsked(SurveyEvent):
    """These are asked; some of all, so that no message has thousands of names."""

    type = "survey-asked"

    member_ids: tuple[str, ...]
    closes_at: datetime


class SurveyAnswered(SurveyEvent):
    """Takes the place of what the member had answered before."""

    type = "survey-answered"

    member_id: str
    branch_id: str
    answers: Answers
    entered_by: str
    answered_at: datetime


class SurveyClosed(SurveyEvent):
    """Nothing is added to it any more; these are the results."""

    type = "survey-closed"

    results: SurveyResults
    closed_at: datetime


class SurveyResultsOut(SurveyEvent):
    """These, who were asked, can know the results."""

    type = "survey-results-out"

    member_ids: tuple[str, ...]
    closes_at: datetime


class SurveyWithdrawn(SurveyEvent):
    """The body takes it back; nothing that was answered is counted or shown."""

    type = "survey-withdrawn"

    text: str
    withdrawn_by: str
    withdrawn_at: datetime


class SurveyTakenBack(SurveyEvent):
    """These, who were asked, need not answer any more."""

    type = "survey-taken-back"

    member_ids: tuple[str, ...]
    closes_at: datetime
