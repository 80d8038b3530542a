"""The two commits around a call to a provider: that it is about to be made, and what came of it."""

from services.notify.domain.message.commands import (
    RecordDelivered,
    RecordNotSent,
    RecordRejected,
    RecordSubmitted,
    RecordUndelivered,
    RecordUnknown,
    StartAttempt,
)
from services.notify.domain.message.decider import MESSAGE
from services.notify.domain.message.state import MessageState
from services.notify.projections.messages import CHECK
from services.notify.projections.tables import SENDS
from services.notify.providers.outcome import Absent, Declined, Finding, NoAnswer, Outcome, Taken
from services.notify.sending.to_do import Task
from shared.eventstore.executor import Executor
from shared.eventstore.rows import Remove
from shared.eventstore.unit_of_work import UnitOfWork


async def start(executor: Executor, task: Task, provider: str) -> int:
    """Commit that the provider is about to be called; returns the number of the attempt.

    Only who gets a number may call. Raises `Refused` when no attempt may be made (another sender was first, say), and
    `Unavailable` when it is not known whether it was committed: then the deadline of the attempt settles it.
    """

    async def job(unit: UnitOfWork) -> int:
        return await _start(unit, task, provider)

    return await executor.run(job, task.cause)


async def decline(executor: Executor, task: Task, provider: str, why: Declined) -> None:
    """An attempt that ends before the provider is called, since there is nowhere to send the message to."""

    async def job(unit: UnitOfWork) -> None:
        number = await _start(unit, task, provider)
        await _result(unit, task.message_id, number, why)

    await executor.run(job, task.cause)


async def result(executor: Executor, task: Task, number: int, outcome: Outcome) -> None:
    """Commit what came of an attempt. True whenever it is said, so it may be repeated until it is committed."""

    async def job(unit: UnitOfWork) -> None:
        await _result(unit, task.message_id, number, outcome)

    await executor.run(job, task.cause)


async def finding(executor: Executor, task: Task, found: Finding) -> None:
    """Commit what the provider answered about a message, and that it was asked."""

    async def job(unit: UnitOfWork) -> None:
        # Not an event: a rebuilt list may ask once more, which does no harm.
        unit.change(Remove(SENDS.name, (task.message_id, CHECK)))
        if found is None:
            return
        state: MessageState = await unit.state(MESSAGE, task.message_id)
        now = unit.clock.now()
        if isinstance(found, Absent):
            # Of a message that it once took over it proves nothing: providers forget after some days.
            if state.status == "unconfirmed":
                await unit.handle(MESSAGE, task.message_id, RecordNotSent(attempt_no=state.attempts, found_at=now))
            return
        if state.status == "unconfirmed":
            await _result(unit, task.message_id, state.attempts, Taken(found.reference))
        if found.delivered is True:
            arrived = RecordDelivered(receipt_id=found.reference, delivered_at=found.at or now)
            await unit.handle(MESSAGE, task.message_id, arrived)
        elif found.delivered is False:
            failed = RecordUndelivered(code=found.code, failed_at=found.at or now)
            await unit.handle(MESSAGE, task.message_id, failed)

    await executor.run(job, task.cause)


async def _start(unit: UnitOfWork, task: Task, provider: str) -> int:
    state: MessageState = await unit.state(MESSAGE, task.message_id)
    number = state.attempts + 1
    command = StartAttempt(attempt_no=number, provider=provider, started_at=unit.clock.now())
    await unit.handle(MESSAGE, task.message_id, command)
    return number


async def _result(unit: UnitOfWork, message_id: str, number: int, outcome: Outcome) -> None:
    now = unit.clock.now()
    command: RecordSubmitted | RecordRejected | RecordUnknown
    match outcome:
        case Taken():
            command = RecordSubmitted(attempt_no=number, provider_reference=outcome.reference, submitted_at=now)
        case Declined():
            command = RecordRejected(attempt_no=number, code=outcome.code, permanent=outcome.permanent, rejected_at=now)
        case NoAnswer():
            command = RecordUnknown(attempt_no=number, detail=outcome.detail, since=now)
    await unit.handle(MESSAGE, message_id, command)
