"""What a service hears from another one, handled as its consumer does and without a broker."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

from shared.contracts.base import PublicEvent, partition_of
from shared.eventstore.context import Cause
from shared.eventstore.model import ServiceModel
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.json import from_json
from shared.messaging.envelope import Envelope, outgoing
from shared.messaging.handlers import Handlers, On
from tests.support.kernel import Kernel

Reacting = Callable[[], AbstractContextManager[None]]


class Ear:
    """One service's; every message stands behind the one before. `while_reacting` is around each reaction."""

    def __init__(
        self, kernel: Kernel, model: ServiceModel, follows: Mapping[str, Mapping[type[PublicEvent], On]]
    ) -> None:
        self._kernel = kernel
        self._handlers = {source: Handlers(model, reactions) for source, reactions in follows.items()}
        self._position = 0

    async def hear(self, event: PublicEvent, while_reacting: Reacting = nullcontext) -> None:
        self._position += 1
        message = outgoing(event, self._kernel.executor.ids(), 0, Cause("elsewhere"), self._kernel.executor.clock.now())
        envelope = Envelope(
            f"OUT_{event.service.upper()}", self._position, 0, partition_of(event.partition_key), event.partition_key,
            message.message_id, event.ce_type, from_json(message.headers), message.data,
        )  # fmt: skip
        await handled(self._kernel, self._handlers[event.service], envelope, while_reacting)


async def handled(
    kernel: Kernel, handlers: Handlers, envelope: Envelope, while_reacting: Reacting = nullcontext
) -> None:
    """Decide and commit what one message brings about."""
    decoded = handlers.decode(envelope)

    async def job(unit: UnitOfWork) -> None:
        await unit.prefetch(handlers.touched(decoded))
        fork = unit.fork(envelope.cause())
        with while_reacting():  # a context anew for each try: a refusal on what was remembered is tried again
            await handlers.apply(envelope, decoded, fork)
        unit.merge(fork)

    await kernel.executor.run(job, envelope.cause())
