"""Writing what a group of works has claimed, in the transaction of the claims.

A group is claimed first (`claims.claim`); losers are taken out and the rest starts again in a clean transaction. So one
work's conflict never costs another, and in the common case there is a single transaction and a single fsync for all.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.eventstore.postgres import audit_trail
from shared.eventstore.postgres import statements as sql
from shared.eventstore.postgres.views import ViewWriter
from shared.eventstore.records import HeldMessage, OutgoingMessage, Work
from shared.kernel.json import to_json


async def write(connection: AsyncConnection, works: Sequence[Work], views: ViewWriter) -> None:
    """Write what the works claimed: events, messages, timers, held messages, read models."""
    events = event_columns(works)
    if events["stream_ids"]:
        await connection.execute(sql.INSERT_EVENTS, events)
    messages = [message for work in works for message in work.messages]
    if messages:
        await connection.execute(sql.INSERT_OUTBOX, message_columns(messages))
    await _change_timers(connection, works)
    await _hold(connection, works)
    await views.write(connection, [change for work in works for change in work.rows])
    entries = [entry for work in works for entry in work.audit]
    if entries:
        await audit_trail.append(connection, entries)  # last: it holds the trail until the commit


def event_columns(works: Sequence[Work]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        name: []
        for name in (
            "stream_ids", "versions", "event_ids", "types", "schema_versions", "datas", "metas", "correlations", "times",
        )
    }  # fmt: skip
    for work in works:
        for append in work.appends:
            for offset, event in enumerate(append.events, start=1):
                columns["stream_ids"].append(append.stream_id)
                columns["versions"].append(append.expected_version + offset)
                columns["event_ids"].append(event.event_id)
                columns["types"].append(event.type)
                columns["schema_versions"].append(event.schema_version)
                columns["datas"].append(event.data)
                columns["metas"].append(append.meta)
                columns["correlations"].append(append.correlation_id)
                columns["times"].append(append.recorded_at)
    return columns


def message_columns(messages: Sequence[OutgoingMessage]) -> dict[str, list[Any]]:
    return {
        "message_ids": [m.message_id for m in messages],
        "subjects": [m.subject for m in messages],
        "partitions": [m.partition for m in messages],
        "headers": [m.headers for m in messages],
        "bodies": [m.data for m in messages],
    }


async def _change_timers(connection: AsyncConnection, works: Sequence[Work]) -> None:
    cancelled, armed = timer_changes(works)
    if cancelled["ids"]:
        await connection.execute(sql.CANCEL_TIMERS, cancelled)
    if armed["ids"]:
        await connection.execute(sql.ARM_TIMERS, armed)


def timer_changes(works: Sequence[Work]) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """The columns of what is cancelled and of what is armed. No timer is in both: arming replaces it anyway."""
    armed = {(timer.stream_id, timer.name): timer for work in works for timer in work.armed}
    timers = list(armed.values())
    cancelled = [address for work in works for address in work.cancelled if address not in armed]
    return {"ids": [a[0] for a in cancelled], "names": [a[1] for a in cancelled]}, {
        "ids": [t.stream_id for t in timers],
        "names": [t.name for t in timers],
        "types": [t.stream_type for t in timers],
        "dues": [t.due_at for t in timers],
        "correlations": [t.correlation_id for t in timers],
    }


async def _hold(connection: AsyncConnection, works: Sequence[Work]) -> None:
    for work in works:  # rare: one statement per message is fine
        for message in work.dead:
            await connection.execute(sql.INSERT_DEAD, _held(message) | {"code": message.code, "detail": message.detail})
        for message in work.parked:
            await connection.execute(sql.INSERT_PARKED, _held(message))


def _held(message: HeldMessage) -> dict[str, Any]:
    return {
        "consumer": message.consumer,
        "source": message.source,
        "partition": message.partition,
        "position": message.position,
        "key": message.key,
        "type": message.type,
        "headers": to_json(dict(message.headers)),
        "data": message.data,
    }
