"""The queue of inbound messages on JetStream: a durable, acknowledged pull consumer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import Error as JetStreamError

from shared.messaging.bus import BusUnavailable
from shared.messaging.inbound import STREAM
from shared.messaging.topology import door_of

BATCH = 1
"""Messages per fetch. nats-py waits for the rest of a larger batch: one message alone was held up to 12 s."""
FETCH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class NatsDelivery:
    """A message of the pull consumer."""

    message: Msg
    client: Client

    @property
    def subject(self) -> str:
        return self.message.subject

    @property
    def headers(self) -> Mapping[str, str]:
        return self.message.headers or {}

    @property
    def data(self) -> bytes:
        return self.message.data

    @property
    def sequence(self) -> int:
        return self.message.metadata.sequence.stream

    async def ack(self) -> None:
        try:
            await self.message.ack()
        except nats.errors.Error as error:
            raise BusUnavailable(f"{type(error).__name__}: {error}") from error

    async def in_progress(self) -> None:
        if self.client.is_connected:
            await self.message.in_progress()


class NatsInboundQueue:
    """The durable consumer of one service, which provisioning has made."""

    def __init__(self, service: str, client: Client, *, stream: str = STREAM, inbox: str | None = None) -> None:
        self._durable = door_of(service)
        self._stream = stream
        # nats-py does not hand its own inbox prefix on to pull subscriptions: ours is the only one we may subscribe to.
        self._inbox_prefix = f"{inbox or f'_INBOX_{service}'}.".encode()
        self._client = client
        self._subscription: JetStreamContext.PullSubscription | None = None

    async def fetch(self) -> Sequence[NatsDelivery]:
        try:
            if self._subscription is None:
                js = self._client.jetstream()
                self._subscription = await js.pull_subscribe_bind(
                    self._durable, self._stream, inbox_prefix=self._inbox_prefix
                )
            return [
                NatsDelivery(message, self._client)
                for message in await self._subscription.fetch(BATCH, timeout=FETCH_SECONDS)
            ]
        except (TimeoutError, nats.errors.TimeoutError):
            await self._check()
            return []
        except (nats.errors.Error, JetStreamError, OSError) as error:
            raise BusUnavailable(f"{type(error).__name__}: {error}") from error

    async def _check(self) -> None:
        """A fetch that times out looks the same with and without a consumer: only asking tells."""
        try:
            await self._client.jetstream().consumer_info(self._stream, self._durable)
        except (nats.errors.Error, JetStreamError, OSError) as error:
            raise BusUnavailable(f"{type(error).__name__}: {error}") from error

    async def close(self) -> None:
        subscription, self._subscription = self._subscription, None
        if subscription is not None and self._client.is_connected:
            await subscription.unsubscribe()
