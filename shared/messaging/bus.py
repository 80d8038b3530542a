"""The bus as a port: ordered streams with one writer each, readers from any position, and a doorbell.

JetStream behind it in life, memory in the simulator. Nothing in it has to be believed but the streams themselves: what
has been published is read back from the stream, what has been consumed is kept by the consumer.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from shared.eventstore.records import SequencedMessage
from shared.messaging.envelope import Envelope


class BusUnavailable(Exception):
    """The broker does not answer; whether a publish arrived is unknown. Reading the stream's end tells."""


class Fenced(Exception):
    """The stream's last sequence is not the one expected: somebody else has written, or the stream has lost its tail."""


class ReaderClosed(Exception):
    """The stream, or the server's side of the reader, is gone: open a new one at the cursor."""


class Reader(Protocol):
    """Messages of one stream in order, from a position on."""

    async def read(self) -> list[Envelope]:
        """The next messages, at least one; waits until there are any. Raises `ReaderClosed`."""
        ...


class Bus(Protocol):
    """What a service needs of a broker."""

    async def last_sequence(self, stream: str) -> int:
        """The sequence of the newest message ever stored in the stream: the published pointer of its relay.

        Raises `BusUnavailable`, also when the stream does not exist (it is provisioned, never made on the fly).
        """
        ...

    async def publish(self, stream: str, messages: Sequence[SequencedMessage]) -> None:
        """Append messages so that each gets the sequence that equals its position; all are stored when this returns.

        Raises `Fenced` when one of them does not follow the stream's end, `BusUnavailable` when it cannot be known. Then
        some of them may have been stored, each at its own position: a position belongs to one message for ever (it is
        the primary key of `outbound`), so a stale writer can only ever store what the right one would have stored.
        """
        ...

    def reader(self, stream: str, start: int, partitions: Sequence[int]) -> AbstractAsyncContextManager[Reader]:
        """Read from sequence `start` on, only these partitions."""
        ...

    async def ring(self, bell: str) -> None:
        """Wake whoever listens for this bell, in any process. May be lost; everybody who listens polls as well."""
        ...

    async def on_ring(self, bell: str, wake: Callable[[], None]) -> None:
        """Call `wake` whenever the bell rings."""
        ...


def stream_of(service: str) -> str:
    """`mobility` → `OUT_MOBILITY`, the stream that only its relay writes."""
    return f"OUT_{service.upper()}"
