"""Delivery receipts, posted as JSON arrays the way providers do: in mixed batches, again when not taken, then never."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import httpx
import structlog

from shared.embedded.faults import Dice, Faults
from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable
from shared.security.client_credentials import ClientCredentials, ClientTokens
from shared.security.tls import visiting_context

log = structlog.get_logger(__name__)

Receipt = dict[str, Any]

_BATCH = 100
_IN_FLIGHT = 4
_TIMEOUT_SECONDS = 5.0


class ReceiptPoster:
    """Posts receipts to one address from `put` on; at most 4 posts under way, each of up to 100 receipts.

    A post that is not answered with 2xx is repeated after 1, 5 and 10 units (each counted from the last try), then
    given up: whoever wants the receipt then has to ask. While it waits it blocks nobody. Without an address receipts
    are counted and dropped.
    """

    def __init__(
        self,
        url: str | None,
        clock: Clock,
        *,
        repeat_after: Sequence[float] = (1, 5, 10),
        unit_seconds: float = 1.0,
        credentials: ClientCredentials | None = None,
    ) -> None:
        """`credentials`: who we are at the door that takes the receipts; without them we come as a stranger."""
        self.url = url
        self._tokens = ClientTokens(credentials) if credentials else None
        self._clock = clock
        self._pauses = [units * unit_seconds for units in repeat_after]
        self._waiting: deque[Receipt] = deque()
        self._arrived = asyncio.Event()
        self._slots = asyncio.Semaphore(_IN_FLIGHT)
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None
        self.counts = {"made": 0, "lost": 0, "posted": 0, "repeated_posts": 0, "given_up": 0}

    async def start(self) -> None:
        """Begin to post."""
        self._client = httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False, verify=visiting_context())
        self._spawn(self._run(self._client))

    async def stop(self) -> None:
        """Stop at once; receipts that were not taken are gone, as with a provider that gives up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def put(self, receipt: Receipt, faults: Faults, dice: Dice) -> None:
        """Send that receipt, or do with it what the faults say."""
        self.counts["made"] += 1
        if dice.hit(faults.receipt_lost):
            self.counts["lost"] += 1
            return
        copies = 2 if dice.hit(faults.receipt_twice) else 1
        if dice.hit(faults.receipt_late):
            self._spawn(self._later([receipt] * copies, faults.receipt_late_ms / 1000))
        else:
            self._enqueue([receipt] * copies)

    def _enqueue(self, receipts: Sequence[Receipt]) -> None:
        if self.url is not None:
            self._waiting.extend(receipts)
            self._arrived.set()

    async def _later(self, receipts: Sequence[Receipt], seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._enqueue(receipts)

    async def _run(self, client: httpx.AsyncClient) -> None:
        while True:
            await self._arrived.wait()
            # Nothing is held back to fill a batch: batches grow by themselves while all slots are busy.
            await self._slots.acquire()
            batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
            if not self._waiting:
                self._arrived.clear()
            if batch:
                self._spawn(self._deliver(client, batch))
            else:
                self._slots.release()

    async def _deliver(self, client: httpx.AsyncClient, batch: list[Receipt]) -> None:
        try:
            taken = await self._post(client, batch)
        finally:
            self._slots.release()
        for pause in self._pauses:
            if taken:
                return
            await self._clock.sleep(pause)
            self.counts["repeated_posts"] += 1
            taken = await self._post(client, batch)
        if not taken:
            self.counts["given_up"] += len(batch)
            log.warning("receipts-given-up", receipts=len(batch), url=self.url)

    async def _post(self, client: httpx.AsyncClient, batch: list[Receipt]) -> bool:
        if self.url is None:
            return False
        with suppress(httpx.HTTPError, httpx.InvalidURL, Unavailable):
            headers = await self._tokens.header(client) if self._tokens else {}
            response = await client.post(self.url, json=batch, headers=headers)
            if response.status_code == 401 and self._tokens:
                self._tokens.forget()
            if response.is_success:
                self.counts["posted"] += len(batch)
                return True
        return False

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
