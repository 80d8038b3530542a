import asyncio
import os
import shutil
import signal
import socket
import stat
import sys
from pathlib import Path

import asyncpg
import httpx
import nats
import pytest
from nats.js.api import StreamConfig

from shared.embedded.data_dir import erase
from shared.embedded.databases import ensure_database, ensure_role
from shared.embedded.postgres_home import installation
from shared.embedded.stack import EmbeddedStack
from shared.kernel.errors import Invalid, Refused, Unavailable
from tests.integration.embedded.helpers import files_containing, processes_below

as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused by PostgreSQL")


async def test_everything_answers_and_the_end_leaves_no_process(data_dir: Path) -> None:
    async with EmbeddedStack(data_dir) as stack:
        assert set(stack.pids) == {"nats", "postgres", "smtp-sink", "sms-gateway"}
        connection = await asyncpg.connect(stack.admin_url)
        settings = {
            row["name"]: row["setting"] for row in await connection.fetch("SELECT name, setting FROM pg_settings")
        }
        await connection.close()
        client = await nats.connect(stack.nats_url)
        await client.jetstream().add_stream(StreamConfig(name="S", subjects=["s.>"]))
        await client.close()
        async with httpx.AsyncClient(base_url=str(stack.nats_monitor_url), trust_env=False) as http:
            varz = (await http.get("/varz")).json()
        assert processes_below(data_dir)

    assert processes_below(data_dir) == {}
    assert (varz["host"], varz["http_host"], varz["max_payload"]) == ("127.0.0.1", "127.0.0.1", 1_048_576)
    assert varz["jetstream"]["config"]["sync_always"]
    assert (settings["fsync"], settings["synchronous_commit"], settings["full_page_writes"]) == ("on", "on", "on")
    assert (settings["listen_addresses"], settings["unix_socket_directories"]) == ("127.0.0.1", "")
    assert (settings["server_encoding"], settings["TimeZone"], settings["max_connections"]) == ("UTF8", "UTC", "200")


async def test_data_and_ports_are_kept_between_runs(used_dir: Path) -> None:
    async with EmbeddedStack(used_dir, sinks=False) as stack:
        before = (stack.nats_url, stack.admin_url)
        assert await ensure_database(stack.admin_url, "registry")
        assert not await ensure_database(stack.admin_url, "registry")
        connection = await asyncpg.connect(stack.database_url("registry"))
        await connection.execute("CREATE TABLE t AS SELECT '雁阵' AS word")
        await connection.close()
        client = await nats.connect(stack.nats_url)
        await client.jetstream().add_stream(StreamConfig(name="S", subjects=["s.>"]))
        await client.jetstream().publish("s.one", b"kept")
        await client.close()

    async with EmbeddedStack(used_dir, sinks=False) as stack:
        assert (stack.nats_url, stack.admin_url) == before
        connection = await asyncpg.connect(stack.database_url("registry"))
        assert await connection.fetchval("SELECT word FROM t") == "雁阵"
        await connection.close()
        client = await nats.connect(stack.nats_url)
        assert (await client.jetstream().get_msg("S", seq=1)).data == b"kept"
        await client.close()


async def test_roles_log_in_with_their_password_only(used_dir: Path) -> None:
    async with EmbeddedStack(used_dir, nats=False, sinks=False) as stack:
        assert await ensure_role(stack.admin_url, "registry_app", "first")
        assert not await ensure_role(stack.admin_url, "registry_app", "second")
        await ensure_database(stack.admin_url, "registry", owner="registry_app")
        url = stack.database_url("registry").replace(stack.admin_url.split("@")[0], "postgresql://registry_app")
        await (await asyncpg.connect(url, password="second")).close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url, password="first")
        with pytest.raises(Invalid, match="database-name"):
            await ensure_database(stack.admin_url, 'x"; DROP DATABASE registry')


async def test_the_password_is_in_a_private_file_and_nowhere_else(used_dir: Path) -> None:
    async with EmbeddedStack(used_dir, sinks=False) as stack:
        passfile = used_dir / "pgpass"
        password = passfile.read_text().strip().rpartition(":")[2]
        assert stat.S_IMODE(passfile.stat().st_mode) == 0o600
        assert password in stack.admin_url
        assert password not in str(stack.addresses())
        assert not any(password in command for command in processes_below(used_dir).values())
        await (await asyncpg.connect(stack.addresses()["database_url"])).close()
    assert files_containing(used_dir, password) == [passfile]


async def test_two_stacks_run_side_by_side(used_dir: Path, base: Path) -> None:
    other = base / "other"
    one, two = EmbeddedStack(used_dir), EmbeddedStack(other)
    try:
        await asyncio.gather(one.start(), two.start())
        urls = [one.nats_url, one.admin_url, one.sms_url, two.nats_url, two.admin_url, two.sms_url]
        assert len({url.rpartition(":")[2] for url in urls}) == len(urls)
        await (await asyncpg.connect(two.admin_url)).close()
    finally:
        await asyncio.gather(one.stop(), two.stop())
        erase(other)


async def test_a_second_start_on_the_same_directory_is_refused(data_dir: Path) -> None:
    async with EmbeddedStack(data_dir, postgres=False, sinks=False) as stack:
        with pytest.raises(Refused) as refusal:
            await EmbeddedStack(data_dir).start()
        assert refusal.value.code == "stack-already-running"
        assert str(os.getpid()) in refusal.value.detail
        assert refusal.value.remedy
        assert set(stack.pids) == {"nats"}


