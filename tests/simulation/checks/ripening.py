"""逐步组建: what is late is said once, that a unit is ripe is said once, and only of one that waits for an organisation."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from shared.eventstore.records import StoredEvent
from shared.kernel.calendar import local_date
from tests.simulation.checks.units import Units
from tests.simulation.violation import Violation

_A_LOOK: Final = timedelta(days=1)
"""After that the watch has come by, whatever went wrong before."""


@dataclass
class _Plan:
    steps: dict[str, str]
    revision: int
    ripe: bool
    reached: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)


class Ripening:
    """Units that are worked with, by their own facts."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._plans: dict[str, _Plan] = {}
        self._facts: dict[str, dict[str, Any]] = {}
        self._changed: dict[str, datetime] = {}

    def see(self, event: StoredEvent) -> None:
        data = event.data
        uscc = data.get("uscc", "")
        if event.type in ("unit-registered", "unit-changed"):
            told = {name: data[name] for name in ("formal_members", "operation", "area_code", "on") if data.get(name)}
            told |= {"formal_members": data["formal_members"]} if data.get("formal_members") is not None else {}
            self._facts[uscc] = self._facts.get(uscc, {}) | told
        if uscc:
            self._changed[uscc] = event.recorded_at
        if event.type == "ripening-planned":
            before = self._plans.get(uscc)
            steps = {step["means"]: step["due_on"] for step in data["steps"]}
            if data["ripe"] != (before is not None and before.ripe):
                raise Violation(f"the new plan of {uscc} has forgotten whether it was ripe")
            self._plans[uscc] = _Plan(steps, data["revision"], data["ripe"])
        elif event.type in ("ripening-step-reached", "ripening-step-overdue", "unit-ripened", "ripening-ended"):
            plan = self._plans.get(uscc)
            if plan is None or plan.revision != data["revision"]:
                raise Violation(f"{event.type} of {uscc}, which nobody works with by plan {data['revision']}")
            self._went_on(event, uscc, plan, data)

    def _went_on(self, event: StoredEvent, uscc: str, plan: _Plan, data: dict[str, Any]) -> None:
        match event.type:
            case "ripening-step-reached":
                if data["means"] in plan.reached or data["means"] not in plan.steps:
                    raise Violation(f"the step {data['means']} of {uscc} was reached twice, or is none")
                plan.reached.add(data["means"])
            case "ripening-step-overdue":
                due, today = plan.steps.get(data["means"], "9"), local_date(event.recorded_at).isoformat()
                if data["means"] in plan.late | plan.reached or due > today:
                    raise Violation(f"the step {data['means']} of {uscc} is called late twice, or too early")
                plan.late.add(data["means"])
            case "unit-ripened":
                if plan.ripe:
                    raise Violation(f"{uscc} was announced twice as ripe")
                plan.ripe = True
            case "ripening-ended":
                self._ended(uscc, data)

    def _ended(self, uscc: str, data: dict[str, Any]) -> None:
        del self._plans[uscc]
        if data["ground"] == "closed" and uscc not in self._units.closed:
            raise Violation(f"nobody works with {uscc} any more because it is closed, and it is not")

    def unfinished(self, now: datetime) -> list[str]:
        """At rest, of units of which nothing was said for a day: closed or covered ones that are worked with, and such with
        members enough for a branch of which nobody was told.
        """
        result = []
        for uscc, plan in sorted(self._plans.items()):
            facts = self._facts[uscc]
            if self._changed[uscc] > now - _A_LOOK or facts.get("on", "") > local_date(now).isoformat():
                continue
            if uscc in self._units.closed or self._units.is_covered(uscc):
                result.append(f"{uscc} has an organisation or is closed, and is worked with")
            elif facts.get("formal_members", 0) >= 3 and facts.get("operation") == "operating" and not plan.ripe:
                result.append(f"{uscc} is ripe, and nobody was told")
        return result
