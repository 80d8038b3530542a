"""两新组织: who covers which, as the registry's own facts say; and how many there were of them on any day."""

from collections.abc import Iterable
from datetime import timedelta

from shared.eventstore.records import StoredEvent

_WHILE_IT_WAS_COUNTED = timedelta(hours=1)
"""Between the counting and the fact that keeps the figures, others may have entered something."""


class Units:
    """Facts about units, in the order in which they became true."""

    def __init__(self) -> None:
        self._facts: list[StoredEvent] = []
        self._founded_in: dict[str, str] = {}
        self.covered: set[tuple[str, str]] = set()
        self.closed: set[str] = set()

    def see(self, event: StoredEvent) -> None:
        data = event.data
        match event.type:
            case "unit-covered":
                self.covered.add((data["uscc"], data["organisation_id"]))
            case "unit-cover-ended":
                self.covered.discard((data["uscc"], data["organisation_id"]))
            case "unit-closed":
                self.closed.add(data["uscc"])
            case "party-organisation-founded" if data["unit_uscc"] and data["kind"] == "branch":
                self._founded_in[data["organisation_id"]] = data["unit_uscc"]
                self.covered.add((data["unit_uscc"], data["organisation_id"]))
            case "party-organisation-dissolved" if data["organisation_id"] in self._founded_in:
                self.covered.discard((self._founded_in[data["organisation_id"]], data["organisation_id"]))
        if event.type in ("unit-registered", "unit-changed", "unit-surveyed", "unit-closed"):
            self._facts.append(event)

    def is_covered(self, uscc: str) -> bool:
        return any(covered == uscc for covered, _ in self.covered)

    def counts(self, kept: StoredEvent, area_code: str, since: str, day: str) -> set[tuple[int, int]]:
        """Units of the area that operated on that day, and those of them that were looked into from `since` up to it: now,
        and at each moment of the hour before `kept`.
        """
        facts = self._facts
        recent = sum(one.recorded_at > kept.recorded_at - _WHILE_IT_WAS_COUNTED for one in facts)
        return {_counted(facts[: len(facts) - out], area_code, since, day) for out in range(recent + 1)}


def _counted(facts: Iterable[StoredEvent], area_code: str, since: str, day: str) -> tuple[int, int]:
    stood: dict[str, list[tuple[str, str, str]]] = {}
    gone: set[str] = set()
    looked_into: set[str] = set()
    known: dict[str, dict[str, str]] = {}
    for fact in facts:
        data = fact.data
        uscc = data["uscc"]
        if fact.type == "unit-closed":
            gone |= {uscc} if data["closed_on"] <= day else set()
        elif fact.type == "unit-surveyed":
            looked_into |= {uscc} if since <= data["on"] <= day else set()
        else:
            told = {name: data[name] for name in ("area_code", "operation") if data.get(name)}
            now = known[uscc] = known.get(uscc, {}) | told
            on = data["on"] or fact.recorded_at.date().isoformat()
            stood.setdefault(uscc, []).append((on, now["area_code"], now.get("operation", "operating")))
    operating = set()
    for uscc, versions in stood.items():
        # Of two versions of one day the later one holds.
        latest = sorted((one for one in versions if one[0] <= day), key=lambda one: one[0])[-1:]
        if latest and uscc not in gone and latest[0][1] == area_code and latest[0][2] == "operating":
            operating.add(uscc)
    return len(operating), len(operating & looked_into)
