"""The registry's watches over campaigns and units that ripen, with their questions in SQL answered by hand."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from services.registry.application.campaign_measures import Campaign, Subject
from services.registry.application.campaigns import CampaignWatch
from services.registry.application.gaps import judge
from services.registry.application.ripening import RipeningWatch, Standing
from services.registry.domain.formation.rules import FormationRules
from services.registry.domain.organisation.kinds import MODE_OF_HOST
from services.registry.domain.vocabulary import WorkMeans
from services.registry.projections.campaigns import CAMPAIGNS
from services.registry.projections.ripening import RIPENINGS
from shared.kernel.calendar import local_date
from shared.kernel.errors import YanzhenError
from shared.security.policy import area_prefix

if TYPE_CHECKING:
    from tests.simulation.host import Host
    from tests.simulation.store import SimulatedStore

BETWEEN_LOOKS: Final = 20 * 3600.0
"""Seconds. In life ten minutes: what they look for falls due on a day, and each look asks every stream that is open."""

_POSTED: Final[tuple[WorkMeans, ...]] = ("instructor", "liaison")
_WITHIN: Final[tuple[WorkMeans, ...]] = ("trade_union", "youth_league", "womens_federation")


class MemoryCampaigns(CampaignWatch):
    """Looks at what campaigns ask for and have."""

    def __init__(self, host: "Host") -> None:
        super().__init__(_running(host))
        self._store = host.store

    async def _due(self) -> list[dict[str, Any]]:
        await self._store.travel()
        today = local_date(self._running.clock.now())
        rows = (row for _, row in sorted(self._store.data.rows.get(CAMPAIGNS.name, {}).items()))
        return [
            dict(row)
            for row in rows
            if row["status"] == "open"
            and row["starts_on"] <= today
            and (row["ends_on"] - today).days <= row["notice_days"]
        ]

    async def _subjects(self, campaign: Campaign, day: date) -> list[Subject]:
        await self._store.travel()
        units = list(standing(self._store, campaign["area_code"], day))
        if campaign["kind"] == "formation":
            judged = [one for one in judge(FormationRules(), units) if one.unit["modes"] or one.proposal.duty != "none"]
            return [_subject(one.unit, has=bool(one.unit["modes"])) for one in judged]
        looked_into = {
            row["uscc"]
            for row in self._store.data.rows.get("unit_surveys", {}).values()
            if campaign["starts_on"] <= row["surveyed_on"] <= day
        }
        return [
            _subject(one, has=one["uscc"] in looked_into) for one in units if one["operation"] in (None, "operating")
        ]


class MemoryRipening(RipeningWatch):
    """Looks at how the units stand that are worked with step by step."""

    def __init__(self, host: "Host") -> None:
        super().__init__(_running(host))
        self._store = host.store

    async def _open(self) -> list[dict[str, Any]]:
        await self._store.travel()
        data, units = self._store.data.rows, self._store.data.rows.get("units", {})
        found = [units[key] for key, row in data.get(RIPENINGS.name, {}).items() if row["status"] != "ended"]
        rows = ({name: one[name] for name in ("uscc", "area_code", "closed_on")} for one in found)
        return sorted(rows, key=lambda row: (row["area_code"], row["uscc"]))

    async def _standing(self, area_code: str, day: date) -> Standing:
        await self._store.travel()
        units = list(standing(self._store, area_code, day))
        judged = {one.unit["uscc"]: one for one in judge(FormationRules(), units)}
        return judged, {one["uscc"]: _means(self._store, one, day) for one in units}


async def look_again_and_again(look: Callable[[], Awaitable[object]]) -> None:
    """Until cancelled. Whatever is no answer of ours ends the process, and so the run."""
    while True:
        try:
            await look()
        except YanzhenError:
            await asyncio.sleep(30.0)
        else:
            await asyncio.sleep(BETWEEN_LOOKS)


def standing(store: "SimulatedStore", area_code: str, day: date) -> Iterator[dict[str, Any]]:
    """`units_standing`: the units of an area as they stood on that day, with those that cover them."""
    rows = store.data.rows
    stood: dict[str, dict[str, Any]] = {}
    for (uscc, since), row in sorted(rows.get("unit_history", {}).items()):
        if since <= day:
            stood[uscc] = row
    covers: dict[str, list[tuple[str, str]]] = {}
    for row in rows.get("unit_covers", {}).values():
        if row["since"] <= day and (row["until"] is None or row["until"] > day):
            covers.setdefault(row["uscc"], []).append((row["organisation_id"], row["mode"]))
    for row in rows.get("organisations", {}).values():
        mode, ended = MODE_OF_HOST.get(row["kind"]), row["dissolved_on"]
        if row["unit_uscc"] and mode and row["founded_on"] <= day and (ended is None or ended > day):
            covers.setdefault(row["unit_uscc"], []).append((row["organisation_id"], mode))
    for uscc, row in stood.items():
        unit = rows["units"][(uscc,)]
        if not row["area_code"].startswith(area_prefix(area_code)) or (unit["closed_on"] and unit["closed_on"] <= day):
            continue
        covering = covers.get(uscc, [])
        formal = row["formal_members"] or 0
        yield dict(row) | {
            "kind": unit["kind"], "modes": sorted({mode for _, mode in covering}), "formal_members": formal,
            "members": formal + (row["probationary_members"] or 0), "plan_status": None,
            "responsible_id": row["responsible_id"] or min((one for one, _ in covering), default=None),
        }  # fmt: skip


def _means(store: "SimulatedStore", unit: dict[str, Any], day: date) -> list[WorkMeans]:
    posts = [
        row["kind"]
        for row in store.data.rows.get("posts", {}).values()
        if row["scope"] == "unit" and row["scope_id"] == unit["uscc"] and row["since"] <= day
        and (row["until"] is None or row["until"] >= day)
    ]  # fmt: skip
    return [one for one in _POSTED if one in posts] + [one for one in _WITHIN if unit[one]]


def _subject(unit: Any, *, has: bool) -> Subject:
    return Subject("unit", unit["uscc"], unit["name"], unit["responsible_id"], has, unit["no_organisation_reason"])


def _running(host: "Host") -> Any:
    return SimpleNamespace(executor=host.executor, clock=host.clock)
