"""三方共管: one departure at most, and with it one care; in each one lead, and no duty without a person, a time, a timer."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.mobility.domain.care.decider import CARE, DUE
from services.mobility.domain.departure.decider import DEPARTURE
from shared.eventstore.records import StoredEvent
from tests.simulation.checks.membership import Membership
from tests.simulation.checks.once import Once
from tests.simulation.violation import Violation


@dataclass
class _Duty:
    organisation: str
    person: str
    role: str
    due_at: datetime
    overdue: bool = False


@dataclass
class _Care:
    lead: str
    parties: dict[str, tuple[str, str]]
    duties: dict[str, _Duty] = field(default_factory=dict)
    ended: str | None = None


class Cares:
    """Departures and cares by what their own facts say, looked at when a work is done."""

    def __init__(self, membership: Membership, once: Once) -> None:
        self._membership = membership
        self._once = once
        self._away: dict[str, str] = {}
        self._home: dict[str, str] = {}
        self._ended: dict[str, str] = {}
        self._cares: dict[str, _Care] = {}
        self._touched: set[str] = set()

    def see(self, event: StoredEvent) -> None:
        if event.stream_id.startswith(DEPARTURE.stream("")):
            self._departure(event.type, event.data)
        elif event.stream_id.startswith(CARE.stream("")) and "care_id" in event.data:
            self._care(event.type, event.data)
            self._touched.add(event.data["care_id"])

    def _departure(self, kind: str, data: dict[str, Any]) -> None:
        member, identity = data["member_id"], data["departure_id"]
        self._touched.add(identity)
        if kind == "departure-registered":
            if member in self._away:
                raise Violation(f"{member} is away twice: by {self._away[member]} and by {identity}")
            if member not in self._membership.branch:
                raise Violation(f"{member} left, and is in no branch")
            self._away[member] = identity
            self._home[member] = data["origin_branch_id"]
        elif kind == "departure-ended":
            if self._away.pop(member, None) != identity:
                raise Violation(f"the departure {identity} of {member} ended, and was not open")
            self._ended[identity] = data["reason"]

    def _care(self, kind: str, data: dict[str, Any]) -> None:
        identity = data["care_id"]
        if kind == "care-established":
            parties = {role: data[role] for role in ("origin", "station") if data[role]}
            given = {role: (party["organisation_id"], party["person_id"]) for role, party in parties.items()}
            self._cares[identity] = _Care(data["lead"], given)
            return
        care = self._cares[identity]
        if care.ended:
            raise Violation(f"{kind} in the care {identity}, which has ended")
        match kind:
            case "care-party-named":
                care.parties[data["role"]] = data["party"]["organisation_id"], data["party"]["person_id"]
            case "care-party-left":
                del care.parties[data["role"]]
            case "care-lead-changed":
                if care.lead != data["from_role"]:
                    raise Violation(f"the lead of {identity} went from {data['from_role']}, and {care.lead} had it")
                care.lead = data["to_role"]
            case "care-duty-opened":
                held = data["organisation_id"], data["person_id"], data["holder_role"]
                care.duties[data["duty_id"]] = _Duty(*held, datetime.fromisoformat(data["due_at"]))
            case "care-duty-reassigned":
                duty = care.duties[data["duty_id"]]
                duty.overdue = (
                    duty.overdue and duty.person == data["person_id"]
                )  # another person has to be told as well
                duty.organisation, duty.person = data["organisation_id"], data["person_id"]
                duty.role = data["holder_role"]
            case "care-duty-done" | "care-duty-dropped":
                del care.duties[data["duty_id"]]
            case "care-duty-overdue":
                self._overdue(identity, care.duties.get(data["duty_id"]), data)
            case "care-ended":
                care.ended = data["reason"]

    def _overdue(self, identity: str, duty: _Duty | None, data: dict[str, Any]) -> None:
        if duty is None or duty.overdue or duty.due_at != datetime.fromisoformat(data["due_at"]):
            raise Violation(f"the duty {data['duty_id']} of {identity} is called overdue twice, or is not open")
        if duty.person != data["person_id"]:
            raise Violation(
                f"{data['person_id']} hears of the duty {data['duty_id']} of {identity}, {duty.person} has it"
            )
        duty.overdue = True

    def after_commit(self) -> None:
        """Between two facts of one work a care may be without a departure, never after it."""
        for identity in self._touched:
            care, reason = self._cares.get(identity), self._ended.get(identity)
            if care is None:
                raise Violation(f"nobody cares for the member of the departure {identity}")
            if care.ended != reason:
                raise Violation(
                    f"the departure {identity} stands at {reason or 'open'}, its care at {care.ended or 'open'}"
                )
            if care.ended and care.duties:
                raise Violation(f"the care {identity} has ended with {len(care.duties)} duties open")
            if care.lead not in care.parties:
                raise Violation(f"the care {identity} is led by its {care.lead}, which is not there")
            for name, duty in care.duties.items():
                self._held(identity, care, name, duty)
        self._touched.clear()

    def _held(self, identity: str, care: _Care, name: str, duty: _Duty) -> None:
        if care.parties.get(duty.role) != (duty.organisation, duty.person):
            raise Violation(f"the duty {name} of {identity} is with {duty.person}, who is not its {duty.role}")
        timer = self._once.due("mobility", CARE.stream(identity), DUE + name)
        if not duty.overdue and timer != duty.due_at:
            raise Violation(f"the duty {name} of {identity} is due at {duty.due_at}, its timer at {timer}")

    def disagreements(self) -> list[str]:
        """At rest: members who are away from a branch they are not in."""
        return [
            f"{member} is away from {self._home[member]}, and a member of {self._membership.on_the_roll(member)}"
            for member in sorted(self._away)
            if self._membership.on_the_roll(member) != self._home[member]
        ]
