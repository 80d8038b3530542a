"""FastStream subscribers that hand over whatever has arrived, from a source that we control.

FastStream's batch loop waits until its batch is full or its time-out passes (measured: p50 502 ms at a time-out of 1 s,
lost messages at 20 ms), and its consumers keep their position at the broker. This subclass overrides the two private
methods that open the subscription and turn the loop; everything else (registration, dependencies, middlewares, AsyncAPI)
is FastStream's. `tests/unit/messaging/test_subscriber.py` notices when a new FastStream changes what is overridden.
"""

from collections.abc import Sequence
from types import GenericAlias
from typing import Any, Protocol

from faststream._internal.broker.registrator import Registrator
from faststream._internal.endpoint.subscriber.call_item import CallsCollection
from faststream.middlewares import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.message import NatsBatchMessage
from faststream.nats.subscriber.config import NatsSubscriberConfig, NatsSubscriberSpecificationConfig
from faststream.nats.subscriber.specification import NatsSubscriberSpecification
from faststream.nats.subscriber.usecases import BatchPullStreamSubscriber
from nats.js.api import ConsumerConfig


class Source(Protocol):
    """Where a subscriber's batches come from, and what handles them."""

    async def next(self) -> Sequence[Any]:
        """The next messages; waits until there are any, and keeps trying while the broker is away."""
        ...

    async def handle(self, batch: Sequence[Any]) -> None:
        """Handle them. Returns when their effects are durable."""
        ...

    async def close(self) -> None:
        """Let go of the broker's side."""
        ...


class SourceSubscriber(BatchPullStreamSubscriber):
    """A batch subscriber whose loop is the source's."""

    source: Source

    async def _create_subscription(self) -> None:
        self.add_task(self._consume_pull)

    async def _consume_pull(self) -> None:
        while self.running:
            await self.consume(list(await self.source.next()))

    async def stop(self) -> None:
        await super().stop()
        await self.source.close()


def subscribe(broker: NatsBroker, subject: str, stream: str, source: Source, *, title: str, payload: type[Any]) -> None:
    """Register a source with the broker. `payload` is the type of one message, for the AsyncAPI document."""
    calls: CallsCollection[Any] = CallsCollection()
    config = NatsSubscriberConfig(
        subject=subject,
        sub_config=ConsumerConfig(filter_subjects=[]),
        extra_options={},
        no_reply=True,
        _outer_config=broker.config,  # type: ignore[arg-type]
        _ack_policy=AckPolicy.MANUAL,
    )
    specification = NatsSubscriberSpecification(
        _outer_config=broker.config,  # type: ignore[arg-type]
        calls=calls,
        specification_config=NatsSubscriberSpecificationConfig(
            subject=subject, queue=None, title_=title, description_=None, include_in_schema=True
        ),
    )
    subscriber = SourceSubscriber(
        config, specification, calls, stream=JStream(name=stream, declare=False), pull_sub=PullSub(200, batch=True)
    )
    subscriber.source = source
    Registrator.subscriber(broker, subscriber)

    async def handle(batch: list[Any]) -> None:
        await source.handle(batch)

    handle.__annotations__["batch"] = GenericAlias(list, (payload,))
    subscriber.add_call(parser_=_parse, decoder_=_decode, codec_=None, dependencies_=())(handle)


async def _parse(batch: Any) -> Any:
    return NatsBatchMessage(raw_message=batch, body=[], headers={}, batch_headers=[])


async def _decode(message: Any) -> Any:
    return message.raw_message
