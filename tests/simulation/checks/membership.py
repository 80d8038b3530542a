"""Exactly one membership per member, moved by accepted transfers and closed by outside receipts, and by nothing else."""

from shared.eventstore.records import StoredEvent
from tests.simulation.violation import Violation


class Membership:
    """Where everybody is, by the registry's facts; what was accepted, by mobility's."""

    def __init__(self) -> None:
        self.branch: dict[str, str] = {}
        self.accepted: dict[str, StoredEvent] = {}
        self.moved: dict[str, StoredEvent] = {}
        self.sent_out: dict[str, StoredEvent] = {}
        self.left: dict[str, str] = {}
        self.closed: set[str] = set()

    def registry(self, event: StoredEvent) -> None:
        data = event.data
        if event.type == "member-admitted":
            if data["member_id"] in self.branch and self.left.pop(data["member_id"], None) is None:
                raise Violation(f"{data['member_id']} was admitted twice, and has two memberships")
            self.branch[data["member_id"]] = data["organisation_id"]
        elif event.type == "membership-moved":
            self._move(event)
        elif event.type == "membership-closed":
            self._close(data["member_id"], data["organisation_id"], data["transfer_id"])
        elif event.type == "membership-ended":
            if data["member_id"] in self.left:
                raise Violation(
                    f"the membership of {data['member_id']} ended, and had left by {self.left[data['member_id']]}"
                )
            self.left[data["member_id"]] = data["ground"]

    def _move(self, event: StoredEvent) -> None:
        data = event.data
        member, transfer = data["member_id"], data["transfer_id"]
        if member in self.left:
            raise Violation(f"{member} was moved by {transfer}, and has left by {self.left[member]}")
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

    def _close(self, member: str, branch: str, transfer: str) -> None:
        sent = self.sent_out.get(transfer)
        if sent is None or (sent.data["member_id"], sent.data["from_branch_id"]) != (member, branch):
            raise Violation(f"{member} left {branch} by {transfer}, and no receipt of an outside committee says so")
        if member in self.left or self.branch.get(member) != branch:
            raise Violation(f"{member} left {branch}, and is in {self.branch.get(member)} or has left before")
        self.left[member] = transfer
        self.closed.add(transfer)

    def on_the_roll(self, member: str) -> str | None:
        """The branch, of who is a member here."""
        return None if member in self.left else self.branch.get(member)

    def lingering(self) -> list[str]:
        """At rest: who was taken in outside, and has not left."""
        return [
            f"{sent.data['member_id']} was taken in outside by {transfer}, and has not left"
            for transfer, sent in self.sent_out.items()
            if transfer not in self.closed
        ]

    def mobility(self, event: StoredEvent) -> None:
        if event.type == "transfer-accepted":
            if event.data["transfer_id"] in self.accepted:
                raise Violation(f"{event.data['transfer_id']} was accepted twice")
            self.accepted[event.data["transfer_id"]] = event
        elif event.type == "member-transferred-out":
            if event.data["transfer_id"] in self.sent_out:
                raise Violation(f"{event.data['transfer_id']} was received outside twice")
            self.sent_out[event.data["transfer_id"]] = event
