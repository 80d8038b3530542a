"""Carrying out the end of a retention class over messages. Each goes by a fact of its own stream: a row that was only deleted
would be back with the next rebuild of the read model.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.notify.domain.message.commands import ForgetMessage
from services.notify.domain.message.decider import MESSAGE
from shared.eventstore.context import Cause
from shared.eventstore.executor import Executor
from shared.eventstore.unit_of_work import UnitOfWork

_AT_ONCE: Final = 200
"""Decided side by side, so that they share transactions."""


async def forget(
    executor: Executor, message_ids: Sequence[str], before: datetime, retention_class: str, actor: str
) -> int:
    """Forget these messages; returns how many. One that something happened to since `before` is kept."""
    command = ForgetMessage(retention_class=retention_class, forgotten_at=executor.clock.now())

    async def one(message_id: str) -> int:
        async def job(unit: UnitOfWork) -> int:
            row = await unit.row("messages", message_id)
            if row is None or row["changed_at"] >= before:
                return 0
            return len(await unit.handle(MESSAGE, message_id, command))

        return await executor.run(job, Cause(message_id, actor=actor))

    gone = 0
    for start in range(0, len(message_ids), _AT_ONCE):
        gone += sum(await asyncio.gather(*map(one, message_ids[start : start + _AT_ONCE])))
    return gone
