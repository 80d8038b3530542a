"""The blind index's table (盲索引): keyed hashes of numbers, and whom they lead to.

Not part of any event, on purpose: events are for ever, and after an erasure nothing may say any more whether a given
number was once here. A row can be deleted; so the uniqueness of a 身份证 number rests on this table and not on a stream.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.eventstore.records import IndexEntry, Work
from shared.kernel.errors import ConcurrencyConflict

BLIND_INDEX_DDL: tuple[str, ...] = (
    """
    CREATE TABLE blind_index (
        kind text NOT NULL,
        entry text NOT NULL,
        owner text NOT NULL,
        one_owner boolean NOT NULL,
        PRIMARY KEY (kind, entry, owner)
    )""",
    "CREATE UNIQUE INDEX blind_index_one_owner ON blind_index (kind, entry) WHERE one_owner",
    "CREATE INDEX blind_index_by_owner ON blind_index (owner)",
)

_REMOVE: Final = text(
    """
    DELETE FROM blind_index AS b USING unnest(CAST(:kinds AS text[]), CAST(:owners AS text[])) AS w (kind, owner)
    WHERE b.owner = w.owner AND w.kind IN ('', b.kind)
    """
)
INSERT_INDEX: Final = """
    INSERT INTO blind_index (kind, entry, owner, one_owner)
    SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:entries AS text[]), CAST(:owners AS text[]),
                         CAST(:ones AS boolean[]))
    """
_ADD: Final = text(INSERT_INDEX + " ON CONFLICT DO NOTHING")
_HAVE: Final = text(
    """
    SELECT b.kind, b.entry, b.owner FROM blind_index AS b
    JOIN unnest(CAST(:kinds AS text[]), CAST(:entries AS text[])) AS w (kind, entry) USING (kind, entry)
    """
)
FIND: Final = text(
    "SELECT DISTINCT owner FROM blind_index WHERE kind = :kind AND entry = ANY(CAST(:entries AS text[])) ORDER BY owner"
)


def index_columns(entries: Iterable[IndexEntry]) -> dict[str, list[Any]]:
    """Parameters of `INSERT_INDEX`."""
    # In one order everywhere: two transactions that want the same entries wait for each other and cannot deadlock.
    ordered = sorted(set(entries), key=lambda one: (one.kind, one.entry, one.owner))
    return {
        "kinds": [one.kind for one in ordered],
        "entries": [one.entry for one in ordered],
        "owners": [one.owner for one in ordered],
        "ones": [one.one_owner for one in ordered],
    }


async def claim_index(connection: AsyncConnection, works: Sequence[Work]) -> dict[int, Exception]:
    """Take entries out and put entries in. A work that wants an entry which another person has, loses: it decides again,
    sees the owner, and says so.
    """
    gone = [pair for work in works for pair in work.unindexed]
    if gone:
        await connection.execute(_REMOVE, {"kinds": [k for k, _ in gone], "owners": [o for _, o in gone]})
    wanted = [(index, one) for index, work in enumerate(works) for one in work.indexed]
    if not wanted:
        return {}
    columns = index_columns([one for _, one in wanted])
    await connection.execute(_ADD, columns)
    have = {tuple(row) for row in await connection.execute(_HAVE, {k: columns[k] for k in ("kinds", "entries")})}
    return {
        index: ConcurrencyConflict("blind-index", 0)
        for index, one in wanted
        if (one.kind, one.entry, one.owner) not in have
    }
