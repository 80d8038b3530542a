"""What members who are away are asked (征求意见), and that it can be known what came of it. Answers are never published."""

from datetime import datetime

from shared.contracts.mobility import MobilityEvent


class SurveyAsked(MobilityEvent, aggregate="survey", key="survey_id"):
    """A body asks these members, among others; `closes_at` is the last moment for an answer."""

    survey_id: str
    body_id: str
    member_ids: tuple[str, ...]
    closes_at: datetime


class SurveyResultsOut(MobilityEvent, aggregate="survey", key="survey_id"):
    """The survey has closed; these members, among others, had been asked."""

    survey_id: str
    body_id: str
    member_ids: tuple[str, ...]
    closes_at: datetime


class SurveyTakenBack(MobilityEvent, aggregate="survey", key="survey_id"):
    """The body has withdrawn its questions before `closes_at`; these members, among others, had been asked."""

    survey_id: str
    body_id: str
    member_ids: tuple[str, ...]
    closes_at: datetime
