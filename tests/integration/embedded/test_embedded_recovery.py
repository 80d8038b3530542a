import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import asyncpg
import nats
import pytest
from nats.js.api import StreamConfig

from shared.embedded.postgres_home import installation, server_account
from shared.embedded.stack import EmbeddedStack
from tests.integration.embedded.helpers import eventually, processes_below


async def test_nats_killed_comes_back_on_its_port_with_its_messages(data_dir: Path) -> None:
    async with EmbeddedStack(data_dir, postgres=False, sinks=False) as stack:
        url, pid = stack.nats_url, stack.pids["nats"]
        client = await nats.connect(url)
        await client.jetstream().add_stream(StreamConfig(name="S", subjects=["s.>"]))
        await client.jetstream().publish("s.one", b"kept")
        await client.close()
        told: list[str] = []
        stack.children["nats"].on_restart(lambda child: told.append(child.spec.name))

        os.kill(pid, signal.SIGKILL)
        await stack.children["nats"].wait_restarts(1)

        assert told == ["nats"]
        assert (stack.nats_url, stack.pids["nats"] == pid) == (url, False)
        client = await nats.connect(url)
        assert (await client.jetstream().get_msg("S", seq=1)).data == b"kept"
        await client.close()


async def test_postmaster_killed_comes_back_with_what_was_committed(used_dir: Path) -> None:
    async with EmbeddedStack(used_dir, nats=False, sinks=False) as stack:
        connection = await asyncpg.connect(stack.admin_url)
        await connection.execute("CREATE TABLE t AS SELECT 1 AS x")

        os.kill(stack.pids["postgres"], signal.SIGKILL)
        await stack.children["postgres"].wait_restarts(1)

        connection.terminate()
        assert await _value(stack, "SELECT x FROM t") == 1


async def test_backend_killed_is_recovered_by_the_postmaster_itself(used_dir: Path) -> None:
    async with EmbeddedStack(used_dir, nats=False, sinks=False) as stack:
        connection = await asyncpg.connect(stack.admin_url)
        await connection.execute("CREATE TABLE t AS SELECT 1 AS x")
        os.kill(await connection.fetchval("SELECT pg_backend_pid()"), signal.SIGKILL)
        await eventually(connection.is_closed)

        for _ in range(500):
            try:
                assert await _value(stack, "SELECT x FROM t") == 1
                break
            except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
                await asyncio.sleep(0.01)
        else:
            pytest.fail("the server did not recover")
        assert stack.children["postgres"].restarts == 0


async def test_parent_killed_takes_its_children_along_and_the_next_start_finds_the_data(used_dir: Path) -> None:
    process, addresses = await _run(used_dir)
    connection = await asyncpg.connect(addresses["database_url"])
    await connection.execute("CREATE TABLE t AS SELECT 1 AS x")
    assert len(processes_below(used_dir)) >= len(addresses["pids"])

    process.kill()
    await process.wait()
    # At once, while the children may still be going.
    async with EmbeddedStack(used_dir) as stack:
        assert stack.addresses()["database_url"] == addresses["database_url"]
        assert not set(addresses["pids"].values()) & set(processes_below(used_dir))
        assert await _value(stack, "SELECT x FROM t") == 1
    connection.terminate()
    assert processes_below(used_dir) == {}


async def test_parent_killed_leaves_no_orphans_even_if_nobody_starts_again(used_dir: Path) -> None:
    process, _ = await _run(used_dir)
    process.kill()
    await process.wait()
    await eventually(lambda: processes_below(used_dir) == {})


async def test_an_orphaned_server_is_stopped_before_a_new_one_starts(used_dir: Path) -> None:
    async with EmbeddedStack(used_dir, nats=False, sinks=False):
        pass
    data = used_dir / "postgres" / "data"
    account = server_account(data)
    orphan = await asyncio.create_subprocess_exec(
        installation(account) / "bin" / "postgres",
        *("-D", data, f"--config-file={data.parent / 'postgresql.conf'}"),
        cwd=data,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    pid_file = data / "postmaster.pid"
    await eventually(lambda: pid_file.exists() and "ready" in pid_file.read_text())

    async with EmbeddedStack(used_dir, nats=False, sinks=False) as stack:
        assert await asyncio.wait_for(orphan.wait(), 1) == 0, "a fast shutdown, not a kill"
        assert await _value(stack, "SELECT 1") == 1


async def test_a_pid_file_that_names_a_stranger_is_not_believed(used_dir: Path) -> None:
    async with EmbeddedStack(used_dir, nats=False, sinks=False):
        pass
    # Of the server's own user: PostgreSQL does not believe in another user's process by itself.
    account = server_account(used_dir / "postgres" / "data")
    stranger = await asyncio.create_subprocess_exec("sleep", "600", user=account.uid if account else None)
    try:
        pid_file = used_dir / "postgres" / "data" / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{pid_file.parent}\n1700000000\n5432\n\n127.0.0.1\n 1 1\nready\n")
        async with EmbeddedStack(used_dir, nats=False, sinks=False) as stack:
            assert await _value(stack, "SELECT 1") == 1
        assert stranger.returncode is None
    finally:
        stranger.kill()
        await stranger.wait()


async def test_an_interrupted_initdb_is_begun_anew(data_dir: Path) -> None:
    for part in (data_dir, data_dir / "postgres", data_dir / "postgres" / "data.new"):
        os.mkdir(part, mode=0o711)
    (data_dir / "postgres" / "data.new" / "PG_VERSION").write_text("18\n")
    async with EmbeddedStack(data_dir, nats=False, sinks=False) as stack:
        assert await _value(stack, "SELECT 1") == 1


async def _run(data_dir: Path) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "shared.embedded", "--data-dir", str(data_dir)), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    return process, json.loads(await process.stdout.readline())


async def _value(stack: EmbeddedStack, query: str) -> object:
    connection = await asyncpg.connect(stack.admin_url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()
