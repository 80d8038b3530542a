"""The audit trail's table: written in the transaction of what it records, one writer at a time."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.eventstore.audit import AuditEntry, AuditRecord, Tip, chained

AUDIT_DDL: tuple[str, ...] = (
    """
    CREATE TABLE audit (
        number bigint PRIMARY KEY CHECK (number > 0),
        at timestamptz NOT NULL,
        actor text NOT NULL,
        action text NOT NULL,
        purpose text NOT NULL,
        subject text NOT NULL,
        outcome text NOT NULL,
        trace_id text NOT NULL,
        detail text NOT NULL,
        prev text NOT NULL,
        hash text NOT NULL
    )""",
    "CREATE INDEX audit_by_subject ON audit (subject, number) WHERE subject <> ''",
    "CREATE INDEX audit_by_actor ON audit (actor, number)",
    """
    CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()""",
)

_LOCK: Final = text("SELECT pg_advisory_xact_lock(:lock)")
_LOCK_ID: Final = 0x617564697400
_TIP: Final = text("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")
_COLUMNS: Final = (
    "number",
    "at",
    "actor",
    "action",
    "purpose",
    "subject",
    "outcome",
    "trace_id",
    "detail",
    "prev",
    "hash",
)
_TYPES: Final = ("bigint", "timestamptz", *["text"] * 9)
_INSERT: Final = text(
    f"INSERT INTO audit ({', '.join(_COLUMNS)}) SELECT * FROM unnest("  # noqa: S608 - our own names
    + ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in zip(_COLUMNS, _TYPES, strict=True))
    + ")"
)
_READ: Final = text(
    f"""
    SELECT {", ".join(_COLUMNS)} FROM audit
    WHERE number > :after AND (:subject = '' OR subject = :subject) AND (:actor = '' OR actor = :actor)
      AND (CAST(:since AS timestamptz) IS NULL OR at >= CAST(:since AS timestamptz))
    ORDER BY number LIMIT :chunk
    """  # noqa: S608
)


async def append(connection: AsyncConnection, entries: Sequence[AuditEntry]) -> None:
    """Chain the entries to the end, in the caller's transaction. The last thing to do in it.

    The lock is held until the commit: whoever computed a hash on a tip that is not committed would fork the chain. It is
    taken last and nothing is waited for under it, so it can be part of no deadlock; it costs the audited transactions of
    a service that they commit one after the other, which group commit makes bearable.
    """
    await connection.execute(_LOCK, {"lock": _LOCK_ID})
    records = chained(entries, await tip(connection))
    await connection.execute(_INSERT, {name: [getattr(r, name) for r in records] for name in _COLUMNS})


async def tip(connection: AsyncConnection) -> Tip | None:
    """Number and hash of the last record; None while there is none."""
    row = (await connection.execute(_TIP)).first()
    return None if row is None else (row[0], row[1])


async def read(
    engine: AsyncEngine, *, subject: str = "", actor: str = "", since: datetime | None = None, chunk: int = 2000
) -> AsyncIterator[AuditRecord]:
    """The records in order; of a person, by an actor, from a time on where asked for."""
    after = 0
    while True:
        wanted: dict[str, Any] = {"after": after, "subject": subject, "actor": actor, "since": since, "chunk": chunk}
        async with engine.connect() as connection:
            records = [AuditRecord(*row) for row in await connection.execute(_READ, wanted)]
        for record in records:
            yield record
        if len(records) < chunk:
            return
        after = records[-1].number
