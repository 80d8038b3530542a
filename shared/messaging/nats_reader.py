"""Reading a JetStream stream from a position: an ephemeral pull consumer, no acknowledgements.

The consumer on the server is disposable. Whatever happens to it (deleted, expired, its server restarted) shows as a
missing heartbeat or a status message, and the answer is always the same: a new one at the cursor. The stock fetch loop
spins 4,200 times a second when its consumer is gone and reports all well; this one raises.
"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from shared.contracts.base import PARTITIONS
from shared.messaging.bus import BusUnavailable, Reader, ReaderClosed
from shared.messaging.envelope import Envelope, received

BATCH = 256
HEARTBEAT = 5.0
EXPIRES = 30.0
INACTIVE = 60.0
"""Seconds after which the server drops a consumer that nobody pulls from."""

Request = Callable[[str, bytes], Awaitable[dict[str, Any]]]


def partition_subject(stream: str, partition: int) -> str:
    """What the subjects of all messages of a partition have in common."""
    return f"{stream.removeprefix('OUT_').lower()}.evt.*.*.*.p{partition:02d}"


@asynccontextmanager
async def open_reader(
    client: Client, request: Request, inbox: str, stream: str, start: int, partitions: Sequence[int]
) -> AsyncIterator[Reader]:
    """Create the consumer, yield the reader, delete the consumer. Raises `BusUnavailable`."""
    name = f"read-{uuid.uuid4().hex[:16]}"
    config: dict[str, Any] = {
        "name": name,
        "deliver_policy": "by_start_sequence",
        "opt_start_seq": start,
        "ack_policy": "none",
        "inactive_threshold": int(INACTIVE * 1e9),
        "mem_storage": True,
        "num_replicas": 1,
    }
    if len(partitions) < PARTITIONS:
        config["filter_subjects"] = [partition_subject(stream, partition) for partition in partitions]
    body = json.dumps({"stream_name": stream, "config": config, "action": "create"}).encode()
    answer = await request(f"$JS.API.CONSUMER.CREATE.{stream}.{name}", body)
    if "error" in answer:
        raise BusUnavailable(f"{stream}: {answer['error'].get('description')}")
    deliver = f"{inbox}-{name}"
    subscription = await client.subscribe(deliver, pending_msgs_limit=BATCH * 8)
    try:
        yield _NatsReader(client, subscription, stream, name, deliver)
    finally:
        try:
            await subscription.unsubscribe()
            await client.publish(f"$JS.API.CONSUMER.DELETE.{stream}.{name}")
        except (nats.errors.Error, OSError):
            pass  # the server forgets it after INACTIVE seconds


class _NatsReader:
    def __init__(self, client: Client, subscription: Subscription, stream: str, name: str, deliver: str) -> None:
        self._client = client
        self._subscription = subscription
        self._stream = stream
        self._pull_subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}"
        self._deliver = deliver
        self._pull_request = json.dumps(
            {"batch": BATCH, "expires": int(EXPIRES * 1e9), "idle_heartbeat": int(HEARTBEAT * 1e9)}
        ).encode()
        self._wanted = 0

    async def read(self) -> list[Envelope]:
        queue: asyncio.Queue[Msg] = self._subscription._pending_queue  # noqa: SLF001 - next_msg costs a task per message
        while True:
            if self._wanted <= 0:
                await self._pull()
            try:
                # Two silent heartbeats mean that the consumer, or the connection to it, is gone.
                async with asyncio.timeout(HEARTBEAT * 2.5):
                    message = await queue.get()
            except TimeoutError:
                raise ReaderClosed(f"{self._stream}: no heartbeat") from None
            batch: list[Envelope] = []
            while True:
                self._subscription._pending_size -= len(message.data)  # noqa: SLF001
                queue.task_done()
                self._take(message, batch)
                if queue.empty():
                    break
                message = queue.get_nowait()
            if batch:
                return batch

    async def _pull(self) -> None:
        try:
            await self._client.publish(self._pull_subject, self._pull_request, self._deliver)
        except (nats.errors.Error, OSError) as error:
            raise ReaderClosed(f"{self._stream}: {type(error).__name__}") from error
        self._wanted = BATCH

    def _take(self, message: Msg, batch: list[Envelope]) -> None:
        headers = message.headers or {}
        status = headers.get("Status")
        if status is None:
            self._wanted -= 1
            batch.append(received(self._stream, _sequence(message.reply), headers, message.data))
        elif status == "408":  # this pull request has run out
            self._wanted = 0
        elif status != "100":  # anything but a heartbeat: consumer deleted, server shutting down, …
            if batch:
                self._wanted = 0  # hand over what came before; the next pull meets the same fate
            else:
                raise ReaderClosed(f"{self._stream}: {status} {headers.get('Description', '')}")


def _sequence(reply: str) -> int:
    # $JS.ACK.<stream>.<consumer>.<delivered>.<stream sequence>.<consumer sequence>.<time>.<pending>, or with domain and
    # account in front: counted from the end, both forms agree.
    return int(reply.split(".")[-4] if reply.count(".") == 8 else reply.split(".")[7])
