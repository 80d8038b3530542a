"""Time proposes, a named body decides: every proposal has a body and a due time, and every decision a person who made it."""

from collections.abc import Mapping

from shared.eventstore.records import StoredEvent
from tests.simulation.checks.once import REQUEST
from tests.simulation.violation import Violation

DECISIONS: Mapping[str, str] = {
    "loss-decided": "member_id",
    "temporary-branch-decided": "proposal_id",
    "retention-ended": "retention_id",
    "nomination-decided": "nomination_id",
}
"""What only people bring about, and what it is about."""


class Proposals:
    """What lies with a body, by what it is about."""

    def __init__(self) -> None:
        self._open: dict[str, str] = {}
        self._nominated: dict[str, set[str]] = {}
        self._silent: set[str] = set()

    def see(self, event: StoredEvent) -> None:
        data = event.data
        match event.type:
            case "loss-proposed":
                self._propose(data["member_id"], data["proposal"], data["body_id"], data["due_at"])
            case "temporary-branch-proposed":
                self._propose(data["proposal_id"], "temporary branch", data["body_id"], data["due_at"])
            case "talent-nominated":
                self._propose(data["nomination_id"], "nomination", data["body_id"], data["due_at"])
                self._nominated.setdefault(data["member_id"], set()).add(data["nomination_id"])
            case "talent-consent-withdrawn":
                self._withdrawn(data["member_id"])
            case "nomination-overdue":
                if data["nomination_id"] not in self._open or data["nomination_id"] in self._silent:
                    raise Violation(f"the nomination {data['nomination_id']} is called overdue twice, or is not open")
                self._silent.add(data["nomination_id"])
            case "contact-restored" | "search-ended":
                self._open.pop(data["member_id"], None)
            case "retention-limit-reached" if not (data["committee_id"] and data["decide_by"]):
                raise Violation(f"the limit of {data['retention_id']} is over, and nobody has to decide")
        if event.type in DECISIONS:
            self._decided(event, data[DECISIONS[event.type]])

    def _withdrawn(self, member: str) -> None:
        """Nothing is decided any more about who does not want it."""
        for nomination in self._nominated.pop(member, set()):
            self._open.pop(nomination, None)

    def _propose(self, about: str, what: str, body: str, due_at: str) -> None:
        if about in self._open:
            raise Violation(f"{what} was proposed about {about}, and {self._open[about]} is open")
        if not (body and due_at):
            raise Violation(f"{what} was proposed about {about} to {body or 'nobody'} by {due_at or 'no time'}")
        self._open[about] = what

    def _decided(self, event: StoredEvent, about: str) -> None:
        if not event.meta["actor"].startswith(REQUEST):
            raise Violation(f"{event.type} about {about} was decided by {event.meta['actor']}, not by a body")
        if event.type != "retention-ended" and self._open.pop(about, None) is None:
            raise Violation(f"{event.type} about {about}, which nobody had proposed")
