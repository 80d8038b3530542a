"""What other services have published, read back from their streams: for rebuilding read models."""

from collections.abc import AsyncIterator

from shared.contracts.base import PublicEvent, event_class
from shared.kernel.errors import Unavailable
from shared.messaging.bus import Bus
from shared.messaging.whole_stream import Hole, read_whole


class NatsHistory:
    """Reads a stream from one position to another."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def __call__(self, source: str, after: int, up_to: int) -> AsyncIterator[list[tuple[PublicEvent, int]]]:
        """Events with their positions; those of types unknown to this release, or unreadable, are left out as they
        were when they first came by. Raises `BusUnavailable`, `ReaderClosed`, and `Unavailable` (`stream-holed`): a read
        model made from a stream that lacks something would be wrong without looking it.
        """

        def lacks(hole: Hole) -> None:
            raise Unavailable(
                "stream-holed",
                f"{source} cannot be read at {hole}",
                remedy=f"run `yanzhen stream rebuild {source.removeprefix('OUT_').lower()}`, then repeat",
            )

        async for batch in read_whole(self._bus, source, after, up_to, lacks):
            chunk: list[tuple[PublicEvent, int]] = []
            for envelope in batch:
                kind = event_class(envelope.type)
                if kind is None:
                    continue
                try:
                    chunk.append((kind.model_validate_json(envelope.data), envelope.position))
                except ValueError:
                    continue
            yield chunk
