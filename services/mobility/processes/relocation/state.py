"""传达台账 as the process needs it: one row per service, and per party one per channel and one acknowledgement.

Rows only ever grow along an order (`pending < notified < failed < delivered`), and joining two of them does not depend
on which came first. That is what makes the process indifferent to order and repetition; each `join` is commutative,
associative and idempotent. Only a retry, which is our own decision, takes failed rows back to notified; the messages that
had failed by then are remembered, so that hearing of them again does not fail the new try.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from services.mobility.domain.parties import Channel
from services.mobility.processes.relocation.events import PropagationStarted


class Reached(IntEnum):
    """How far a message got. A delivery outranks a failure: a late failure never overwrites an earlier success."""

    NOTIFIED = 1
    FAILED = 2
    DELIVERED = 3


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel to one party; no row means that nothing is known of it yet. `code` says why `message_id` failed."""

    reached: Reached
    at: datetime
    code: str = ""
    message_id: str = ""

    def join(self, other: "ChannelRow") -> "ChannelRow":
        """The further one; of two failures the later, else the earlier of the two."""
        if self.reached != other.reached:
            return self if self.reached > other.reached else other
        if self.reached == Reached.FAILED:
            return max(self, other, key=lambda row: (row.at, row.code, row.message_id))
        return min(self, other, key=lambda row: row.at)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who said for the party that it has it, and when."""

    at: datetime
    by: str

    def join(self, other: "Acknowledgement") -> "Acknowledgement":
        """The earlier one."""
        return min(self, other, key=lambda row: (row.at, row.by))


@dataclass(frozen=True, slots=True)
class PartyRows:
    """All that has come in from one party. `given_up` are messages that failed and were sent again as others."""

    channels: Mapping[Channel, ChannelRow] = field(default_factory=dict)
    acknowledgement: Acknowledgement | None = None
    given_up: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Relocation:
    """Before the start `parties` and `services` hold whatever came early; from the start on only what is required."""

    started: PropagationStarted | None = None
    services: Mapping[str, datetime] = field(default_factory=dict)
    parties: Mapping[str, PartyRows] = field(default_factory=dict)
    tries: Mapping[str, int] = field(default_factory=dict)
    late: bool = False
    look_again_at: datetime | None = None
    propagated: bool = False
    stopped: bool = False
