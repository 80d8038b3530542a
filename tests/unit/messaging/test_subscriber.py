"""Our subscriber inside FastStream: it hands over what comes, and notices when FastStream's inside has changed."""

import asyncio
import inspect
from collections.abc import Sequence
from typing import Any

from faststream.nats import NatsBroker
from faststream.nats.subscriber.usecases import BatchPullStreamSubscriber

from shared.contracts.mobility import TransferAccepted
from shared.messaging.subscriber import SourceSubscriber, subscribe
from shared.runtime.asyncapi import asyncapi_document


class Source:
    """Three batches, then silence."""

    def __init__(self) -> None:
        self.handled: list[list[Any]] = []
        self.left = [[1], [2, 3], [4]]
        self.done = asyncio.Event()
        self.closed = False

    async def next(self) -> Sequence[Any]:
        if not self.left:
            self.done.set()
            await asyncio.Event().wait()
        return self.left.pop(0)

    async def handle(self, batch: Sequence[Any]) -> None:
        self.handled.append(list(batch))

    async def close(self) -> None:
        self.closed = True


async def test_every_batch_is_handed_over_as_it_comes_and_the_source_is_closed_in_the_end() -> None:
    broker, source = NatsBroker(apply_types=False, logger=None), Source()
    subscribe(broker, "mobility.evt.>", "OUT_MOBILITY", source, title="x follows mobility", payload=TransferAccepted)
    [subscriber] = broker.subscribers
    assert isinstance(subscriber, SourceSubscriber)
    broker.config.logger._setup(broker.config.fd_config.context)
    await subscriber.start()
    async with asyncio.timeout(5):
        await source.done.wait()
    await subscriber.stop()
    assert source.handled == [[1], [2, 3], [4]]
    assert source.closed


def test_it_stands_in_the_asyncapi_document_with_its_payload() -> None:
    broker = NatsBroker(apply_types=False, logger=None)
    subscribe(broker, "mobility.evt.>", "OUT_MOBILITY", Source(), title="x follows mobility", payload=TransferAccepted)
    document = asyncapi_document(broker, "x", "about x", "1")
    assert document["asyncapi"] == "3.0.0"
    assert document["channels"]["x follows mobility"]["address"] == "mobility.evt.>"
    assert "TransferAccepted" in str(document["components"]["schemas"])


def test_what_is_overridden_is_still_what_faststream_calls() -> None:
    start = inspect.getsource(BatchPullStreamSubscriber.start)
    assert "_create_subscription()" in start
    assert inspect.iscoroutinefunction(BatchPullStreamSubscriber._consume_pull)
    assert "self.add_task(self._consume_pull)" in inspect.getsource(BatchPullStreamSubscriber._create_subscription)
