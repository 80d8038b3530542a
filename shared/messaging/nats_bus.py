"""The bus on NATS JetStream, with nats-py below its convenience layer.

`publish_async` of nats-py never resolves API errors and leaks permits, and costs half the rate; so acknowledgements come
back to one inbox of ours, by number. Few messages go out as pipelined singles (fast), many as atomic batches (with
`sync_interval: always` the broker syncs once per batch instead of once per message).
"""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.eventstore.records import SequencedMessage
from shared.kernel.json import from_json
from shared.messaging.bus import BusUnavailable, Fenced, Reader
from shared.messaging.nats_reader import open_reader
from shared.messaging.nats_wire import frame, header_lines, read_fast, send

WRONG_LAST_SEQUENCE = 10071
ATOMIC_FROM = 24
"""From how many waiting messages on an atomic batch beats pipelined singles; see benchmarks/relay.py."""
ATOMIC_LIMIT = 500
ACK_TIMEOUT = 5.0


class NatsBus:
    """One connection. `inbox_prefix` must be one this identity may subscribe to."""

    def __init__(self, client: Client, *, inbox_prefix: str = "_INBOX") -> None:
        self.client = client
        read_fast(client)
        self._inbox = f"{inbox_prefix}.{uuid.uuid4().hex}"
        self._acks: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._count = 0
        self._subscribed: asyncio.Task[None] | None = None

    async def _subscribe(self) -> None:
        if self._subscribed is None:
            self._subscribed = asyncio.create_task(self._listen())
        await asyncio.shield(self._subscribed)

    async def _listen(self) -> None:
        await self.client.subscribe(f"{self._inbox}.*", cb=self._on_ack)

    async def _on_ack(self, message: Msg) -> None:
        future = self._acks.pop(message.subject[len(self._inbox) + 1 :], None)
        if future is not None and not future.done():
            if message.headers and message.headers.get("Status") == "503":
                future.set_exception(BusUnavailable("no stream takes this subject"))
            else:
                future.set_result(from_json(message.data) if message.data else {})

    def _expect(self) -> tuple[str, asyncio.Future[dict[str, Any]]]:
        self._count += 1
        number = str(self._count)
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._acks[number] = future
        return number, future

    async def _request(self, subject: str, payload: bytes = b"") -> dict[str, Any]:
        await self._subscribe()
        number, future = self._expect()
        try:
            await self.client.publish(subject, payload, f"{self._inbox}.{number}")
            async with asyncio.timeout(ACK_TIMEOUT):
                return await future
        except (TimeoutError, nats.errors.Error, OSError) as error:
            raise BusUnavailable(f"{subject}: {type(error).__name__}") from error
        finally:
            self._acks.pop(number, None)

    async def last_sequence(self, stream: str) -> int:
        answer = await self._request(f"$JS.API.STREAM.INFO.{stream}")
        if "error" in answer:
            raise BusUnavailable(f"{stream}: {answer['error'].get('description')}")
        return int(answer["state"]["last_seq"])

    async def publish(self, stream: str, messages: Sequence[SequencedMessage]) -> None:
        await self._subscribe()
        for start in range(0, len(messages), ATOMIC_LIMIT):
            part = messages[start : start + ATOMIC_LIMIT]
            if len(part) >= ATOMIC_FROM:
                await self._atomic(stream, part)
            else:
                await self._singles(stream, part)

    async def _singles(self, stream: str, messages: Sequence[SequencedMessage]) -> None:
        pending: list[tuple[str, asyncio.Future[dict[str, Any]]]] = []
        frames: list[bytes] = []
        try:
            for message in messages:
                number, future = self._expect()
                pending.append((number, future))
                lines = f"{wire_lines(message)}Nats-Expected-Last-Sequence: {message.position - 1}\r\n"
                frames.append(frame(message.subject, f"{self._inbox}.{number}", lines, message.data))
            await send(self.client, frames)
            async with asyncio.timeout(ACK_TIMEOUT):
                for message, (_, future) in zip(messages, pending, strict=True):
                    _check(stream, await future, message.position)
        except (TimeoutError, nats.errors.Error, OSError) as error:
            raise BusUnavailable(f"{stream}: {type(error).__name__}") from error
        finally:
            for number, future in pending:
                self._acks.pop(number, None)
                future.cancel()

    async def _atomic(self, stream: str, messages: Sequence[SequencedMessage]) -> None:
        batch = uuid.uuid4().hex
        first_number, first = self._expect()
        last_number, last = self._expect()
        end = len(messages)
        frames: list[bytes] = []
        try:
            for index, message in enumerate(messages, start=1):
                lines = f"{wire_lines(message)}Nats-Batch-Id: {batch}\r\nNats-Batch-Sequence: {index}\r\n"
                reply = ""
                if index == 1:
                    # Only the first may carry the fence; the batch is stored whole or not at all.
                    lines += f"Nats-Expected-Last-Sequence: {message.position - 1}\r\n"
                    reply = f"{self._inbox}.{first_number}"
                if index == end:
                    lines += "Nats-Batch-Commit: 1\r\n"
                    reply = f"{self._inbox}.{last_number}"
                frames.append(frame(message.subject, reply, lines, message.data))
            await send(self.client, frames)
            async with asyncio.timeout(ACK_TIMEOUT):
                opened, committed = await asyncio.gather(first, last)
            if "error" in opened:
                _check(stream, opened, messages[0].position)
            _check(stream, committed, messages[-1].position)
        except (TimeoutError, nats.errors.Error, OSError) as error:
            raise BusUnavailable(f"{stream}: {type(error).__name__}") from error
        finally:
            for number, future in ((first_number, first), (last_number, last)):
                self._acks.pop(number, None)
                future.cancel()

    def reader(self, stream: str, start: int, partitions: Sequence[int]) -> AbstractAsyncContextManager[Reader]:
        return open_reader(self.client, self._request, self._inbox, stream, start, partitions)

    async def ring(self, bell: str) -> None:
        if self.client.is_connected:
            await self.client.publish(f"bell.{bell}")

    async def on_ring(self, bell: str, wake: Callable[[], None]) -> None:
        async def rung(_: Msg) -> None:
            wake()

        await self.client.subscribe(f"bell.{bell}", cb=rung)


def wire_lines(message: SequencedMessage) -> str:
    """The stored headers with the place that the sequencer gave."""
    # No Nats-Msg-Id: the fence answers first in every case, and the ids would cost a tenth of the rate (ADR 6).
    return f"{header_lines(message.headers)}ce-position: {message.position}\r\nce-prev: {message.prev}\r\n"


def _check(stream: str, answer: dict[str, Any], position: int) -> None:
    error = answer.get("error")
    if error:
        if error.get("err_code") == WRONG_LAST_SEQUENCE:
            raise Fenced(f"{stream}: {error.get('description')}")
        raise BusUnavailable(f"{stream}: {error.get('description')} ({error.get('err_code')})")
    if answer.get("seq") != position:
        raise Fenced(f"{stream} stored position {position} at sequence {answer.get('seq')}")
