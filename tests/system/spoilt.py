"""Messages that cannot be handled: what a faulty release would publish, and how the next one mends it."""

from datetime import UTC, datetime

import asyncpg

from shared.contracts.notify import MessageDelivered
from shared.eventstore.context import Cause
from shared.messaging.envelope import outgoing
from tests.system.support import System


async def publish_as_notify(system: System, identity: str, relocation_id: str, *, spoilt: bool) -> None:
    """What a faulty release of notify would put into its outbox."""
    event = _delivery(identity, relocation_id)
    message = outgoing(event, identity, 1, Cause(relocation_id), datetime.now(UTC))
    connection = await asyncpg.connect(system.installation.database_url("notify"))
    try:
        await connection.execute(
            "INSERT INTO outbox (message_id, subject, partition, headers, data) VALUES ($1, $2, $3, $4, $5)",
            message.message_id, message.subject, message.partition, message.headers, b"{}" if spoilt else message.data,
        )  # fmt: skip
    finally:
        await connection.close()


async def mend(system: System, number: int, relocation_id: str) -> None:
    """What the next release of mobility could read."""
    connection = await asyncpg.connect(system.installation.database_url("mobility"))
    try:
        data = _delivery("spoilt-1", relocation_id).model_dump_json().encode()
        await connection.execute("UPDATE dead_letters SET data = $2 WHERE id = $1", number, data)
    finally:
        await connection.close()


def _delivery(identity: str, relocation_id: str) -> MessageDelivered:
    return MessageDelivered(
        message_id=identity, relocation_id=relocation_id, party_id="nobody", channel="sms", receipt_id="r",
        delivered_at=datetime.now(UTC),
    )  # fmt: skip
