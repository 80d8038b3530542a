"""Campaigns, round by round, and the days on which units were surveyed: tables and projections."""

from sqlalchemy import Boolean, Column, Date, Integer, Table, Text

from services.registry.domain.campaign.events import CampaignBegun, CampaignDue, CampaignEnded, CampaignStopped
from services.registry.domain.unit.events import UnitSurveyed
from services.registry.projections.tables import VIEWS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange

CAMPAIGNS = Table(
    "campaigns",
    VIEWS,
    Column("campaign_id", Text, primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("kind", Text),
    Column("name", Text),
    Column("area_code", Text, index=True),
    Column("organisation_id", Text, index=True),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("target_percent", Integer),
    Column("notice_days", Integer),
    Column("repeats_months", Integer),
    Column("organisation_kind", Text),
    Column("source_document", Text),
    Column("status", Text),
    Column("expected_before", Integer),
    Column("done_before", Integer),
    Column("expected", Integer),
    Column("done", Integer),
    Column("reached", Boolean),
    Column("stopped_on", Date),
    Column("reason", Text),
    Column("version", Integer),
)
"""`status`: open, ended or stopped. The figures are those that were kept when the round ended."""

SURVEYS = Table(
    "unit_surveys",
    VIEWS,
    Column("uscc", Text, primary_key=True),
    Column("surveyed_on", Date, primary_key=True),
    Column("surveyed_by", Text),
)


def _round(event: CampaignBegun | CampaignDue | CampaignEnded | CampaignStopped, fact: Fact, **columns: object) -> Put:
    key = {"campaign_id": event.campaign_id, "round": event.round}
    return Put(CAMPAIGNS.name, tuple(key.values()), key | {"version": fact.version} | columns)


def _begun(event: CampaignBegun, fact: Fact) -> list[RowChange]:
    return [_round(event, fact, **event.model_dump(), status="open")]


def _due(event: CampaignDue, fact: Fact) -> list[RowChange]:
    return [_round(event, fact)]


def _ended(event: CampaignEnded, fact: Fact) -> list[RowChange]:
    kept = event.model_dump(include={"expected_before", "done_before", "expected", "done", "reached"})
    return [_round(event, fact, status="ended", **kept)]


def _stopped(event: CampaignStopped, fact: Fact) -> list[RowChange]:
    return [_round(event, fact, status="stopped", stopped_on=event.stopped_on, reason=event.reason)]


def _surveyed(event: UnitSurveyed, _: Fact) -> list[RowChange]:
    row = {"uscc": event.uscc, "surveyed_on": event.on, "surveyed_by": event.surveyed_by}
    return [Put(SURVEYS.name, (event.uscc, event.on), row)]


CAMPAIGNING = (
    Projection(
        "campaigns",
        1,
        (CAMPAIGNS.name,),
        {CampaignBegun: _begun, CampaignDue: _due, CampaignEnded: _ended, CampaignStopped: _stopped},
        {},
    ),
    Projection("unit_surveys", 1, (SURVEYS.name,), {UnitSurveyed: _surveyed}, {}),
)
