"""Surveys among members in care: tables and projection. There is no row of an answer; results come all at once."""

from sqlalchemy import Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.mobility.domain.survey.events import SurveyAnswered, SurveyClosed, SurveyOpened, SurveyWithdrawn
from services.mobility.projections.rows import RowOf
from services.mobility.projections.tables import VIEWS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange

SURVEYS = Table(
    "surveys",
    VIEWS,
    Column("survey_id", Text, primary_key=True),
    Column("body_id", Text, index=True),
    Column("title", Text),
    Column("items", JSONB),
    Column("form_id", Text),
    Column("form_version", Integer),
    Column("asked", Integer),
    Column("opened_at", DateTime(timezone=True)),
    Column("closes_at", DateTime(timezone=True)),
    Column("results", JSONB),
    Column("closed_at", DateTime(timezone=True)),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawal_text", Text),
    Column("version", Integer),
)

SURVEY_ORGANISATIONS = Table(
    "survey_organisations",
    VIEWS,
    Column("survey_id", Text, primary_key=True),
    Column("organisation_id", Text, primary_key=True, index=True),
)
"""Whose business it is: the body, and the parties that care for those who are asked."""

_SURVEY = RowOf(SURVEYS)


def _opened(event: SurveyOpened, fact: Fact) -> list[RowChange]:
    row = event.model_dump(exclude={"survey_id", "items", "organisation_ids"})
    items = [item.model_dump(mode="json") for item in event.items]
    whose = dict.fromkeys((event.body_id, *event.organisation_ids))
    return [
        _SURVEY.put(event, fact, **row, items=items),
        *(
            Put(
                SURVEY_ORGANISATIONS.name,
                (event.survey_id, one),
                {"survey_id": event.survey_id, "organisation_id": one},
            )
            for one in whose
        ),
    ]


def _closed(event: SurveyClosed, fact: Fact) -> list[RowChange]:
    return [_SURVEY.put(event, fact, results=event.results.model_dump(mode="json"), closed_at=event.closed_at)]


SURVEYS_PROJECTION = Projection(
    "surveys",
    2,
    (SURVEYS.name, SURVEY_ORGANISATIONS.name),
    {
        SurveyOpened: _opened,
        SurveyClosed: _closed,
        SurveyAnswered: _SURVEY.sets(),
        SurveyWithdrawn: _SURVEY.sets(withdrawn_at="withdrawn_at", withdrawal_text="text"),
    },
    {},
)
