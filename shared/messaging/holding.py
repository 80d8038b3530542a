"""Keys that wait behind a dead letter, as one consumer sees them."""

from collections.abc import Iterable

from shared.eventstore.records import HeldMessage
from shared.messaging.envelope import Envelope


class Holding:
    """The parked keys of one consumer and source. The database is the truth; this is what was last read or written."""

    def __init__(self, consumer: str, source: str, keys: Iterable[str] = ()) -> None:
        self._consumer = consumer
        self._source = source
        self._keys = set(keys)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def load(self, keys: Iterable[str]) -> None:
        """Take over what the database says."""
        self._keys = set(keys)

    def copy(self) -> "Holding":
        """A copy to try on: it becomes the real one when the batch is committed."""
        return Holding(self._consumer, self._source, self._keys)

    def park(self, envelope: Envelope) -> HeldMessage:
        """The message as it waits behind its key."""
        return self._held(envelope)

    def bury(self, envelope: Envelope, code: str, detail: str) -> HeldMessage:
        """The message as a dead letter; later messages of its key wait from now on."""
        self._keys.add(envelope.key)
        return self._held(envelope, code, detail)

    def _held(self, envelope: Envelope, code: str = "", detail: str = "") -> HeldMessage:
        return HeldMessage(
            self._consumer, self._source, envelope.partition, envelope.position, envelope.key, envelope.type,
            envelope.headers, envelope.data, code, detail,
        )  # fmt: skip


def unheld(message: HeldMessage) -> Envelope:
    """The message as it was received."""
    return Envelope(
        message.source, message.position, int(message.headers.get("ce-prev", "0")), message.partition, message.key,
        message.headers.get("ce-id", ""), message.type, message.headers, message.data,
    )  # fmt: skip
