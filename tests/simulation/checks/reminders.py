"""Whoever is named when a time is over is told exactly once in effect: what mobility said, against what notify queued."""

from collections import Counter
from datetime import datetime
from typing import Any, Final

from shared.eventstore.records import StoredEvent
from shared.kernel.calendar import local_date
from tests.simulation.violation import Violation

_CHANNELS: Final = ("email", "sms")
_WHOM: Final = {"care-duty-overdue": "person_id", "care-duty-escalated": "superior_id", "loss-proposed": "body_id"}
"""What is said of it, by the event that brings it about."""

Reminder = tuple[str, str, str, str]
"""(template, what it is about, whom, the day it was due)"""


class Reminders:
    """Duties overdue and escalated, and proposals to bodies."""

    def __init__(self) -> None:
        self._wanted: Counter[Reminder] = Counter()
        self._queued: Counter[tuple[Reminder, str]] = Counter()
        self._said: set[tuple[str, str, str, str, str]] = set()

    def mobility(self, event: StoredEvent) -> None:
        if event.type not in _WHOM:
            return
        data = event.data
        about, what = _about(data), data.get("duty_id") or data["proposal"]
        whom = data[_WHOM[event.type]]
        if not whom:
            raise Violation(f"{event.type} of {about} names nobody")
        mark = (event.type, about, what, data["due_at"], whom)
        if mark in self._said and event.type == "care-duty-escalated":  # who is overdue may change, and change back
            raise Violation(f"{event.type} was said twice of {what} of {about}, due at {data['due_at']}")
        if mark not in self._said:
            self._said.add(mark)
            day = local_date(datetime.fromisoformat(data["due_at"])).isoformat()
            self._wanted[event.type, about, whom, day] += 1

    def notify(self, event: StoredEvent) -> None:
        data = event.data
        if event.type != "message-queued" or data["template"] not in _WHOM:
            return
        whom, day = data["recipient"]["ref_id"], data["references"]["accepted_on"]
        reminder = (data["template"], data["relocation_id"], whom, day)
        self._queued[reminder, data["channel"]] += 1
        if self._queued[reminder, data["channel"]] > self._wanted[reminder]:
            raise Violation(f"{whom} was told of {reminder[0]} of {reminder[1]} more often than it happened")

    def missing(self) -> list[str]:
        """At rest: who was to be told, and for whom nothing was queued."""
        return [
            f"{reminder[2]} was not told by {channel} of {reminder[0]} of {reminder[1]}"
            for reminder, times in sorted(self._wanted.items())
            for channel in _CHANNELS
            if self._queued[reminder, channel] != times
        ]


def _about(data: dict[str, Any]) -> str:
    return str(data.get("care_id") or data["member_id"])
