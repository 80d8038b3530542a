"""Settling a dead letter: replay it or discard it, then let go what waited behind it, in order."""

from collections.abc import Callable

from shared.eventstore.context import Cause
from shared.eventstore.executor import Executor
from shared.eventstore.records import HeldMessage, Resolution
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import ConcurrencyConflict
from shared.messaging.failures import is_transient, reason
from shared.messaging.handlers import Handlers
from shared.messaging.holding import Holding, unheld

Note = Callable[[UnitOfWork], None]


async def settle(
    consumer: str, handlers: Handlers, executor: Executor, number: int, status: str, message: HeldMessage
) -> int:
    """Carry out what was asked of one dead letter. Each message is committed on its own, with its effects.

    Returns how many messages were settled; 0 when the replay failed again. Raises `Unavailable`: ask again later.
    """
    if status == "discard":
        unit = executor.unit(Cause(message.headers.get("ce-correlationid", ""), actor=consumer))
        unit.work.resolved.append(Resolution(number, "discarded"))
        await executor.committer.commit(unit.work)
    else:
        error = await _apply(
            handlers, executor, message, lambda unit: unit.work.resolved.append(Resolution(number, "replayed"))
        )
        if error is not None:
            unit = executor.unit(Cause(message.headers.get("ce-correlationid", ""), actor=consumer))
            unit.work.resolved.append(Resolution(number, "dead", *reason(error)))
            await executor.committer.commit(unit.work)
            return 0
    return 1 + await _drain(consumer, handlers, executor, message)


async def _drain(consumer: str, handlers: Handlers, executor: Executor, first: HeldMessage) -> int:
    settled = 0
    store = executor.repository.store
    while waiting := await store.parked_messages(first.consumer, first.source, first.key):
        for message in waiting:
            error = await _apply(handlers, executor, message, lambda unit, m=message: unit.work.unparked.append(m))  # type: ignore[misc]
            if error is not None:
                # This one cannot be handled either: it takes the place of the dead letter, the rest goes on waiting.
                unit = executor.unit(unheld(message).cause())
                unit.work.dead.append(Holding(message.consumer, message.source).bury(unheld(message), *reason(error)))
                unit.work.unparked.append(message)
                await executor.committer.commit(unit.work)
                return settled
            settled += 1
    return settled


async def _apply(handlers: Handlers, executor: Executor, message: HeldMessage, note: Note) -> Exception | None:
    envelope = unheld(message)

    async def job(unit: UnitOfWork) -> None:
        await handlers.apply(envelope, handlers.decode(envelope), unit)
        note(unit)

    try:
        await executor.run(job, envelope.cause())
    except Exception as error:
        if is_transient(error) and not isinstance(error, ConcurrencyConflict):
            raise
        return error
    return None
