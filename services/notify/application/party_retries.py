"""再次通知: a party that no channel reached is told again when that was asked for, exactly once per asking.

A try is a message of its own, with an identity made from the number of the try: providers know messages by it, and an
answer about the first one must not be taken for an answer about this one. It is queued on every channel on which all
messages to the party so far have failed: while one may still arrive, another would tell somebody twice.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from services.notify.domain.message.commands import QueueMessage
from services.notify.domain.message.decider import MESSAGE
from services.notify.domain.message.policy import DeliveryPolicy
from services.notify.domain.message.state import MessageState
from services.notify.domain.vocabulary import Recipient
from shared.contracts.mobility import PartyRetried
from shared.eventstore.unit_of_work import UnitOfWork

Retrying = Callable[[PartyRetried, UnitOfWork], Awaitable[None]]


def failed(states: Iterable[MessageState]) -> bool:
    """Whether nothing of this may arrive any more, as far as anybody knows."""
    return all(state.status == "undelivered" for state in states)


def retrying(policy: Callable[[], DeliveryPolicy]) -> Retrying:
    """The reaction. `policy` says how patient we are with messages queued from now on."""

    async def retry(event: PartyRetried, unit: UnitOfWork) -> None:
        unit.cause = unit.cause.with_correlation(event.relocation_id)
        rows = await unit.rows("messages", relocation_id=event.relocation_id, party_id=event.party_id)
        by_channel: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            by_channel[row["channel"]].append(row)
        for channel in sorted(by_channel):
            # The rows say which messages there are; what became of each is asked of its own stream.
            states = [await unit.state(MESSAGE, row["message_id"]) for row in by_channel[channel]]
            if failed(states):
                await _again(by_channel[channel][0], event, unit)

    async def _again(row: dict[str, Any], event: PartyRetried, unit: UnitOfWork) -> None:
        command = QueueMessage(
            relocation_id=event.relocation_id,
            party_id=event.party_id,
            channel=row["channel"],
            template=row["template"],
            recipient=Recipient(kind=row["recipient_kind"], ref_id=row["recipient_ref"]),
            references=row["about"],
            policy=policy(),
            queued_at=unit.clock.now(),
            retry=event.attempt,
        )
        await unit.handle(MESSAGE, command.message_id, command)

    return retry
