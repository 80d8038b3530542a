"""Exactly one membership per member, moved by accepted transfers and nothing else."""

from shared.eventstore.records import StoredEvent
from tests.simulation.violation import Violation


class Membership:
    """Where everybody is, by the registry's facts; what was accepted, by mobility's."""

    def __init__(self) -> None:
        self.branch: dict[str, str] = {}
        self.accepted: dict[str, StoredEvent] = {}
        self.moved: dict[str, StoredEvent] = {}

    def registry(self, event: StoredEvent) -> None:
        data = event.data
        if event.type == "member-admitted":
            if data["member_id"] in self.branch:
                raise Violation(f"{data['member_id']} was admitted twice, and has two memberships")
            self.branch[data["member_id"]] = data["organisation_id"]
        elif event.type == "membership-moved":
            self._move(event)

    def _move(self, event: StoredEvent) -> None:
        data = event.data
        member, transfer = data["member_id"], data["transfer_id"]
        if self.branch.get(member) != data["from_organisation_id"]:
            raise Violation(
                f"{member} was moved from {data['from_organisation_id']}, and is in {self.branch.get(member)}"
            )
        accepted = self.accepted.get(transfer)
        if accepted is None or accepted.data["to_branch_id"] != data["to_organisation_id"]:
            raise Violation(f"{member} was moved by {transfer}, which nobody accepted like that")
        if transfer in self.moved:
            raise Violation(f"{transfer} moved {member} twice")
        self.moved[transfer] = event
        self.branch[member] = data["to_organisation_id"]

    def mobility(self, event: StoredEvent) -> None:
        if event.type == "transfer-accepted":
            if event.data["transfer_id"] in self.accepted:
                raise Violation(f"{event.data['transfer_id']} was accepted twice")
            self.accepted[event.data["transfer_id"]] = event
