"""Receipts (回执): the providers' word about what became of a message. They come late, twice, mixed, or for strangers."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from services.notify.domain.message.commands import RecordDelivered, RecordUndelivered
from services.notify.domain.message.decider import MESSAGE
from services.notify.domain.message.state import MessageState
from services.notify.domain.vocabulary import Channel
from shared.eventstore.context import Cause
from shared.eventstore.executor import Executor
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from shared.observability.tracing import concerns, span, traceparent_of_current


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt, free of personal data: `receipt_id` is the provider's reference, `code` the reason of a failure."""

    message_id: str
    receipt_id: str
    delivered: bool
    code: str
    at: datetime | None


async def take(executor: Executor, channel: Channel, receipts: Sequence[Receipt]) -> int:
    """Record receipts and return, once all of it is committed, how many were of messages that we sent on the channel.

    Those of one message in their order, those of different messages together: they share transactions by group commit.
    Raises `Unavailable` when any could not be recorded; repeating them all does no harm.
    """
    by_message: defaultdict[str, list[Receipt]] = defaultdict(list)
    for receipt in receipts:
        by_message[receipt.message_id].append(receipt)
    known = await asyncio.gather(*(_take(executor, channel, group) for group in by_message.values()))
    return sum(chain.from_iterable(known))


async def _take(executor: Executor, channel: Channel, receipts: Sequence[Receipt]) -> list[bool]:
    message_id = receipts[0].message_id

    async def job(unit: UnitOfWork) -> None:
        state: MessageState = await unit.state(MESSAGE, message_id)
        if state.attempts == 0 or state.channel != channel:
            raise Refused("not-ours", "no message of that id was sent on this channel")
        concerns(state.relocation_id)
        unit.cause = Cause(state.relocation_id, None, f"receipts:{channel}", traceparent_of_current())
        for receipt in receipts:
            at = receipt.at or unit.clock.now()
            if receipt.delivered:
                arrived = RecordDelivered(receipt_id=receipt.receipt_id, delivered_at=at)
                await unit.handle(MESSAGE, message_id, arrived)
            else:
                await unit.handle(MESSAGE, message_id, RecordUndelivered(code=receipt.code, failed_at=at))

    try:
        with span(f"receipt {channel}", attributes={"yanzhen.message.id": message_id}):
            await executor.run(job, Cause(message_id, actor=f"receipts:{channel}"))
    except Refused:
        return [False] * len(receipts)
    return [True] * len(receipts)
