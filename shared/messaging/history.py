"""What other services have published, read back from their streams: for rebuilding read models."""

from collections.abc import AsyncIterator

from shared.contracts.base import PARTITIONS, PublicEvent, event_class
from shared.messaging.bus import Bus


class NatsHistory:
    """Reads a stream from one position to another."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def __call__(self, source: str, after: int, up_to: int) -> AsyncIterator[list[tuple[PublicEvent, int]]]:
        """Events with their positions; those of types unknown to this release, or unreadable, are left out as they
        were when they first came by. Raises `BusUnavailable` and `ReaderClosed`.
        """
        async with self._bus.reader(source, after + 1, range(PARTITIONS)) as reader:
            position = after
            while position < up_to:
                chunk: list[tuple[PublicEvent, int]] = []
                for envelope in await reader.read():
                    position = envelope.position
                    kind = event_class(envelope.type)
                    if kind is None or position > up_to:
                        continue
                    try:
                        chunk.append((kind.model_validate_json(envelope.data), position))
                    except ValueError:
                        continue
                yield chunk
