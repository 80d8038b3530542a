"""What every keyring must do, whichever keeps the keys."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.kernel.errors import Unavailable
from shared.kernel.sealed import ERASED
from shared.privacy.cached_keyring import CachedKeyring
from shared.privacy.errors import KeyringDamaged
from shared.privacy.key_encryption import LocalKeyEncryption
from shared.privacy.key_material import key_id
from shared.privacy.keyring import Keyring, PersonKey
from shared.privacy.keyring_schema import create_keyring_schema
from shared.privacy.memory_keyring import InMemoryKeyring
from shared.privacy.postgres_keyring import PostgresKeyring
from shared.privacy.sealer import Sealer

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
OLD_ID, NEW_ID = key_id(OLD), key_id(NEW)


def plain(engine: AsyncEngine) -> str:
    """The engine's address as PostgreSQL's own programs know it."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(database_url, pool_size=8)
    await create_keyring_schema(plain(engine))
    yield engine
    await engine.dispose()


@pytest.fixture(params=["memory", "postgres", "cached"])
def keyring(request: pytest.FixtureRequest) -> Keyring:
    if request.param == "memory":
        return InMemoryKeyring()
    stored = PostgresKeyring(request.getfixturevalue("engine"), LocalKeyEncryption({OLD_ID: OLD}))
    return stored if request.param == "postgres" else CachedKeyring(stored)


async def opens(keyring: Keyring, person: str) -> bytes:
    """What the person's key makes of fixed input: equal results mean equal keys."""
    key = (await keyring.keys([person]))[person]
    assert isinstance(key, PersonKey)
    return key.cipher.encrypt(bytes(12), b"probe", None)


async def test_a_key_is_made_once_and_kept(keyring: Keyring) -> None:
    first = await keyring.ensure(["p"])
    again = await keyring.ensure(["p", "q"])
    assert isinstance(first["p"], PersonKey)
    assert isinstance(again["p"], PersonKey)
    assert first["p"].key_id == again["p"].key_id
    assert first["p"].cipher.encrypt(bytes(12), b"x", None) == again["p"].cipher.encrypt(bytes(12), b"x", None)


async def test_every_person_has_a_key_of_their_own(keyring: Keyring) -> None:
    people = [f"p{n}" for n in range(100)]
    keys = await keyring.ensure(people)
    assert set(keys) == set(people)
    assert len({key.key_id for key in keys.values() if isinstance(key, PersonKey)}) == 100
    assert len({await opens(keyring, person) for person in people[:10]}) == 10


async def test_reading_makes_no_key_and_leaves_the_unknown_out(keyring: Keyring) -> None:
    await keyring.ensure(["known"])
    assert set(await keyring.keys(["known", "unknown"])) == {"known"}
    assert await keyring.keys([]) == {}
    assert await keyring.ensure([]) == {}


async def test_a_destroyed_key_is_gone_at_once_and_for_good(keyring: Keyring) -> None:
    await keyring.ensure(["p", "q"])
    assert await keyring.destroy("p") is True
    assert await keyring.destroy("p") is False
    assert (await keyring.keys(["p"]))["p"] is ERASED
    assert (await keyring.ensure(["p"]))["p"] is ERASED
    assert isinstance((await keyring.keys(["q"]))["q"], PersonKey)


async def test_a_person_without_a_key_can_be_erased_and_then_never_gets_one(keyring: Keyring) -> None:
    assert await keyring.destroy("p") is False
    assert (await keyring.ensure(["p"]))["p"] is ERASED


async def test_the_secret_shows_in_no_representation(keyring: Keyring) -> None:
    key = (await keyring.ensure(["p"]))["p"]
    assert isinstance(key, PersonKey)
    assert repr(key) == f"PersonKey({key.key_id})"


async def test_an_identifier_is_data_and_not_sql(keyring: Keyring) -> None:
    hostile = "p'); DROP TABLE person_keys; --"
    await keyring.ensure([hostile, '}{,\\"'])
    assert set(await keyring.keys([hostile, '}{,\\"'])) == {hostile, '}{,\\"'}


async def test_callers_at_the_same_time_get_the_same_keys(keyring: Keyring) -> None:
    people = [f"p{n}" for n in range(20)]
    results = await asyncio.gather(
        *(keyring.ensure(people if n % 2 else list(reversed(people))) for n in range(8)),
    )
    for person in people:
        keys = [result[person] for result in results]
        assert len({key.key_id for key in keys if isinstance(key, PersonKey)}) == 1


