"""双向评议: no result without both sides, no correction after the other one has spoken, nobody speaks of itself."""

from dataclasses import dataclass, field
from typing import Any

from shared.eventstore.records import StoredEvent
from tests.simulation.checks.once import REQUEST
from tests.simulation.violation import Violation


@dataclass
class _Year:
    sides: dict[str, str]
    body: str
    spoke: set[str] = field(default_factory=set)
    both: bool = False
    late: set[str] = field(default_factory=set)
    decided: bool = False


class Appraisals:
    """Years by their own facts."""

    def __init__(self) -> None:
        self._years: dict[str, _Year] = {}
        self._touched: set[str] = set()

    def see(self, event: StoredEvent) -> None:
        data = event.data
        identity = data.get("appraisal_id")
        if identity is None:
            return
        if event.type == "appraisal-opened":
            if identity in self._years:
                raise Violation(f"the year {identity} was opened twice")
            sides = {side["role"]: side["organisation_id"] for side in data["sides"]}
            self._years[identity] = _Year(sides, data["body_id"])
        year = self._years[identity]
        self._touched.add(identity)
        match event.type:
            case "side-appraised":
                if year.both or year.decided:
                    raise Violation(f"the {data['role']} spoke in {identity} after both had spoken")
                year.spoke.add(data["role"])
            case "both-appraised":
                year.both = True
            case "body-appraised":
                if data["entered_by"] == year.sides.get(data["role"]):
                    raise Violation(f"{data['entered_by']} entered what was said of itself in {identity}")
            case "appraisal-overdue":
                self._overdue(identity, year, data["turn"])
            case "appraisal-decided":
                self._decided(identity, year, event, data)

    def _overdue(self, identity: str, year: _Year, turn: str) -> None:
        waits = turn not in year.spoke if turn != "body" else year.both and not year.decided
        if turn in year.late or not waits:
            raise Violation(f"the {turn} of {identity} is called overdue twice, or has spoken")
        year.late.add(turn)

    def _decided(self, identity: str, year: _Year, event: StoredEvent, data: dict[str, Any]) -> None:
        if year.spoke != set(year.sides) or not year.both:
            raise Violation(f"{identity} is decided, and of its sides spoke {sorted(year.spoke) or 'none'}")
        if year.decided or data["decided_by"] != year.body or not event.meta["actor"].startswith(REQUEST):
            raise Violation(f"{identity} was decided twice, or by {data['decided_by']} ({event.meta['actor']})")
        year.decided = True

    def after_commit(self) -> None:
        """When a work is done: that both have spoken is known exactly then."""
        for identity in self._touched:
            year = self._years[identity]
            if year.both != (year.spoke == set(year.sides)):
                raise Violation(f"of {identity} spoke {sorted(year.spoke)}, and both are said to have: {year.both}")
        self._touched.clear()
