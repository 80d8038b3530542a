"""Dead letters and parked messages in PostgreSQL."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.eventstore.records import HeldMessage

_COLUMNS = "consumer, source, CAST(partition AS int), position, key, type, headers, data"


async def keys(connection: AsyncConnection, consumer: str, source: str) -> set[str]:
    """Keys with an open dead letter or with messages waiting."""
    query = text(
        "SELECT key FROM dead_letters WHERE consumer = :consumer AND source = :source"
        " AND status IN ('dead', 'replay', 'discard')"
        " UNION SELECT key FROM parked WHERE consumer = :consumer AND source = :source"
    )
    return set((await connection.execute(query, {"consumer": consumer, "source": source})).scalars())


async def released(connection: AsyncConnection, consumer: str, source: str) -> set[str]:
    """Keys with messages waiting and no open dead letter."""
    query = text(
        "SELECT key FROM parked WHERE consumer = :consumer AND source = :source"
        " EXCEPT SELECT key FROM dead_letters WHERE consumer = :consumer AND source = :source"
        " AND status IN ('dead', 'replay', 'discard')"
    )
    return set((await connection.execute(query, {"consumer": consumer, "source": source})).scalars())


async def dead_letters(
    connection: AsyncConnection, consumer: str | None, *, requested: bool
) -> list[tuple[int, str, HeldMessage]]:
    """Dead letters, oldest first; only those with a request when asked."""
    query = text(
        f"SELECT id, status, {_COLUMNS}, code, detail FROM dead_letters"  # noqa: S608 - a constant
        " WHERE (CAST(:consumer AS text) IS NULL OR consumer = :consumer)"
        " AND (NOT CAST(:requested AS boolean) OR status IN ('replay', 'discard')) ORDER BY id"
    )
    rows = await connection.execute(query, {"consumer": consumer, "requested": requested})
    return [(row[0], row[1], HeldMessage(*row[2:])) for row in rows]


async def request(connection: AsyncConnection, dead_letter_id: int, status: str) -> bool:
    """Mark an open dead letter for replay or discarding."""
    statement = text(
        "UPDATE dead_letters SET status = :status WHERE id = :id AND status IN ('dead', 'replay', 'discard')"
    )
    return bool((await connection.execute(statement, {"id": dead_letter_id, "status": status})).rowcount)


async def parked(connection: AsyncConnection, consumer: str, source: str, key: str, limit: int) -> list[HeldMessage]:
    """What waits for a key, in order."""
    query = text(
        f"SELECT {_COLUMNS} FROM parked"  # noqa: S608 - a constant
        " WHERE consumer = :consumer AND source = :source AND key = :key ORDER BY position LIMIT :limit"
    )
    rows = await connection.execute(query, {"consumer": consumer, "source": source, "key": key, "limit": limit})
    return [HeldMessage(*row) for row in rows]
