"""What PostgreSQL itself refuses to a service, whatever the service tries."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from services.cli.catalogue import NAMES, SERVICES, definition, entry
from services.cli.service_databases import create_databases
from shared.eventstore.context import Cause
from shared.eventstore.migrate import migrate
from shared.eventstore.migrated import KERNEL_VERSIONS, check_migrated, missing_after, revision_lines
from shared.eventstore.postgres.grants import APPLICATION
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.rebuild import rebuild
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Unavailable
from shared.messaging.postgres_outbound import PostgresOutboundQueue
from shared.privacy.key_encryption import LocalKeyEncryption
from shared.privacy.postgres_keyring import PostgresKeyring
from shared.runtime.connect import make_engine
from shared.runtime.migrating import migrate_service
from shared.security.database_roles import KEYRING, OWNING, WORKING, keyring_role_of, owner_of, role_of
from tests.conftest import Owned
from tests.integration.security.databases import NOBODY, Databases
from tests.support.kernel import assemble
from tests.support.sample import ACCOUNT, MODEL, VIEWS, Open
from tests.support.servers import Servers

REGISTRY = definition(entry("registry"))
DENIED = asyncpg.InsufficientPrivilegeError


@pytest.fixture(scope="module")
def databases(servers: Servers) -> Databases:
    return asyncio.run(Databases(servers.admin_url).make("registry"))


@pytest.fixture
async def registry(databases: Databases) -> AsyncIterator[asyncpg.Connection]:
    connection = await databases.connect("registry")
    yield connection
    await connection.close()


@pytest.mark.parametrize("table", ["events", "outbound"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET data = data", "DELETE FROM {}", "TRUNCATE {}"])
async def test_a_service_has_no_right_to_rewrite_what_was_stored(
    registry: asyncpg.Connection, table: str, verb: str
) -> None:
    # By grant, before any trigger is asked: "append-only" is what the trigger would say.
    with pytest.raises(DENIED, match=f"permission denied for table {table}"):
        await registry.execute(verb.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (x int)",
        "CREATE TEMPORARY TABLE mine (x int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE events ADD COLUMN x int",
        "ALTER TABLE events DISABLE TRIGGER events_append_only",
        "DROP TRIGGER events_append_only ON events",
        "DROP TABLE events",
        "DROP VIEW members",
        "CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "SET session_replication_role = 'replica'",
        "INSERT INTO projections (name, version) VALUES ('x', 1)",
        "UPDATE alembic_version SET version_num = 'none'",
        "DELETE FROM streams",
        "DELETE FROM cursors",
        "DELETE FROM dead_letters",
        "UPDATE outbox SET data = ''",
        "UPDATE idempotency_keys SET body = ''",
        "COPY events TO PROGRAM 'cat'",
        "SELECT pg_read_file('postgresql.conf')",
        "ALTER ROLE yanzhen_registry SUPERUSER",
    ],
)
async def test_a_service_cannot_change_its_tables_nor_its_rights(registry: asyncpg.Connection, statement: str) -> None:
    with pytest.raises(DENIED):
        await registry.execute(statement)


async def test_a_service_cannot_give_itself_a_right(registry: asyncpg.Connection) -> None:
    await registry.execute("GRANT UPDATE ON events TO yanzhen_registry")  # PostgreSQL warns, and grants nothing

    assert await registry.fetchval("SELECT has_table_privilege('events', 'UPDATE')") is False


@pytest.mark.parametrize("role", [owner_of("registry"), role_of("mobility"), role_of(KEYRING), "postgres"])
async def test_a_service_cannot_become_somebody_else(registry: asyncpg.Connection, role: str) -> None:
    admin = await registry.fetchval("SELECT rolname FROM pg_roles WHERE rolsuper ORDER BY oid LIMIT 1")
    with pytest.raises(DENIED):
        await registry.execute(f'SET ROLE "{admin if role == "postgres" else role}"')


@pytest.mark.parametrize("database", [*(n for n in NAMES if n != "assessment"), KEYRING])
async def test_a_service_cannot_enter_the_database_of_another(databases: Databases, database: str) -> None:
    with pytest.raises(DENIED, match="permission denied for database"):
        await databases.connect("assessment", database=role_of(database))


async def test_who_migrates_one_database_cannot_enter_another(databases: Databases) -> None:
    with pytest.raises(DENIED, match="permission denied for database"):
        await databases.connect("assessment", owner_of("assessment"), database=role_of("registry"))


def test_only_services_that_open_have_a_role_in_the_keyring() -> None:
    """The catalogue says so without importing a service; the services themselves have the last word."""
    assert {one.name for one in SERVICES if one.keyring} == {one.name for one in SERVICES if definition(one).personal}


_STATEMENTS = {
    "INSERT": "INSERT INTO person_keys VALUES ('p', 'k', 'w', 'kek')",
    "UPDATE": "UPDATE person_keys SET kek_id = kek_id",
    "DELETE": "DELETE FROM person_keys",
    "TRUNCATE": "TRUNCATE person_keys",
    "TRIGGER": "ALTER TABLE person_keys DISABLE TRIGGER keep_tombstones",
}
KEYRING_USERS = {keyring_role_of(one.name): one.keyring for one in SERVICES if one.keyring}
KEYRING_USERS[role_of(KEYRING)] = "SELECT, INSERT, UPDATE"


@pytest.mark.parametrize("role", KEYRING_USERS)
async def test_keys_are_used_as_declared_and_removed_by_nobody(databases: Databases, role: str) -> None:
    allowed = KEYRING_USERS[role].split(", ")
    assert not {"DELETE", "TRUNCATE"} & set(allowed)
    connection = await databases.connect(KEYRING, role)
    try:
        assert await connection.fetchval("SELECT count(*) FROM person_keys") >= 0
        for privilege, statement in _STATEMENTS.items():
            if privilege not in allowed:
                with pytest.raises(DENIED):
                    await connection.execute(statement)
    finally:
        await connection.close()


async def test_each_user_of_the_keyring_can_do_its_work(databases: Databases) -> None:
    encryption = LocalKeyEncryption({"kek": os.urandom(32)})
    for role, allowed in KEYRING_USERS.items():
        engine = make_engine(databases.url(KEYRING, role), pool_size=1)
        try:
            keyring = PostgresKeyring(engine, encryption)
            person = f"person-of-{role}"
            assert await keyring.keys([person]) == {}
            if "INSERT" in allowed:
                assert (await keyring.ensure([person])).keys() == {person}
            if "UPDATE" in allowed:
                assert await keyring.destroy(person)
                assert not await keyring.rewrap()
        finally:
            await engine.dispose()


async def test_a_statement_that_takes_too_long_is_cancelled(databases: Databases, registry: asyncpg.Connection) -> None:
    for role, limits in ((role_of("registry"), WORKING), (owner_of("registry"), OWNING)):
        connection = await databases.connect("registry", role)
        assert {name: await connection.fetchval(f"SHOW {name}") for name in limits} == {
            name: "1min" if value == "60s" else value for name, value in limits.items()
        }
        await connection.close()
    await registry.execute("SET statement_timeout = '50ms'")  # the same mechanism, without waiting half a minute
    with pytest.raises(asyncpg.QueryCanceledError, match="statement timeout"):
        await registry.execute("SELECT pg_sleep(60)")


async def test_every_table_of_the_kernel_has_its_rights_declared(registry: asyncpg.Connection) -> None:
    """A table that a migration adds can be read by default; what may be written has to be said."""
    rows = await registry.fetch(
        "SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"
        " AND relname !~ '_v[0-9]+$'"
    )
    tables = {row["relname"] for row in rows if row["relkind"] == b"r"}
    views = {row["relname"] for row in rows if row["relkind"] == b"v"}

    assert tables == set(APPLICATION)
    assert views == set(REGISTRY.model.views.tables)
    for table, privileges in APPLICATION.items():
        for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"):
            held = await registry.fetchval("SELECT has_table_privilege($1, $2)", table, privilege)
            assert held == (privilege in privileges.split(", ")), f"{privilege} on {table}"


async def test_a_rebuilt_read_model_still_serves_the_service(databases: Databases) -> None:
    owner = make_engine(databases.url("registry", owner_of("registry")), pool_size=2)
    service = make_engine(databases.url("registry"), pool_size=1)
    try:
        for projection in REGISTRY.model.projections:
            await rebuild(owner, REGISTRY.model, projection)
        async with service.connect() as connection:
            for view in REGISTRY.model.views.tables:
                await connection.execute(text(f"DELETE FROM {view} WHERE false"))
    finally:
        await owner.dispose()
        await service.dispose()


async def test_a_service_that_was_not_migrated_says_so(databases: Databases) -> None:
    assessment = definition(entry("assessment"))
    engine = make_engine(databases.url("assessment"), pool_size=1)
    try:
        with pytest.raises(Unavailable, match="run `yanzhen migrate assessment`"):
            await check_migrated(engine, assessment.model)
        await migrate_service(assessment, databases.url("assessment", owner_of("assessment")), NOBODY)
        await check_migrated(engine, assessment.model)
    finally:
        await engine.dispose()


def test_a_database_that_is_further_than_the_code_is_well() -> None:
    line = ["kernel_0001", "kernel_0002", "kernel_0003"]

    assert missing_after(line, {"kernel_0003"}) == []
    assert missing_after(line, {"kernel_0004"}) == []
    assert missing_after(line, {"kernel_0001"}) == line[1:]
    assert missing_after(line, set()) == line
    assert missing_after(line, {"other_0001"}) == line


def test_files_of_several_branches_are_told_apart(tmp_path: Path) -> None:
    for name in ("kernel_0001", "kernel_0002", "privacy_0001"):
        (tmp_path / f"{name}.py").touch()
    assert revision_lines([tmp_path]) == [["kernel_0001", "kernel_0002"], ["privacy_0001"]]


def test_every_migration_is_named_after_its_revision() -> None:
    """What `check_migrated` goes by, without importing Alembic."""
    for path in KERNEL_VERSIONS.glob("[!_]*.py"):
        assert f'revision = "{path.stem}"' in path.read_text()


async def test_what_an_older_installation_made_is_taken_over_by_the_owner(servers: Servers) -> None:
    databases = Databases(servers.admin_url)
    admin = await asyncpg.connect(servers.admin_url)
    role = role_of("notify")
    try:
        await create_databases(servers.admin_url, databases.password, [entry("notify")])
        await admin.execute(f"ALTER DATABASE {role} OWNER TO {role}")
        old = await databases.connect("notify")
        await old.execute("CREATE TABLE from_before (x int)")
        await old.close()

        await create_databases(servers.admin_url, databases.password, [entry("notify")])

        now = await databases.connect("notify")
        with pytest.raises(DENIED):
            await now.execute("DROP TABLE from_before")
        owner = await now.fetchval("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()")
        assert owner == owner_of("notify")
        await now.close()
    finally:
        await admin.execute(f"DROP DATABASE IF EXISTS {role} WITH (FORCE)")
        await admin.close()


async def test_the_relay_needs_no_more_than_the_service_may(owned: Owned) -> None:
    owner, application = make_engine(owned.owner, pool_size=2), make_engine(owned.application, pool_size=2)
    try:
        await migrate(owner, MODEL)
        kernel = assemble(MODEL, PostgresStore(application, VIEWS))

        async def job(unit: UnitOfWork) -> None:
            await unit.handle(ACCOUNT, "a", Open(account="a"))

        await kernel.executor.run(job, Cause("a"))
        queue = PostgresOutboundQueue(application)
        async with queue.lead() as leader:
            assert [one.position for one in await leader.sequence(10)] == [1]
            assert len(await leader.sequenced(0, 10)) == 1
        assert (await queue.waiting())[0] == 0
    finally:
        await owner.dispose()
        await application.dispose()
