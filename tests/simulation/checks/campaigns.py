"""专项行动: everybody is told once a round, while it lasts; its result adds up, is kept once, and comes in time."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from shared.eventstore.records import StoredEvent
from shared.kernel.calendar import local_date
from tests.simulation.checks.units import Units
from tests.simulation.violation import Violation


@dataclass
class _Campaign:
    begun: dict[str, Any]
    open: bool = True
    told: set[str] = field(default_factory=set)


class Campaigns:
    """The newest round of each campaign."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._campaigns: dict[str, _Campaign] = {}

    def see(self, event: StoredEvent) -> None:
        if not event.type.startswith("campaign-"):
            return
        data = event.data
        identity, before = data["campaign_id"], self._campaigns.get(data["campaign_id"])
        if event.type == "campaign-begun":
            if data["round"] != (1 if before is None else before.begun["round"] + 1) or (before and before.open):
                raise Violation(f"round {data['round']} of {identity} began, and the one before had not ended")
            self._campaigns[identity] = _Campaign(data)
            return
        if before is None or not before.open or data["round"] != before.begun["round"]:
            raise Violation(f"{event.type} of round {data['round']} of {identity}, which is over")
        match event.type:
            case "campaign-due":
                _due(before, data)
            case "campaign-ended":
                before.open = False
                self._ended(before.begun, event, data)
            case "campaign-stopped":
                before.open = False

    def _ended(self, begun: dict[str, Any], event: StoredEvent, data: dict[str, Any]) -> None:
        of = f"round {data['round']} of {data['campaign_id']}"
        expected, done = data["expected"], data["done"]
        if data["missing"] != expected - done or not 0 <= done <= expected:
            raise Violation(f"{of} ends with {done} of {expected}, and {data['missing']} missing")
        if data["reached"] != (100 * done >= expected * data["target_percent"]):
            raise Violation(f"{of} reached {done} of {expected}, which is said to be enough: {data['reached']}")
        if local_date(event.recorded_at).isoformat() < begun["ends_on"]:
            raise Violation(f"{of} ended before its last day")
        if data["kind"] != "survey":
            return
        eve = (date.fromisoformat(begun["starts_on"]) - timedelta(days=1)).isoformat()
        for what, day, kept in (
            ("before", eve, (data["expected_before"], data["done_before"])),
            ("at its end", begun["ends_on"], (expected, done)),
        ):
            counts = self._units.counts(event, begun["area_code"], begun["starts_on"], day)
            if kept not in counts:
                raise Violation(f"{of} keeps {kept[1]} of {kept[0]} {what}, and there were {sorted(counts)}")

    def unfinished(self, now: datetime) -> list[str]:
        """At rest: rounds that were over the day before yesterday, and have no result."""
        latest = (local_date(now) - timedelta(days=1)).isoformat()
        return [
            f"round {one.begun['round']} of {identity} was over on {one.begun['ends_on']} and has no result"
            for identity, one in sorted(self._campaigns.items())
            if one.open and one.begun["ends_on"] < latest
        ]


def _due(campaign: _Campaign, data: dict[str, Any]) -> None:
    begun, whom = campaign.begun, data["organisation_id"]
    if whom in campaign.told:
        raise Violation(f"{whom} was told twice of round {data['round']} of {data['campaign_id']}")
    campaign.told.add(whom)
    if not 0 < data["missing"] <= data["expected"]:
        raise Violation(f"{whom} is told that {data['missing']} of {data['expected']} are missing")
    found = local_date(datetime.fromisoformat(data["found_at"]))
    ends = date.fromisoformat(begun["ends_on"])
    if not ends - timedelta(days=begun["notice_days"]) <= found <= ends or found.isoformat() < begun["starts_on"]:
        raise Violation(f"{whom} was told on {found} of a round of {begun['starts_on']} to {begun['ends_on']}")
