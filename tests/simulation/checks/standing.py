"""Probation and the end of a membership: decided by a body, once, and of nobody who has left."""

from shared.eventstore.records import StoredEvent
from tests.simulation.checks.membership import Membership
from tests.simulation.checks.once import REQUEST
from tests.simulation.violation import Violation

_DECIDED = ("member-confirmed", "probation-extended", "membership-ended")


class Standing:
    """Who is on probation, by the registry's own facts."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._probation: dict[str, str] = {}
        self._extended: set[str] = set()
        self._reminded: set[tuple[str, str]] = set()

    def see(self, event: StoredEvent) -> None:
        """Called after the membership has seen the event."""
        data = event.data
        member = data.get("member_id", "")
        if event.type == "member-admitted" and data["probation_ends_on"]:
            self._probation[member] = data["probation_ends_on"]
        if event.type in _DECIDED and not event.meta["actor"].startswith(REQUEST):
            raise Violation(f"{event.type} of {member} was decided by {event.meta['actor']}, not by a body")
        match event.type:
            case "member-confirmed":
                self._on_probation(event, member)
                del self._probation[member]
            case "probation-extended":
                self._on_probation(event, member)
                if member in self._extended:
                    raise Violation(f"the probation of {member} was extended twice")
                self._extended.add(member)
                self._probation[member] = data["probation_ends_on"]
            case "probation-over":
                self._on_probation(event, member)
                if (member, data["probation_ends_on"]) in self._reminded:
                    raise Violation(f"the end of the probation of {member} was told twice")
                self._reminded.add((member, data["probation_ends_on"]))
            case "membership-ended":
                self._probation.pop(member, None)

    def _on_probation(self, event: StoredEvent, member: str) -> None:
        if member not in self._probation or member in self._membership.left:
            raise Violation(f"{event.type} of {member}, who is not on probation")
