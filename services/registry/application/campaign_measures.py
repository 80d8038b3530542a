"""What each kind of campaign counts: of whom something is expected on a day, who answers for it, and whether it is there.

One question for all three, so that progress, what is missing, reminders and results are the same code.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.application.gaps import judge, units_standing
from services.registry.application.rules_in_force import rules_of
from services.registry.application.standing import STANDING
from services.registry.domain.campaign.decider import Figures
from services.registry.domain.vocabulary import CampaignKind, Scope
from shared.security.policy import area_prefix


@dataclass(frozen=True, slots=True)
class Subject:
    """One of whom it is expected. `responsible_id` has to see to it, where that is known; `why` is what stands in the way, as
    far as a survey found out.
    """

    scope: Scope
    scope_id: str
    name: str | None
    responsible_id: str | None
    has: bool
    why: str | None = None
    plan_status: str | None = None


Campaign = Mapping[str, Any]
"""A row of the campaigns."""

Measure = Callable[[AsyncConnection, Campaign, date], Awaitable[list[Subject]]]

_SURVEYED: Final = text(
    STANDING
    + """
SELECT s.uscc, s.name, s.falls_to, EXISTS (
    SELECT FROM unit_surveys AS v WHERE v.uscc = s.uscc AND v.surveyed_on BETWEEN :since AND :day
) AS has
FROM standing AS s WHERE s.counted ORDER BY s.uscc
"""
)

_SITES: Final = text(
    """
SELECT o.organisation_id, o.name, EXISTS (
    SELECT FROM practices AS p WHERE p.kind = 'activity_site' AND p.scope_id = o.organisation_id
    AND p.since <= :day AND (p.until IS NULL OR p.until >= :day)
) AS has
FROM organisations AS o
WHERE o.kind = :kind AND o.unit_uscc IS NULL AND starts_with(o.area_code, :prefix) AND o.founded_on <= :day
AND (o.dissolved_on IS NULL OR o.dissolved_on > :day)
ORDER BY o.organisation_id
"""
)
"""A branch within a unit has that unit's premises and is asked for none of its own."""


async def _formed(connection: AsyncConnection, campaign: Campaign, day: date) -> list[Subject]:
    """Units that the area's rules want an organisation for (应建), or that have one: 摸清底数 and 集中组建."""
    area_code = campaign["area_code"]
    units = await units_standing(connection, area_code, day)
    judged = judge((await rules_of(connection, area_code, day)).rules, units)
    return [
        Subject("unit", one["uscc"], one["name"], one["responsible_id"], bool(one["modes"]),
                one["no_organisation_reason"], one["plan_status"])
        for one, proposal in ((judgement.unit, judgement.proposal) for judgement in judged)
        if one["modes"] or proposal.duty != "none"
    ]  # fmt: skip


async def _surveyed(connection: AsyncConnection, campaign: Campaign, day: date) -> list[Subject]:
    """Units that operate, each looked into since the round began."""
    values = {"day": day, "prefix": area_prefix(campaign["area_code"]), "since": campaign["starts_on"]}
    rows = (await connection.execute(_SURVEYED, values)).mappings()
    return [Subject("unit", row["uscc"], row["name"], row["falls_to"], row["has"]) for row in rows]


async def _with_site(connection: AsyncConnection, campaign: Campaign, day: date) -> list[Subject]:
    """Organisations, each with a site built or rebuilt."""
    values = {"day": day, "prefix": area_prefix(campaign["area_code"]), "kind": campaign["organisation_kind"]}
    rows = (await connection.execute(_SITES, values)).mappings()
    return [
        Subject("organisation", row["organisation_id"], row["name"], row["organisation_id"], row["has"]) for row in rows
    ]


MEASURES: Final[Mapping[CampaignKind, Measure]] = {
    "formation": _formed,
    "survey": _surveyed,
    "activity_site": _with_site,
}


async def subjects(connection: AsyncConnection, campaign: Campaign, day: date) -> list[Subject]:
    """Of whom it is expected on that day, each with whether it is there."""
    kind: CampaignKind = campaign["kind"]
    return await MEASURES[kind](connection, campaign, day)


def summed(found: Iterable[Subject]) -> Figures:
    """How many there are, and how many have it."""
    has = [one.has for one in found]
    return Figures(expected=len(has), done=sum(has))


async def baseline(connection: AsyncConnection, campaign: Campaign) -> Figures:
    """摸清底数: how it was on the day before the round began."""
    return summed(await subjects(connection, campaign, campaign["starts_on"] - timedelta(days=1)))


def by_responsible(found: Iterable[Subject], otherwise: str) -> dict[str, Figures]:
    """Figures of each that something is missing of; what falls to nobody is for whoever runs the campaign."""
    parts: dict[str, list[Subject]] = {}
    for one in found:
        parts.setdefault(one.responsible_id or otherwise, []).append(one)
    figures = {organisation_id: summed(part) for organisation_id, part in parts.items()}
    return {organisation_id: one for organisation_id, one in figures.items() if one.missing}
