"""After a start: attempts that somebody began and nobody ended. Whether they went out is unknown, and is said so."""

from datetime import timedelta

import structlog

from services.notify.domain.message.commands import RecordUnknown
from services.notify.domain.message.decider import MESSAGE
from services.notify.sending.to_do import ToDo
from shared.eventstore.context import Cause
from shared.eventstore.executor import Executor
from shared.eventstore.unit_of_work import UnitOfWork

log = structlog.get_logger("recovery")


async def recover(executor: Executor, to_do: ToDo, longest_call: float) -> int:
    """Record as unknown what cannot be under way any more; returns how many attempts that were.

    It waits until even the youngest call must have ended, since another replica may be making it. Without this the
    deadline of the attempt would do the same, only later.
    """
    rows = await to_do.attempting()
    if not rows:
        return 0
    youngest = max(row["changed_at"] for row in rows) + timedelta(seconds=longest_call)
    wait = (youngest - executor.clock.now()).total_seconds()
    await executor.clock.sleep(min(max(wait, 0.0), longest_call))
    for row in rows:
        message_id, number = row["message_id"], row["attempts"]

        async def job(unit: UnitOfWork, message_id: str = message_id, number: int = number) -> None:
            silence = RecordUnknown(
                attempt_no=number, detail="the sender stopped before a result", since=unit.clock.now()
            )
            await unit.handle(MESSAGE, message_id, silence)

        await executor.run(job, Cause(row["relocation_id"], actor="recovery"))
    log.info("recovery.closed-attempts", channel=rows[0]["channel"], attempts=len(rows))
    return len(rows)
