"""A whole group in one statement: claims, events, messages, timers and read models as parts of one WITH.

One round trip without BEGIN and COMMIT instead of six to ten: most of what a small group costs is round trips. The claims
count the rows they took; one too few divides by zero, and the statement takes itself back, to be tried again claim by
claim (`claims.claim`), which finds out who lost. All parts see one snapshot, so no row may be touched by two of them;
where that cannot be said beforehand, `parts_of` declines.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from shared.eventstore.postgres import statements as sql
from shared.eventstore.postgres.blind_index import INSERT_INDEX, index_columns
from shared.eventstore.postgres.claims import claim_columns, cursor_columns, fired_columns, inbox_columns, key_columns
from shared.eventstore.postgres.commit import event_columns, message_columns, timer_changes
from shared.eventstore.postgres.lanes import Lanes
from shared.eventstore.postgres.views import ViewWriter
from shared.eventstore.records import Work

CLAIM_LOST = "22012"
"""SQLSTATE of the division by zero with which the statement takes itself back."""


@dataclass(frozen=True, slots=True)
class Part:
    """One WITH part. `wanted`: how many rows it has to bring for the group to stand; None for a mere effect."""

    statement: str
    values: dict[str, list[Any]]
    wanted: int | None = None


def parts_of(works: Sequence[Work], views: ViewWriter) -> list[Part] | None:
    """What the group does as parts that may run in any order, or None when they may not."""
    if any(w.dead or w.parked or w.resolved or w.unparked or w.unindexed or w.audit for w in works):
        return None  # rare, and told one by one; a record of the trail needs to know the one before it
    claims = [claimed for work in works for claimed in work.claims().values()]
    claimed = {append.stream_id for append in claims}
    reads = {read for work in works for read in work.unclaimed_reads()}
    if any(stream_id in claimed for stream_id, _ in reads):
        return None  # one work of the group reads what another moves
    fired = [timer for work in works for timer in work.fired]
    cancelled, armed = timer_changes(works)
    touched = {*zip(cancelled["ids"], cancelled["names"], strict=True), *zip(armed["ids"], armed["names"], strict=True)}
    if any((timer.stream_id, timer.name) in touched for timer in fired):
        return None
    changes = views.in_any_order([change for work in works for change in work.rows])
    if changes is None:
        return None
    streams = claim_columns(claims)
    moves = [move for work in works for move in work.cursors]
    keys = [work.idempotency for work in works if work.idempotency]
    entries = [entry for work in works for entry in work.inbox]
    opened = {name: streams[name] for name in ("new_ids", "new_types", "new_versions")}
    moved = {name: streams[name] for name in ("ids", "expected", "next")}
    found = [
        Part(sql.OPEN_STREAMS, opened, len(streams["new_ids"])),
        Part(sql.MOVE_STREAMS, moved, len(streams["ids"])),
        *_reads(sorted(reads)),
        Part(sql.CLAIM_CURSORS.text, cursor_columns(moves), len(moves)),
        Part(sql.CLAIM_TIMERS.text, fired_columns(fired), len(fired)),
        Part(sql.CLAIM_KEYS.text, key_columns(keys), len(keys)),
        Part(sql.CLAIM_INBOX.text, inbox_columns(entries), len(entries)),
        Part(sql.INSERT_EVENTS.text, event_columns(works)),
        Part(sql.INSERT_OUTBOX.text, message_columns([message for work in works for message in work.messages])),
        # A number that leads to somebody already is a unique violation here, and looked into claim by claim.
        Part(INSERT_INDEX, index_columns([one for work in works for one in work.indexed])),
        Part(sql.CANCEL_TIMERS.text, cancelled),
        Part(sql.ARM_TIMERS.text, armed),
    ]
    with_rows = (Part(statement.text, values) for statement, values in changes)
    return [part for part in chain(found, with_rows) if any(part.values.values())]


def _reads(reads: Sequence[tuple[str, int]]) -> Iterator[Part]:
    there = [read for read in reads if read[1]]
    yield Part(sql.READS_HOLD, {"ids": [s for s, _ in there], "versions": [v for _, v in there]}, len(there))
    yield Part(sql.READS_ABSENT, {"ids": [s for s, v in reads if not v]}, 0)


async def execute(lanes: Lanes, parts: Sequence[Part]) -> None:
    """Run the parts, all or nothing.

    Raises the database's error `CLAIM_LOST` when a claim brought fewer rows than it had to.
    """
    values: dict[str, Any] = {}
    for number, part in enumerate(parts):
        values |= {f"{name}_{number}": column for name, column in part.values.items()}
        if part.wanted is not None:
            values[f"wanted_{number}"] = part.wanted
    await lanes.fetch(_together(tuple((part.statement, part.wanted is not None) for part in parts)), values)


@lru_cache(maxsize=512)
def _together(parts: tuple[tuple[str, bool], ...]) -> str:
    with_, counts = [], []
    for number, (statement, counted) in enumerate(parts):
        # Each part has parameters of its own: `:ids` of the third becomes `:ids_2`.
        with_.append(f"part_{number} AS ({_PARAMETER.sub(rf'{_ITSELF}_{number}', statement)})")
        if counted:
            counts.append(f"(SELECT count(*) FROM part_{number}) = :wanted_{number}")  # noqa: S608
    return f"WITH {', '.join(with_)} SELECT 1 / CASE WHEN {' AND '.join(counts) or 'true'} THEN 1 ELSE 0 END"


_PARAMETER = re.compile(r":\w+")
_ITSELF = r"\g<0>"