async def test_an_erasure_among_other_calls_is_never_undone(keyring: Keyring) -> None:
    await asyncio.gather(*(keyring.ensure(["p"]) for _ in range(4)), keyring.destroy("p"), keyring.ensure(["p"]))
    assert (await keyring.ensure(["p"]))["p"] is ERASED


# What only the stored keyring has to do


async def test_the_schema_may_be_created_again_and_by_several_at_once(engine: AsyncEngine) -> None:
    await asyncio.gather(*(create_keyring_schema(plain(engine)) for _ in range(4)))


async def test_a_copy_of_the_database_holds_no_usable_key(engine: AsyncEngine) -> None:
    await PostgresKeyring(engine, LocalKeyEncryption({OLD_ID: OLD})).ensure(["p"])
    with pytest.raises(Unavailable):
        await PostgresKeyring(engine, LocalKeyEncryption({NEW_ID: NEW})).keys(["p"])


async def test_overlapping_bulk_calls_take_persons_in_one_order_and_so_cannot_deadlock(engine: AsyncEngine) -> None:
    insert = text("INSERT INTO person_keys (person_id, key_id, destroyed_at) VALUES (:person, 'none', now())")
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    keyring = PostgresKeyring(engine, LocalKeyEncryption({OLD_ID: OLD}))
    async with engine.connect() as first, engine.connect() as second:
        await first.execute(insert, {"person": "b"})
        bulk = asyncio.create_task(keyring.ensure(["c", "b"]))
        while not (await second.execute(waiting)).scalar_one():  # the server raises no event
            await asyncio.sleep(0.01)
        # The bulk call waits for b. Had it begun with c, this would wait for it in turn, and time out.
        await second.execute(text("SET LOCAL lock_timeout = '500ms'"))
        await second.execute(insert, {"person": "c"})
        await second.rollback()
        await first.rollback()
    assert set(await bulk) == {"b", "c"}


async def test_a_row_given_to_another_person_is_noticed(engine: AsyncEngine) -> None:
    keyring = PostgresKeyring(engine, LocalKeyEncryption({OLD_ID: OLD}))
    await keyring.ensure(["p", "q"])
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "UPDATE person_keys SET wrapped_key = (SELECT wrapped_key FROM person_keys WHERE person_id = 'q')"
                " WHERE person_id = 'p'"
            )
        )
    with pytest.raises(KeyringDamaged):
        await keyring.keys(["p"])


async def test_nothing_is_left_of_a_destroyed_key_and_its_tombstone_cannot_be_removed(engine: AsyncEngine) -> None:
    keyring = PostgresKeyring(engine, LocalKeyEncryption({OLD_ID: OLD}))
    await keyring.ensure(["p"])
    await keyring.destroy("p")
    async with engine.connect() as connection:
        row = (await connection.execute(text("SELECT wrapped_key, kek_id, destroyed_at FROM person_keys"))).one()
    assert row.wrapped_key is None
    assert row.kek_id is None
    assert row.destroyed_at is not None
    for statement in ("DELETE FROM person_keys", "UPDATE person_keys SET destroyed_at = NULL, wrapped_key = 'x'"):
        with pytest.raises(IntegrityError):
            async with engine.begin() as connection:
                await connection.execute(text(statement))


async def test_a_rotation_of_the_key_encryption_key_leaves_every_value_readable(engine: AsyncEngine) -> None:
    before = PostgresKeyring(engine, LocalKeyEncryption({OLD_ID: OLD}))
    people = [f"p{n}" for n in range(25)]
    sealed = [await Sealer(before).seal(person, "name", person) for person in people]
    await before.destroy("p3")

    both = PostgresKeyring(engine, LocalKeyEncryption({NEW_ID: NEW, OLD_ID: OLD}))
    assert sum(await asyncio.gather(both.rewrap(batch=10), both.rewrap(batch=10))) == 20
    while await both.rewrap(batch=10):
        pass

    after = Sealer(PostgresKeyring(engine, LocalKeyEncryption({NEW_ID: NEW})))
    opened = [await after.open(person, "name", blob) for person, blob in zip(people, sealed, strict=True)]
    assert opened == [ERASED if person == "p3" else person for person in people]
