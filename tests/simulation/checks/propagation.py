"""A relocation is propagated when everybody whom the acceptance names has it, and not before."""

from collections import defaultdict

from shared.eventstore.records import StoredEvent
from tests.simulation.checks.membership import Membership
from tests.simulation.checks.reminders import SAID
from tests.simulation.violation import Violation


class Propagation:
    """What each service's own facts say about each accepted relocation."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._rosters: set[str] = set()
        self._reached: dict[str, dict[tuple[str, str], bool]] = defaultdict(dict)
        self._queued: dict[str, set[tuple[str, str, int]]] = defaultdict(set)
        self._on_their_way: dict[str, dict[tuple[str, str], set[str]]] = defaultdict(lambda: defaultdict(set))
        self._acknowledged: dict[str, set[str]] = defaultdict(set)
        self.propagated: set[str] = set()
        self._stopped: set[str] = set()

    def assessment(self, event: StoredEvent) -> None:
        if event.type == "roster-updated":
            relocation = event.data["relocation_id"]
            if relocation in self._rosters:
                raise Violation(f"the roster followed {relocation} twice")
            self._rosters.add(relocation)

    def notify(self, event: StoredEvent) -> None:
        data = event.data
        if event.type == "message-queued" and data["template"] not in SAID:
            row = (data["party_id"], data["channel"], data.get("retry", 0))
            if row in self._queued[data["relocation_id"]]:
                raise Violation(f"two messages were queued for one party and channel of {data['relocation_id']}")
            self._queued[data["relocation_id"]].add(row)
            self._on_their_way[data["relocation_id"]][row[:2]].add(data["message_id"])
        elif event.type in ("message-delivered", "message-undelivered"):
            to, arrived = (data["party_id"], data["channel"]), event.type == "message-delivered"
            known = self._reached[data["relocation_id"]]
            known[to] = arrived or known.get(to, False)
            self._on_their_way[data["relocation_id"]][to].discard(data["message_id"])

    def mobility(self, event: StoredEvent) -> None:
        data = event.data
        if event.type in ("party-acknowledged", "acknowledged-early"):
            self._acknowledged[event.stream_id.removeprefix("relocation-")].add(data["party_id"])
        elif event.type == "propagation-stopped":
            self._stop(data["relocation_id"], data["member_id"])
        elif event.type == "relocation-propagated":
            relocation = data["relocation_id"]
            if relocation in self.propagated:
                raise Violation(f"{relocation} was propagated twice")
            lacking = self.lacking(relocation)
            if lacking:
                raise Violation(f"{relocation} was called propagated without {lacking[0]} ({len(lacking)} rows)")
            self.propagated.add(relocation)

    def _stop(self, relocation: str, member: str) -> None:
        if member not in self._membership.left or relocation in self._membership.moved:
            raise Violation(f"the propagation of {relocation} was stopped, and {member} is on the roll or was moved")
        self._stopped.add(relocation)

    def lacking(self, relocation: str) -> list[str]:
        """What is not in yet, by the facts of those who did it."""
        accepted = self._membership.accepted.get(relocation)
        if accepted is None:
            return ["an acceptance"]
        result = []
        if relocation not in self._membership.moved:
            result.append("the move in the roll")
        if relocation not in self._rosters:
            result.append("the roster")
        reached, on_their_way = self._reached[relocation], self._on_their_way[relocation]
        for party in accepted.data["parties"]:
            channels = [reached.get((party["party_id"], channel)) for channel in party["channels"]]
            # One that arrived settles its channel; a failed one does not while another try is on its way.
            trying = [bool(on_their_way[party["party_id"], channel]) for channel in party["channels"]]
            if any(one is not True and (one is None or more) for one, more in zip(channels, trying, strict=True)):
                result.append(f"word from {party['role']}")
            elif channels and True not in channels:
                result.append(f"a delivery to {party['role']}")
            if party["must_acknowledge"] and party["party_id"] not in self._acknowledged[relocation]:
                result.append(f"the acknowledgement of {party['role']}")
        return result

    def messages_missing(self) -> list[str]:
        """Parties of accepted relocations for whom nothing was queued."""
        result = []
        for relocation, accepted in self._membership.accepted.items():
            wanted = {(p["party_id"], channel, 0) for p in accepted.data["parties"] for channel in p["channels"]}
            if wanted != {row for row in self._queued[relocation] if row[2] == 0}:
                result.append(f"{relocation}: {len(wanted)} messages meant, {len(self._queued[relocation])} queued")
        return result

    def acknowledgements_missing(self) -> list[tuple[str, dict[str, str]]]:
        """Parties that have to say that they have it, and did not yet."""
        return [
            (relocation, party)
            for relocation, accepted in self._membership.accepted.items()
            for party in accepted.data["parties"]
            if party["must_acknowledge"] and party["party_id"] not in self._acknowledged[relocation]
        ]

    def unfinished(self) -> list[str]:
        """Relocations of which everything is in and that are not called propagated, and those without word."""
        result = []
        for relocation in self._membership.accepted:
            if relocation in self._stopped:
                continue
            lacking = self.lacking(relocation)
            if not lacking and relocation not in self.propagated:
                result.append(f"{relocation} has reached everybody and is not called propagated")
            hopeless = all(row.startswith("a delivery to") for row in lacking)
            if lacking and not hopeless:
                result.append(f"{relocation} lacks {lacking[0]} ({len(lacking)} rows)")
        return result
