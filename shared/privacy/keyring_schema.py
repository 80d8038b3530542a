"""The tables of the keyring database: the persons' keys, and the key-encryption keys that may not be used any more.

A database of its own, with its own credentials and its own backups: a dump of a service's events opens nothing, and an
erasure need not reach into the backups of the events.
"""

from collections.abc import Mapping

import asyncpg

_TABLE = """
CREATE TABLE IF NOT EXISTS person_keys (
    person_id    text PRIMARY KEY,
    key_id       text NOT NULL,
    wrapped_key  bytea,
    kek_id       text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CONSTRAINT key_or_tombstone CHECK (
        (destroyed_at IS NULL AND wrapped_key IS NOT NULL AND kek_id IS NOT NULL)
        OR (destroyed_at IS NOT NULL AND wrapped_key IS NULL AND kek_id IS NULL)
    )
)
"""

# A tombstone is the proof of an erasure. This keeps it whatever the application does.
_GUARD = """
CREATE OR REPLACE FUNCTION keep_tombstones() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'person_keys: an erased key stays erased (%)', OLD.person_id USING ERRCODE = 'restrict_violation';
END $$
"""
_TRIGGER = """
CREATE OR REPLACE TRIGGER keep_tombstones BEFORE UPDATE OR DELETE ON person_keys
FOR EACH ROW WHEN (OLD.destroyed_at IS NOT NULL) EXECUTE FUNCTION keep_tombstones()
"""

# Otherwise a process that still has a retired key-encryption key could wrap a new key under it, and destroying it would
# lose a person. With the rights of the owner: the application need not see the list.
_RETIRED = """
CREATE TABLE IF NOT EXISTS retired_keks (kek_id text PRIMARY KEY, retired_at timestamptz NOT NULL DEFAULT now())
"""
_REFUSE = """
CREATE OR REPLACE FUNCTION refuse_retired_keks() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM retired_keks WHERE kek_id = NEW.kek_id) THEN
        RAISE EXCEPTION 'person_keys: key-encryption key % is retired', NEW.kek_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
_REFUSING = """
CREATE OR REPLACE TRIGGER refuse_retired_keks BEFORE INSERT OR UPDATE ON person_keys
FOR EACH ROW WHEN (NEW.kek_id IS NOT NULL) EXECUTE FUNCTION refuse_retired_keks()
"""

# The role that bears the database's name rotates keys; services only use them.
_OPERATOR = "SELECT current_database()"

_LOCK = 0x59414E5A4B455953
"""Services that start together would otherwise collide in `CREATE … IF NOT EXISTS`, which is not atomic."""


async def create_keyring_schema(url: str, privileges: Mapping[str, str] | None = None) -> None:
    """Create what is missing and give each role in `privileges` exactly those; safe to repeat and to run from several
    processes at once. Nobody is ever given DELETE: a row that is gone would be no proof of anything.

    `url` names the database as its owner. Raises the errors of asyncpg, and `OSError`.
    """
    connection = await asyncpg.connect(url, timeout=10)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            for statement in (_TABLE, _GUARD, _TRIGGER, _RETIRED, _REFUSE, _REFUSING):
                await connection.execute(statement)
            for role, allowed in (privileges or {}).items():
                await connection.execute(f"REVOKE ALL ON person_keys FROM {role}")
                await connection.execute(f"GRANT {allowed} ON person_keys TO {role}")
            operator = await connection.fetchval(_OPERATOR)
            if operator in (privileges or {}):
                await connection.execute(f"GRANT SELECT, INSERT ON retired_keks TO {operator}")
    finally:
        await connection.close()