async def test_a_port_that_was_taken_meanwhile_is_replaced(data_dir: Path) -> None:
    async with EmbeddedStack(data_dir, postgres=False, sinks=False) as stack:
        port = int(stack.nats_url.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        async with EmbeddedStack(data_dir, postgres=False, sinks=False) as stack:
            assert int(stack.nats_url.rpartition(":")[2]) != port


async def test_environment_variables_replace_the_children(
    used_dir: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with EmbeddedStack(used_dir, sinks=False) as real:
        monkeypatch.setenv("YANZHEN_NATS_URL", real.nats_url)
        monkeypatch.setenv("YANZHEN_DATABASE_URL", real.admin_url)
        async with EmbeddedStack(base / "other", sinks=False) as stack:
            assert stack.pids == {}
            assert stack.nats_url == real.nats_url
            assert stack.database_url("mobility") == real.database_url("mobility")
            password = (used_dir / "pgpass").read_text().strip().rpartition(":")[2]
            assert password not in str(stack.addresses())


async def test_a_part_that_cannot_start_is_named_and_nothing_is_left(data_dir: Path) -> None:
    with pytest.raises(Unavailable) as failure:
        await EmbeddedStack(data_dir, sinks=False, authorization_conf="accounts { broken").start()
    assert failure.value.code == "child-not-ready"
    assert "nats" in failure.value.detail
    assert failure.value.where.endswith("nats.log")
    assert processes_below(data_dir) == {}


async def test_authorization_is_appended_to_the_configuration(data_dir: Path) -> None:
    conf = 'accounts { A { jetstream: enabled, users: [ { user: "relay", password: "s3cret" } ] } }'
    async with EmbeddedStack(data_dir, postgres=False, sinks=False, authorization_conf=conf) as stack:
        client = await nats.connect(stack.nats_url, user="relay", password="s3cret")
        assert (await client.jetstream().account_info()).streams == 0
        await client.close()
        with pytest.raises(nats.errors.Error):
            await nats.connect(stack.nats_url, allow_reconnect=False, error_cb=_silent)


async def test_a_cancelled_start_leaves_nothing(data_dir: Path) -> None:
    start = asyncio.create_task(EmbeddedStack(data_dir).start())
    await asyncio.sleep(0.1)  # somewhere in the middle, wherever that is
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    assert processes_below(data_dir) == {}
    async with EmbeddedStack(data_dir, sinks=False) as stack:
        await (await asyncpg.connect(stack.admin_url)).close()


async def test_children_are_out_of_the_terminals_reach(used_dir: Path) -> None:
    async with EmbeddedStack(used_dir) as stack:
        assert all(os.getsid(pid) == pid for pid in stack.pids.values())


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
async def test_the_command_prints_addresses_and_ends_cleanly_on_a_signal(used_dir: Path, sign: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "shared.embedded", "--data-dir", str(used_dir), "--no-sinks"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = await process.stdout.readline()
    assert b'"nats_url": "nats://127.0.0.1:' in line
    assert b'"smtp": null' in line
    process.send_signal(sign)
    assert await process.wait() == 0
    assert processes_below(used_dir) == {}


@as_root_only
async def test_below_a_private_directory_the_server_gets_a_home_elsewhere(base: Path) -> None:
    private = base / "private"
    private.mkdir(mode=0o700)
    data_dir = private / "stack"
    data = base
    for _ in range(2):
        async with EmbeddedStack(data_dir, nats=False, sinks=False) as stack:
            connection = await asyncpg.connect(stack.admin_url)
            data = Path(await connection.fetchval("SHOW data_directory"))
            await connection.execute("CREATE TABLE IF NOT EXISTS kept (x int)")
            await connection.close()
            assert not data.is_relative_to(private)
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert stat.S_IMODE(os.stat(data).st_mode) == 0o700
    erase(data_dir)
    assert not os.access(data, os.F_OK)


@as_root_only
async def test_an_installation_that_the_servers_user_cannot_read_is_copied(
    data_dir: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = base / "private"
    private.mkdir(mode=0o700)
    package = installation(None).parent
    shutil.copytree(package, private / package.name)
    shutil.copytree(package.with_name(f"{package.name}.libs"), private / f"{package.name}.libs")
    monkeypatch.setattr("shared.embedded.postgres_home._package", lambda: private / package.name)
    monkeypatch.setattr("shared.embedded.postgres_home._SYSTEM_HOMES", base / "homes")
    for _ in range(2):
        async with EmbeddedStack(data_dir, nats=False, sinks=False) as stack:
            await (await asyncpg.connect(stack.admin_url)).close()
    assert [path.name.startswith("install-") for path in (base / "homes").iterdir()] == [True]


@as_root_only
async def test_an_ordinary_user_needs_no_help(base: Path) -> None:
    nobody = 65534
    mine = base / "mine"
    mine.mkdir()
    os.chown(mine, nobody, nobody)
    # The interpreter itself may lie where only root can read: it is loaded first, then privileges are dropped.
    program = (
        "import os, sys, shared.embedded.__main__ as embedded\n"
        f"os.setgroups([]); os.setgid({nobody}); os.setuid({nobody})\n"
        "sys.exit(embedded.main())"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, "--data-dir", str(mine / "stack"), "--no-sinks"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert b"database_url" in await process.stdout.readline()
    assert stat.S_IMODE((mine / "stack").stat().st_mode) == 0o700
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


async def test_vanished_data_is_reported_not_replaced_by_an_empty_database(used_dir: Path) -> None:
    async with EmbeddedStack(used_dir, nats=False, sinks=False):
        pass
    (used_dir / "postgres" / "data").rename(used_dir / "postgres" / "moved-away")
    with pytest.raises(Unavailable, match="database-data-missing"):
        await EmbeddedStack(used_dir, nats=False, sinks=False).start()


async def _silent(_: Exception) -> None:
    """The client library would print a refused connection."""
