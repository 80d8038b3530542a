"""The relay: one leader per service gives positions to queued messages and publishes them, fenced.

Invariant: the sequence that the broker gives a message equals its position. So the stream's last sequence *is* the
published pointer, recovery is a read, and a stale leader is refused by the broker itself. Publishing runs one step
behind sequencing, so the database and the broker work at the same time.
"""

import asyncio
import contextlib
from collections.abc import Callable

import structlog

from shared.eventstore.records import SequencedMessage
from shared.kernel.clock import Clock
from shared.kernel.errors import YanzhenError
from shared.messaging.bus import Bus, BusUnavailable, Fenced
from shared.messaging.outbound import Leadership, NotLeader, OutboundQueue
from shared.messaging.wakeup import Wakeup

BATCH = 500
PIPELINE = 4
"""Batches sequenced but not yet published; bounds memory and the work of a recovery."""
CHECK_EVERY = 5
"""Idle polls (of up to a second) between looks at the stream's end."""


class StreamAhead(YanzhenError):
    """The stream holds more than was ever given a position: it does not belong to this database.

    Happens when PostgreSQL was restored from a backup older than the stream. Publishing on would overwrite the meaning
    of positions that others have read, so the relay stops until an operator decides.
    """

    status = 503
    title = "Stream ahead of the truth"


class Relay:
    """Runs until cancelled. `wakeup` is rung after every commit here, and by the doorbell of other replicas."""

    def __init__(
        self,
        stream: str,
        queue: OutboundQueue,
        bus: Bus,
        clock: Clock,
        wakeup: Wakeup,
        *,
        on_progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.stream = stream
        self._queue = queue
        self._bus = bus
        self._clock = clock
        self._wakeup = wakeup
        self._on_progress = on_progress
        self._log = structlog.get_logger("relay").bind(stream=stream)
        self.leading = False
        self.published = 0
        self.trouble: str | None = None

    async def run(self) -> None:
        """Lead whenever nobody else does. Every failure ends the term and begins a new one from what is durable."""
        while True:
            try:
                async with self._queue.lead() as leadership:
                    self.leading, self.trouble = True, None
                    await self._term(leadership)
            except NotLeader:
                self.trouble = (
                    None  # somebody else leads: whatever our last term ended with is not our trouble any more
                )
            except StreamAhead as error:
                self.trouble = str(error)
                self._log.error("relay.stopped", reason=str(error))
            except (Fenced, BusUnavailable, OSError) as error:
                self.trouble = f"{type(error).__name__}: {error}"
                self._log.warning("relay.term-ended", reason=self.trouble)
            finally:
                self.leading = False
            await self._clock.sleep(0.5 if self.trouble else 1.0)

    async def _term(self, leadership: Leadership) -> None:
        await self._recover(leadership)
        ready: asyncio.Queue[list[SequencedMessage]] = asyncio.Queue(PIPELINE)
        publisher = asyncio.create_task(self._publish(ready), name=f"publish-{self.stream}")
        sequencer = asyncio.create_task(self._sequence(leadership, ready), name=f"sequence-{self.stream}")
        try:
            done, _ = await asyncio.wait({publisher, sequencer}, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in (publisher, sequencer):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await task

    async def _recover(self, leadership: Leadership) -> None:
        """Publish what has a position and is not in the stream: after a crash, or when the broker lost its tail."""
        last = await leadership.last_position()
        self.published = await self._bus.last_sequence(self.stream)
        if self.published > last:
            raise StreamAhead(
                "stream-ahead",
                f"{self.stream} ends at {self.published}, the database has given positions up to {last}",
                remedy="restore the database to a later point, or delete the stream and let it be rebuilt",
            )
        missing = last - self.published
        while self.published < last:
            batch = await leadership.sequenced(self.published, BATCH)
            await self._bus.publish(self.stream, batch)
            self._advance(batch[-1].position)
        if missing:
            self._log.info("relay.recovered", republished=missing)

    async def _sequence(self, leadership: Leadership, ready: "asyncio.Queue[list[SequencedMessage]]") -> None:
        idle = 0
        while True:
            self._wakeup.clear()
            batch = await leadership.sequence(BATCH)
            if batch:
                await ready.put(list(batch))
            elif not await self._wakeup.wait():
                idle += 1
                if idle % CHECK_EVERY == 0 and ready.empty():
                    await self._check_end()

    async def _check_end(self) -> None:
        """The fence tells of a lost tail at the next publish; on a quiet day that may be tomorrow."""
        published = self.published
        if await self._bus.last_sequence(self.stream) < published:
            raise Fenced(f"{self.stream} no longer holds position {published}")

    async def _publish(self, ready: "asyncio.Queue[list[SequencedMessage]]") -> None:
        while True:
            batch = await ready.get()
            while not ready.empty() and len(batch) < BATCH:
                batch += ready.get_nowait()
            await self._bus.publish(self.stream, batch)
            self._advance(batch[-1].position)

    def _advance(self, position: int) -> None:
        self.published = position
        self._on_progress(position)
