"""The keyring in PostgreSQL: keys stored wrapped, destroyed by overwriting the row with a tombstone.

What a destroyed row leaves in dead tuples, WAL and old backups is still wrapped. Rotate the key-encryption key,
`rewrap` and throw the old one away, and those copies are worthless as well.
"""

import secrets
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.eventstore.postgres.store import telling
from shared.kernel.errors import Refused, Unavailable
from shared.kernel.sealed import ERASED, Erased
from shared.privacy.key_encryption import KeyEncryption, WrappedKey
from shared.privacy.key_material import KEY_BYTES
from shared.privacy.keyring import PersonKey

_READ: Final = text(
    "SELECT person_id, key_id, wrapped_key, kek_id FROM person_keys WHERE person_id = ANY(CAST(:people AS text[]))"
)
_ADD: Final = text("""
INSERT INTO person_keys (person_id, key_id, wrapped_key, kek_id)
SELECT * FROM unnest(CAST(:people AS text[]), CAST(:key_ids AS text[]), CAST(:blobs AS bytea[]), CAST(:keks AS text[]))
ON CONFLICT (person_id) DO NOTHING
""")
_DESTROY: Final = text("""
UPDATE person_keys SET wrapped_key = NULL, kek_id = NULL, destroyed_at = now()
WHERE person_id = :person AND destroyed_at IS NULL
""")
_BURY: Final = text("""
INSERT INTO person_keys (person_id, key_id, destroyed_at) VALUES (:person, 'none', now())
ON CONFLICT (person_id) DO NOTHING
""")
_STALE: Final = text("""
SELECT person_id, wrapped_key, kek_id FROM person_keys WHERE kek_id <> :current
ORDER BY person_id LIMIT :batch FOR UPDATE SKIP LOCKED
""")
_REWRAP: Final = text("""
UPDATE person_keys SET wrapped_key = new.blob, kek_id = new.kek
FROM unnest(CAST(:people AS text[]), CAST(:blobs AS bytea[]), CAST(:keks AS text[])) AS new(person, blob, kek)
WHERE person_id = new.person
""")
_VERSIONS: Final = text("SELECT kek_id, count(*) FROM person_keys WHERE kek_id IS NOT NULL GROUP BY kek_id ORDER BY 1")
_KEEP_OUT: Final = text("LOCK TABLE person_keys IN SHARE ROW EXCLUSIVE MODE")
_USES: Final = text("SELECT count(*) FROM person_keys WHERE kek_id = :kek")
_RETIRE: Final = text("INSERT INTO retired_keks (kek_id) VALUES (:kek) ON CONFLICT (kek_id) DO NOTHING")


class PostgresKeyring:
    """Keys in `person_keys` (see `keyring_schema`). Use it behind `CachedKeyring`: every call here is a query.

    Every one raises `Unavailable` (`database-unavailable`) while the keyring's database is away.
    """

    def __init__(self, engine: AsyncEngine, encryption: KeyEncryption) -> None:
        self._engine = engine
        self._encryption = encryption

    @asynccontextmanager
    async def _work(self) -> AsyncIterator[AsyncConnection]:
        with telling():
            async with self._engine.begin() as connection:
                yield connection

    async def ensure(self, person_ids: Collection[str]) -> Mapping[str, PersonKey | Erased]:
        async with self._work() as connection:
            found = await self._read(connection, person_ids)
            # Sorted, so that two bulk inserts that overlap wait for each other in one order and cannot deadlock.
            missing = sorted(set(person_ids) - found.keys())
            if missing:
                await self._add(connection, missing)
                # Read back rather than returned: somebody else may have inserted first, and theirs is the key.
                found |= await self._read(connection, missing)
        return found

    async def keys(self, person_ids: Collection[str]) -> Mapping[str, PersonKey | Erased]:
        async with self._work() as connection:
            return await self._read(connection, person_ids)

    async def destroy(self, person_id: str) -> bool:
        async with self._work() as connection:
            # First the tombstone: a key inserted between two statements in the other order would survive.
            buried = await connection.execute(_BURY, {"person": person_id})
            if buried.rowcount:
                return False
            destroyed = await connection.execute(_DESTROY, {"person": person_id})
            return bool(destroyed.rowcount)

    async def rewrap(self, batch: int = 500) -> int:
        """Wrap up to `batch` keys anew under the current key-encryption key; call until it returns 0.

        May run beside everything else and in several processes: rows are locked and skipped where locked.
        """
        current = await self._encryption.current()
        async with self._work() as connection:
            stale = (await connection.execute(_STALE, {"current": current, "batch": batch})).all()
            renewed = [
                await self._encryption.wrap(
                    person, await self._encryption.unwrap(person, WrappedKey(kek_id, bytes(blob)))
                )
                for person, blob, kek_id in stale
            ]
            if stale:
                values = {
                    "people": [row.person_id for row in stale],
                    "blobs": [wrapped.blob for wrapped in renewed],
                    "keks": [wrapped.kek_id for wrapped in renewed],
                }
                await connection.execute(_REWRAP, values)
        return len(stale)

    async def versions(self) -> dict[str, int]:
        """How many persons' keys are wrapped under each key-encryption key."""
        async with self._work() as connection:
            return {row[0]: row[1] for row in await connection.execute(_VERSIONS)}

    async def retire(self, kek_id: str) -> None:
        """Let nothing be wrapped under that key-encryption key ever again, so that it may be destroyed.

        Raises `Refused` (`kek-in-use`) while a person's key is, or when it is the current one. Whoever is just wrapping
        one under it is waited for, and whoever tries later is refused by the database.
        """
        if kek_id == await self._encryption.current():
            raise Refused(
                "kek-in-use", f"{kek_id} is the current key-encryption key", remedy="rotate to a new one first"
            )
        async with self._work() as connection:
            await connection.execute(_KEEP_OUT)
            count = (await connection.execute(_USES, {"kek": kek_id})).scalar_one()
            if count:
                raise Refused(
                    "kek-in-use",
                    f"{count} persons' keys are still wrapped under {kek_id}",
                    remedy="run `yanzhen privacy rotate` until none is",
                )
            await connection.execute(_RETIRE, {"kek": kek_id})

    async def _read(self, connection: AsyncConnection, people: Collection[str]) -> dict[str, PersonKey | Erased]:
        if not people:
            return {}
        rows = await connection.execute(_READ, {"people": list(people)})
        found: dict[str, PersonKey | Erased] = {}
        for person, key_id, blob, kek_id in rows:
            if blob is None:
                found[person] = ERASED
            else:
                secret = await self._encryption.unwrap(person, WrappedKey(kek_id, bytes(blob)))
                found[person] = PersonKey(key_id, secret)
        return found

    async def _add(self, connection: AsyncConnection, people: list[str]) -> None:
        wrapped = [await self._encryption.wrap(person, secrets.token_bytes(KEY_BYTES)) for person in people]
        values = {
            "people": people,
            "key_ids": [secrets.token_hex(8) for _ in people],
            "blobs": [one.blob for one in wrapped],
            "keks": [one.kek_id for one in wrapped],
        }
        try:
            await connection.execute(_ADD, values)
        except IntegrityError as error:
            raise Unavailable(
                "kek-retired",
                "this process wraps under a key-encryption key that was retired",
                remedy="let it have the current one: see docs/runbooks/rotate-the-key.md",
            ) from error
