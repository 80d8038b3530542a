"""One open transfer per member; of every open case one holder and a due time; no letter number twice."""

from shared.eventstore.records import StoredEvent
from tests.simulation.violation import Violation

ENDINGS = {"transfer-completed", "transfer-withdrawn", "transfer-closed", "transfer-resent", "transfer-lapsed"}


class Transfers:
    """Open transfers by member, and whose turn each is."""

    def __init__(self) -> None:
        self.open: dict[str, str] = {}
        self.turn: dict[str, tuple[str, str] | None] = {}
        self._letters: dict[tuple[str, str], str] = {}
        self._issuer: dict[str, str] = {}
        self._touched: set[str] = set()

    def see(self, event: StoredEvent) -> None:
        data = event.data
        if event.type == "transfer-requested":
            self._open(data["member_id"], data["transfer_id"])
            self._issuer[data["transfer_id"]] = data["from_committee_id"]
        elif event.type in ENDINGS:
            self.open.pop(data["member_id"], None)
            self.turn.pop(data["transfer_id"], None)
            self._touched.discard(data["transfer_id"])
        elif event.type == "holder-changed":
            self.turn[data["case_id"]] = (data["holder_id"], data["due_at"])
        elif event.type in ("letter-issued", "letter-reissued"):
            self._letter(self._issuer[data["transfer_id"]], data["letter_number"], data["transfer_id"])

    def _open(self, member: str, transfer: str) -> None:
        if member in self.open:
            raise Violation(f"{member} has two open transfers: {self.open[member]} and {transfer}")
        self.open[member] = transfer
        self.turn[transfer] = None
        self._touched.add(transfer)

    def _letter(self, issuer: str, number: str, transfer: str) -> None:
        if self._letters.setdefault((issuer, number), transfer) != transfer:
            raise Violation(f"{issuer} gave {number} to {self._letters[issuer, number]} and to {transfer}")

    def after_commit(self) -> None:
        """A turn may be missing between two events of one work, never after it."""
        for transfer in self._touched:
            turn = self.turn.get(transfer)
            if turn is None or not all(turn):
                raise Violation(f"{transfer} is open, and nobody has to act on it")
        self._touched.clear()
