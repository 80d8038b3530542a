"""Whatever is dissolved is empty, and nobody waits for it: neither a member, nor an organisation, nor a case."""

from collections import Counter

from shared.eventstore.records import StoredEvent
from tests.simulation.checks.membership import Membership
from tests.simulation.checks.transfers import Transfers
from tests.simulation.violation import Violation


class Organisations:
    """The tree by the registry's own facts."""

    def __init__(self, membership: Membership, transfers: Transfers) -> None:
        self._membership = membership
        self._transfers = transfers
        self._parents: dict[str, str | None] = {}
        self._dissolved: set[str] = set()
        self._touched: set[str] = set()
        self._told: dict[str, str] = {}

    def registry(self, event: StoredEvent) -> None:
        data = event.data
        match event.type:
            case "party-organisation-founded":
                self._parents[data["organisation_id"]] = data["parent_id"]
                self._touched |= {data["organisation_id"], data["parent_id"]} - {None}
            case "party-organisation-reparented":
                self._parents[data["organisation_id"]] = data["to_parent_id"]
                self._touched |= {data["organisation_id"], data["to_parent_id"]}
            case "party-organisation-dissolved":
                self._dissolved.add(data["organisation_id"])
                self._touched.add(data["organisation_id"])
            case "party-organisation-restored":
                self._dissolved.discard(data["organisation_id"])
                self._touched.add(data["organisation_id"])
            case "member-admitted":
                self._touched.add(data["organisation_id"])
            case "member-without-organisation":
                self._told[data["member_id"]] = data["organisation_id"]

    def after_commit(self) -> None:
        """What was changed, when a work is done. Who arrives by an accepted transfer is looked for at rest."""
        for key in self._touched:
            parent = self._parents[key]
            if key not in self._dissolved and parent in self._dissolved:
                raise Violation(f"{key} hangs below {parent}, which is dissolved")
            if key in self._dissolved:
                below = [one for one, above in self._parents.items() if above == key and one not in self._dissolved]
                if below:
                    raise Violation(f"{key} is dissolved, and {below[0]} hangs below it")
                if count := self.members(key):
                    raise Violation(f"{key} is dissolved with {count} members")
        self._touched.clear()

    def exists(self, key: str) -> bool:
        return key in self._parents and key not in self._dissolved

    def parent(self, key: str) -> str | None:
        return self._parents.get(key)

    def members(self, key: str) -> int:
        """How many are on the roll there."""
        roll = self._membership
        return Counter(branch for member, branch in roll.branch.items() if member not in roll.left)[key]

    def to_be_restored(self) -> list[str]:
        """Whatever has a member of whom its superior was told, and what it hangs below, from above."""
        result: list[str] = []
        for member, key in sorted(self._told.items()):
            if self._membership.on_the_roll(member) != key:
                continue
            chain = [key]
            while above := self._parents[chain[0]]:
                chain.insert(0, above)
            result += [one for one in chain if one in self._dissolved and one not in result]
        return result

    def orphans(self) -> list[str]:
        """At rest: members and cases of what is dissolved."""
        roll = self._membership
        result = [
            f"{member} is a member of {branch}, which is dissolved"
            for member, branch in sorted(roll.branch.items())
            if branch in self._dissolved and member not in roll.left
        ]
        return result + [
            f"{transfer} is {turn[0]}'s turn, which is dissolved"
            for transfer, turn in sorted(self._transfers.turn.items())
            if turn and turn[0] in self._dissolved
        ]
