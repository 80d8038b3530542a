"""Whoever is named when something is due is told exactly once in effect: what was said, against what notify queued."""

from collections import Counter
from datetime import datetime
from typing import Final

from shared.eventstore.records import StoredEvent
from shared.kernel.calendar import local_date
from tests.simulation.violation import Violation

_CHANNELS: Final = ("email", "sms")
SAID: Final = {
    "care-duty-overdue": ("care_id", "person_id", "due_at"),
    "care-duty-escalated": ("care_id", "superior_id", "due_at"),
    "loss-proposed": ("member_id", "body_id", "due_at"),
    "case-overdue": ("case_id", "holder_id", "due_at"),
    "case-escalated": ("case_id", "superior_id", "due_at"),
    "card-return-overdue": ("card_id", "superior_id", "due_at"),
    "nomination-overdue": ("nomination_id", "superior_id", "due_at"),
    "transfer-lapsed": ("transfer_id", "holder_id", "lapsed_at"),
    "probation-over": ("member_id", "organisation_id", "probation_ends_on"),
    "member-without-organisation": ("transfer_id", "superior_id", "found_at"),
    "survey-asked": ("survey_id", "member_ids", "closes_at"),
    "survey-results-out": ("survey_id", "member_ids", "closes_at"),
    "appraisal-overdue": ("appraisal_id", "superior_id", "due_at"),
    "appraisal-decided": ("appraisal_id", "member_id", "decided_at"),
    "campaign-due": ("campaign_id", "organisation_id", "ends_on"),
    "campaign-ended": ("campaign_id", "organisation_id", "ends_on"),
    "ripening-step-overdue": ("uscc", "responsible_id", "due_on"),
    "unit-ripened": ("uscc", "responsible_id", "ripe_on"),
}
"""By the event that brings it about, which is the name of the words as well: what it is about, whom, and the day."""

_WHICH: Final = ("duty_id", "proposal", "turn", "means", "revision", "round")
"""What tells several of one kind about one thing with one day from each other."""

Reminder = tuple[str, str, str, str]
"""(template, what it is about, whom, the day it was due)"""


class Reminders:
    """Duties overdue and escalated, proposals to bodies, and what is nobody's doing."""

    def __init__(self) -> None:
        self._wanted: Counter[Reminder] = Counter()
        self._queued: Counter[tuple[Reminder, str]] = Counter()
        self._said: set[tuple[str, str, str, str, str]] = set()

    def see(self, event: StoredEvent) -> None:
        """What mobility and the registry say."""
        if event.type not in SAID:
            return
        data = event.data
        about, addressees, due = (data[name] for name in SAID[event.type])
        which = "".join(str(data.get(name) or "") for name in _WHICH)
        for whom in addressees if isinstance(addressees, list) else [addressees]:
            if event.type == "case-escalated" and whom == data["holder_id"]:
                continue  # the last resort is not asked to urge itself
            self._tell(event.type, about, which, due, whom)

    def _tell(self, template: str, about: str, which: str, due: str, whom: str | None) -> None:
        if not whom:
            raise Violation(f"{template} of {about} names nobody")
        mark = (template, about, which, due, whom)
        if mark in self._said and template == "care-duty-escalated":  # who is overdue may change, and change back
            raise Violation(f"{template} was said twice of {which} of {about}, due at {due}")
        if mark not in self._said:
            self._said.add(mark)
            self._wanted[template, about, whom, _day(due)] += 1

    def notify(self, event: StoredEvent) -> None:
        data = event.data
        if event.type != "message-queued" or data["template"] not in SAID:
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


def _day(due: str) -> str:
    return due if len(due) == len("2026-01-01") else local_date(datetime.fromisoformat(due)).isoformat()
