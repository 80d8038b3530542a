"""党小组: a member is in one of their own branch at most, whoever heads one belongs to it, and none outlives its branch."""

from shared.eventstore.records import StoredEvent
from tests.simulation.checks.membership import Membership
from tests.simulation.violation import Violation


class Groups:
    """Groups and who is in them, by the registry's own facts."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._branch: dict[str, str] = {}
        self._head: dict[str, str] = {}
        self._of: dict[str, str] = {}
        self._touched: set[str] = set()
        self._ended: set[str] = set()

    def see(self, event: StoredEvent) -> None:
        data = event.data
        match event.type:
            case "party-group-founded":
                self._branch[data["group_id"]] = data["organisation_id"]
            case "party-group-head-named":
                self._head.pop(data["group_id"], None)
                if data["member_id"] is not None:
                    self._head[data["group_id"]] = data["member_id"]
            case "party-group-dissolved":
                del self._branch[data["group_id"]]
                self._head.pop(data["group_id"], None)
            case "party-group-assigned":
                if self._of.pop(data["member_id"], None) != data["from_group_id"]:
                    raise Violation(f"{data['member_id']} left the group {data['from_group_id']}, and was in another")
                if data["group_id"] is not None:
                    self._of[data["member_id"]] = data["group_id"]
            case "party-organisation-dissolved":
                self._ended.add(data["organisation_id"])
        if data.get("member_id"):
            self._touched.add(data["member_id"])

    def after_commit(self) -> None:
        """When a work is done, of everybody it was about."""
        for member in sorted(self._touched):
            group = self._of.get(member)
            branch = self._branch.get(group or "")
            if branch is not None and self._membership.on_the_roll(member) != branch:
                raise Violation(f"{member} is in the group {group} of {branch}, and not in that branch")
            headed = [one for one, head in self._head.items() if head == member and one != group]
            if headed:
                raise Violation(f"{member} heads the group {headed[0]}, and is in {group or 'none'}")
        self._touched.clear()
        left = [(group, branch) for group, branch in self._branch.items() if branch in self._ended]
        if left:
            raise Violation(f"{left[0][1]} is dissolved, and its group {left[0][0]} is not")
        self._ended.clear()
