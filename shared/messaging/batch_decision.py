"""What a batch of messages brings about, collected in one unit of work. Nothing is committed here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from structlog.typing import FilteringBoundLogger

from shared.contracts.base import PublicEvent
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.decider import Decider
from shared.kernel.errors import ConcurrencyConflict
from shared.messaging.envelope import Envelope
from shared.messaging.failures import is_transient, reason
from shared.messaging.handlers import Handlers
from shared.messaging.holding import Holding
from shared.messaging.meter import ConsumerMeter


@dataclass(frozen=True, slots=True)
class BatchDecision:
    """A batch, read once, and the keys that wait: `held` takes up those that this batch buries."""

    handlers: Handlers
    meter: ConsumerMeter
    log: FilteringBoundLogger
    held: Holding
    messages: Sequence[tuple[Envelope, PublicEvent | Exception | None]]
    instances: Sequence[tuple[Decider[Any, Any], str]]
    """What it will decide on, as far as the handlers know beforehand."""

    @classmethod
    def of(
        cls,
        batch: Sequence[Envelope],
        held: Holding,
        handlers: Handlers,
        meter: ConsumerMeter,
        log: FilteringBoundLogger,
    ) -> "BatchDecision":
        messages = [(envelope, handlers.decode(envelope)) for envelope in batch]
        flowing = (event for envelope, event in messages if envelope.key not in held)
        instances = [pair for event in flowing for pair in handlers.touched(event)]
        return cls(handlers, meter, log, held, messages, instances)

    def streams(self) -> Iterator[str]:
        """The streams of the instances."""
        return (decider.stream(identity) for decider, identity in self.instances)

    async def decide(self, unit: UnitOfWork) -> None:
        """Raises what is transient, and `ConcurrencyConflict` when a remembered state led to a refusal; whatever else a
        message raises makes it a dead letter.
        """
        await unit.prefetch(self.instances)
        for envelope, event in self.messages:
            if envelope.key in self.held:
                unit.work.parked.append(self.held.park(envelope))
                continue
            try:
                with self.meter.message(envelope, event) as cause:
                    fork = unit.fork(cause)
                    await self.handlers.apply(envelope, event, fork)
                unit.merge(fork)
            except Exception as error:
                if is_transient(error):
                    raise
                if fork.warm():
                    fork.forget()
                    unit.forget()
                    # Refused on a remembered state: only a fresh one may condemn a message.
                    raise ConcurrencyConflict(envelope.type, envelope.position) from error
                self._bury(envelope, error, unit)

    def _bury(self, envelope: Envelope, error: Exception, unit: UnitOfWork) -> None:
        code, text = reason(error)
        unit.work.dead.append(self.held.bury(envelope, code, text))
        self.log.error("consumer.dead-letter", type=envelope.type, position=envelope.position, code=code)
        self.meter.dead(envelope, code)
