"""What the works of a group expect to find, and taking it: versions, cursors, timers, keys, held messages.

The claims are the only statements that can lose against somebody else. They come first and say who lost.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.eventstore.postgres import statements as sql
from shared.eventstore.postgres.blind_index import claim_index
from shared.eventstore.records import CursorMove, IdempotencyRecord, InboxEntry, StreamAppend, TimerRow, Work
from shared.eventstore.store import KeyTaken, LostCursor, TimerGone
from shared.kernel.errors import ConcurrencyConflict

Columns = dict[str, list[Any]]
"""Parameters of a statement over arrays: one list per column."""
Losers = dict[int, Exception]
"""Index of a work in its group, and why it cannot be committed."""


async def claim(connection: AsyncConnection, works: Sequence[Work]) -> Losers:
    """Try to take every version, cursor, timer and key the works expect. Returns those that found them gone."""
    losers: Losers = {}
    for step in (
        _claim_streams,
        _check_reads,
        _claim_cursors,
        _claim_timers,
        _claim_keys,
        _claim_inbox,
        _claim_dead,
        _claim_parked,
        claim_index,
    ):
        losers.update(await step(connection, works))
    return losers


def collisions(works: Sequence[Work]) -> Losers:
    """Works of one group that want the same version, cursor, timer or key: the first wins, the others lose now."""
    losers: Losers = {}
    seen: set[tuple[str, ...]] = set()
    for index, work in enumerate(works):
        wanted: dict[tuple[str, ...], Callable[[], Exception]] = {}
        for append in work.claims().values():
            wanted[("stream", append.stream_id)] = lambda a=append: ConcurrencyConflict(a.stream_id, a.expected_version)  # type: ignore[misc]
        for move in work.cursors:
            wanted[("cursor", move.consumer, move.source, str(move.partition))] = lambda: LostCursor(
                "taken in this group"
            )
        for timer in work.fired:
            wanted[("timer", timer.stream_id, timer.name, timer.due_at.isoformat())] = lambda: TimerGone(
                "taken in this group"
            )
        if work.idempotency:
            wanted[("key", work.idempotency.key)] = lambda: KeyTaken("taken in this group")
        for entry in work.inbox:
            wanted[("inbox", entry.source, entry.message_id)] = lambda: KeyTaken("taken in this group")
        for resolution in work.resolved:
            wanted[("dead", str(resolution.dead_letter_id))] = lambda: KeyTaken("taken in this group")
        for message in work.unparked:
            wanted[("parked", message.consumer, message.source, str(message.position))] = lambda: KeyTaken(
                "in this group"
            )
        clash = next((claim_ for claim_ in wanted if claim_ in seen), None)
        if clash is None:
            seen.update(wanted)
        else:
            losers[index] = wanted[clash]()
    return losers


async def _claim_streams(connection: AsyncConnection, works: Sequence[Work]) -> Losers:
    appends = [(index, claimed) for index, work in enumerate(works) for claimed in work.claims().values()]
    if not appends:
        return {}
    granted = await connection.execute(sql.CLAIM_STREAMS, claim_columns([append for _, append in appends]))
    have = set(granted.scalars())
    if len(have) == len(appends):
        return {}
    return {i: ConcurrencyConflict(a.stream_id, a.expected_version) for i, a in appends if a.stream_id not in have}


async def _check_reads(connection: AsyncConnection, works: Sequence[Work]) -> Losers:
    reads = [(i, s, v) for i, work in enumerate(works) for s, v in work.unclaimed_reads()]
    if not reads:
        return {}
    found = await connection.execute(sql.CHECK_READS, {"ids": sorted({s for _, s, _ in reads})})
    now = {row[0]: row[1] for row in found}
    # A stream that this very group moves is seen at its new version: the cached reader is too late either way.
    return {i: ConcurrencyConflict(s, v) for i, s, v in reads if now.get(s, 0) != v}


async def _claim_cursors(connection: AsyncConnection, works: Sequence[Work]) -> Losers:
    moves = [(index, move) for index, work in enumerate(works) for move in work.cursors]
    if not moves:
        return {}
    granted = await connection.execute(
        sql.CLAIM_CURSORS,
        cursor_columns([move for _, move in moves]),
    )
    have = {tuple(row) for row in granted}
    return {
        i: LostCursor(f"{m.consumer} of {m.source}.{m.partition} is no longer at {m.expected}")
        for i, m in moves
        if (m.consumer, m.source, m.partition) not in have
    }


async def _claim_timers(connection: AsyncConnection, works: Sequence[Work]) -> Losers:
    timers = [(index, timer) for index, work in enumerate(works) for timer in work.fired]
    if not timers:
        return {}
    granted = await connection.execute(
        sql.CLAIM_TIMERS,
        fired_columns([timer for _, timer in timers]),
    )
    have = {tuple(row) for row in granted}
    return {
        i: TimerGone(f"{t.name} of {t.stream_id}") for i, t in timers if (t.stream_id, t.name, t.due_at) not in have
    }


async def _claim_keys(connection: AsyncConnection, works: Sequence[Work]) -> Losers:
    records = [(index, work.idempotency) for index, work in enumerate(works) if work.idempotency]
    if not records:
        return {}
    granted = await connection.execute(
        sql.CLAIM_KEYS,
        key_columns([record for _, record in records]),
    )
    have = set(granted.scalars())
    return {i: KeyTaken(r.key) for i, r in records if r.key not in have}


async def _claim_inbox(connection: AsyncConnection, works: Sequence[Work]) -> Losers:
    entries = [(index, entry) for index, work in enumerate(works) for entry in work.inbox]
    if not entries:
        return {}
    granted = await connection.execute(
        sql.CLAIM_INBOX,
        inbox_columns([entry for _, entry in entries]),
    )
    have = {tuple(row) for row in granted}
    return {i: KeyTaken(f"{e.source} {e.message_id}") for i, e in entries if (e.source, e.message_id) not in have}


async def _claim_dead(connection: AsyncConnection, works: Sequence[Work]) -> Losers:
    resolutions = [(index, resolution) for index, work in enumerate(works) for resolution in work.resolved]
    if not resolutions:
        return {}
    granted = await connection.execute(
        sql.CLAIM_DEAD,
        {
            "ids": [r.dead_letter_id for _, r in resolutions],
            "statuses": [r.status for _, r in resolutions],
            "codes": [r.code for _, r in resolutions],
            "details": [r.detail for _, r in resolutions],
        },
    )
    have = set(granted.scalars())
    return {i: KeyTaken(f"dead letter {r.dead_letter_id}") for i, r in resolutions if r.dead_letter_id not in have}


async def _claim_parked(connection: AsyncConnection, works: Sequence[Work]) -> Losers:
    parked = [(index, message) for index, work in enumerate(works) for message in work.unparked]
    if not parked:
        return {}
    granted = await connection.execute(
        sql.CLAIM_PARKED,
        {
            "consumers": [m.consumer for _, m in parked],
            "sources": [m.source for _, m in parked],
            "keys": [m.key for _, m in parked],
            "positions": [m.position for _, m in parked],
        },
    )
    have = {tuple(row) for row in granted}
    return {
        i: KeyTaken(f"parked message {m.position} of {m.source}")
        for i, m in parked
        if (m.consumer, m.source, m.position) not in have
    }


def cursor_columns(moves: Sequence[CursorMove]) -> Columns:
    return {
        "consumers": [m.consumer for m in moves],
        "sources": [m.source for m in moves],
        "partitions": [m.partition for m in moves],
        "expected": [m.expected for m in moves],
        "next": [m.to for m in moves],
    }


def fired_columns(timers: Sequence[TimerRow]) -> Columns:
    return {
        "ids": [t.stream_id for t in timers],
        "names": [t.name for t in timers],
        "dues": [t.due_at for t in timers],
    }


def key_columns(records: Sequence[IdempotencyRecord]) -> Columns:
    return {
        "keys": [r.key for r in records],
        "fingerprints": [r.fingerprint for r in records],
        "statuses": [r.status for r in records],
        "bodies": [r.body for r in records],
    }


def inbox_columns(entries: Sequence[InboxEntry]) -> Columns:
    return {"sources": [e.source for e in entries], "ids": [e.message_id for e in entries]}


def claim_columns(claims: Sequence[StreamAppend]) -> Columns:
    # In order of their ids, so that two processes that take the same streams take their locks in the same order.
    ordered = sorted(claims, key=lambda append: append.stream_id)
    fresh = [append for append in ordered if append.expected_version == 0]
    moved = [append for append in ordered if append.expected_version > 0]
    return {
        "new_ids": [a.stream_id for a in fresh],
        "new_types": [a.stream_type for a in fresh],
        "new_versions": [a.next_version for a in fresh],
        "ids": [a.stream_id for a in moved],
        "expected": [a.expected_version for a in moved],
        "next": [a.next_version for a in moved],
    }
