"""A database that goes without a word: its connections are given up, as if they had been ended."""

import asyncio
import socket

import pytest
from sqlalchemy import text

from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.kernel.errors import Unavailable
from shared.messaging.failures import is_transient
from shared.runtime.connect import make_engine
from shared.runtime.silent_connections import SILENCE_SECONDS
from tests.support.container_servers import ContainerServers
from tests.support.sample import MODEL, VIEWS
from tests.support.tests_on import TestsOn


async def test_every_connection_of_a_service_is_watched(database_url: str) -> None:
    engine = make_engine(database_url)
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        line = raw.driver_connection._transport.get_extra_info("socket")  # type: ignore[union-attr]
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == SILENCE_SECONDS * 1000
    await engine.dispose()


async def test_a_slow_answer_is_waited_for(database_url: str) -> None:
    engine = make_engine(database_url)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT pg_sleep(0.3), 1"))).one()[1] == 1
    await engine.dispose()


async def test_bug_2202_who_asks_a_database_that_has_gone_without_a_word_is_told(tests_on: TestsOn) -> None:
    """Chaos seed 20261123, in containers: whose container had got another address waited for a quarter of an hour."""
    if not tests_on.containers:
        pytest.skip("a process of this machine has no network that could be taken from it")
    with ContainerServers() as servers:
        engine = make_engine(servers.direct_url("postgres"))
        await migrate(engine, MODEL)
        store = PostgresStore(engine, VIEWS)
        assert await store.read_streams({"a": 0}) == {"a": []}
        await servers.cut_off("postgres")
        with pytest.raises(Unavailable) as error:
            await _asked(store)
        assert is_transient(error.value)
        await servers.let_back("postgres")
        await engine.dispose()


async def _asked(store: PostgresStore) -> None:
    async with asyncio.timeout(6 * SILENCE_SECONDS):  # the kernel's own patience is many times as long
        await store.read_streams({"a": 0})
