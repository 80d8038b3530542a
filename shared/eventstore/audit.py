"""The audit trail (审计留痕): who looked at whose data or did something privileged, why, and what came of it.

A chain: each record holds the hash of the one before, and its own hash covers that. So a record that was changed, taken
out or put in breaks the chain from there on; what was cut off the end is found by the anchors, which say how far it
reached (`Anchor`). A record names persons by id and never holds their data.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

GENESIS: Final = "0" * 64
"""What the first record follows."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What is to be recorded. `subject` is the id of the person concerned, "" where it is nobody; `detail` holds codes,
    ids and counts only.
    """

    at: datetime
    actor: str
    action: str
    purpose: str = ""
    subject: str = ""
    outcome: str = "done"
    trace_id: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """An entry in its place. `detail` is JSON text, exactly as it was hashed."""

    number: int
    at: datetime
    actor: str
    action: str
    purpose: str
    subject: str
    outcome: str
    trace_id: str
    detail: str
    prev: str
    hash: str

    def expected_hash(self) -> str:
        """SHA-256 over everything but the hash itself, in canonical JSON."""
        content = [
            self.number, self.at.astimezone(UTC).isoformat(timespec="microseconds"), self.actor, self.action,
            self.purpose, self.subject, self.outcome, self.trace_id, self.detail, self.prev,
        ]  # fmt: skip
        return hashlib.sha256(canonical(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the chain ended at some time, as it was told outside the database that holds the chain."""

    number: int
    hash: str


Tip = tuple[int, str]
"""Number and hash of the last record."""


def canonical(value: Any) -> str:
    """One text per value: sorted keys, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chained(entries: Iterable[AuditEntry], tip: Tip | None) -> list[AuditRecord]:
    """The entries as the records that follow the tip."""
    number, prev = tip or (0, GENESIS)
    records = []
    for entry in entries:
        number += 1
        open_ = AuditRecord(
            number, entry.at, entry.actor, entry.action, entry.purpose, entry.subject, entry.outcome, entry.trace_id,
            canonical(entry.detail), prev, "",
        )  # fmt: skip
        prev = open_.expected_hash()
        records.append(replace(open_, hash=prev))
    return records


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the chain, and at which record."""

    number: int
    what: str


class ChainCheck:
    """Goes through a chain in order of its numbers, in pieces of any size, and says what is wrong with it."""

    def __init__(self, anchors: Sequence[Anchor] = ()) -> None:
        self._anchors: dict[int, set[str]] = {}
        for anchor in anchors:
            self._anchors.setdefault(anchor.number, set()).add(anchor.hash)
        self._tip: Tip = (0, GENESIS)
        self._faults: list[Fault] = []

    @property
    def checked(self) -> int:
        """The number of the last record that was looked at."""
        return self._tip[0]

    def see(self, record: AuditRecord) -> None:
        """The next record."""
        number, hash_ = self._tip
        if record.number > number + 1:
            last = record.number - 1
            which = f"record {last} is" if last == number + 1 else f"records {number + 1} to {last} are"
            self._faults.append(Fault(number + 1, f"{which} missing"))
        elif record.prev != hash_:
            self._faults.append(Fault(record.number, "does not follow the record before it: changed, or out of order"))
        if record.expected_hash() != record.hash:
            self._faults.append(Fault(record.number, "was changed: its hash is not that of its content"))
        told = self._anchors.get(record.number, set())
        if told - {record.hash}:
            self._faults.append(Fault(record.number, "is not the one that was anchored: the chain was written anew"))
        self._tip = (record.number, record.hash)

    def faults(self) -> list[Fault]:
        """All that is wrong, once every record was seen."""
        furthest = max(self._anchors, default=0)
        if furthest > self._tip[0]:
            missing = Fault(self._tip[0] + 1, f"the end is missing: an anchor says that there were {furthest} records")
            return [*self._faults, missing]
        return list(self._faults)
