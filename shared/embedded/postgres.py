"""PostgreSQL from its wheel, as a child process: durable, loopback only, recovering by itself from any kill -9."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
from pathlib import Path
from typing import Final

from shared.embedded import orphans
from shared.embedded.children import Child, ChildSpec
from shared.embedded.data_dir import DataDirectory, write_private
from shared.embedded.parent_death import die_with_parent
from shared.embedded.ports import LOOPBACK
from shared.embedded.postgres_home import Account, installation, known_home, server_account, server_home
from shared.kernel.clock import Clock, SystemClock
from shared.kernel.errors import Unavailable

_ADMIN = "postgres"
_INITDB_SECONDS = 120.0
_READY_SECONDS = 120.0  # recovery of a large write-ahead log takes its time
_STATUS_LINE = 7  # of postmaster.pid, counted from 0

INITDB: Final = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    # The password has 256 random bits: stretching it protects nothing and costs each login milliseconds.
    "--set=scram_iterations=64",
)
"""What is decided when the data is created, for this server and for any other whose password is as random."""

_CONFIG = """\
# Written anew at every start; use ALTER SYSTEM for changes that last.
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''    # loopback TCP only: no socket path that can be too long or be left behind
max_connections = 200
password_encryption = 'scram-sha-256'

# An acknowledged transaction survives a power cut.
fsync = on
full_page_writes = on
synchronous_commit = on

# Small: the whole idle stack has to fit beside a browser and an editor.
shared_buffers = 128MB
work_mem = 8MB
maintenance_work_mem = 64MB
jit = off
io_method = sync                # no I/O worker processes
max_logical_replication_workers = 0

# Quiet when idle.
bgwriter_delay = 10s
wal_writer_delay = 1s
autovacuum_naptime = 1min

timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %d '
lc_messages = 'C'
"""


class Postgres:
    """One PostgreSQL server; its superuser's password is generated and kept in `pgpass` (0600), nowhere else."""

    def __init__(self, directory: DataDirectory, port: int, *, clock: Clock | None = None) -> None:
        self.port = port
        self._directory = directory
        self._account = server_account(known_home(directory) / "data")
        self._home = server_home(directory, self._account)
        self._data = self._home / "data"
        self._bin = installation(self._account) / "bin"
        self._log = directory.log("postgres")
        self._clock = clock or SystemClock()
        self.passfile = directory.path / "pgpass"
        self.child = Child(
            ChildSpec(
                name="postgres",
                argv=(
                    str(self._bin / "postgres"),
                    "-D",
                    str(self._data),
                    f"--config-file={self._home / 'postgresql.conf'}",
                ),
                cwd=self._data,
                log=self._log,
                env=_environment(self._home),
                user=self._account.uid if self._account else None,
                group=self._account.gid if self._account else None,
                # "Fast" (roll back, checkpoint, leave), then "immediate" (recover at the next start).
                stop=((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0)),
                parent_death_signal=signal.SIGINT,
                ready_seconds=_READY_SECONDS,
            ),
            ready=self._is_ready,
            prepare=self._prepare,
            clock=self._clock,
        )

    def url(self, database: str = _ADMIN) -> str:
        """A connection string of the superuser, with the password: for connecting, not for showing."""
        return f"postgresql://{_ADMIN}:{self._password()}@{LOOPBACK}:{self.port}/{database}"

    def public_url(self, database: str = _ADMIN) -> str:
        """The same without the password: it names the file that holds it (libpq and asyncpg read it)."""
        return f"postgresql://{_ADMIN}@{LOOPBACK}:{self.port}/{database}?passfile={self.passfile}"

    async def start(self) -> None:
        """Create the data at the first start, then run. Raises `Unavailable` when the server does not come up."""
        if not self._data.exists():
            if self._directory.get("postgres_created"):
                # Such as a data directory on a volume whose container, with the home elsewhere, was made anew.
                raise Unavailable(
                    "database-data-missing",
                    "this directory once had a database, and its data is gone",
                    remedy="restore it, or delete the data directory to begin anew",
                    where=str(self._data),
                )
            await self._create()
        if not self.passfile.exists():
            raise Unavailable(
                "database-password-lost",
                "there is data but no pgpass file, so nobody can log in",
                remedy="restore the file, or delete the data directory to begin anew",
                where=str(self.passfile),
            )
        await self.child.start()

    async def stop(self) -> None:
        """Shut down with a checkpoint, so that the next start needs no recovery."""
        await self.child.stop()

    def _password(self) -> str:
        return self.passfile.read_text(encoding="utf-8").strip().rpartition(":")[2]

    async def _prepare(self) -> None:
        # Outside the data directory: that one belongs to the server's user, who could plant a symbolic link where root
        # writes.
        config = self._home / "postgresql.conf"
        config.write_text(server_config(LOOPBACK, self.port), encoding="utf-8")
        config.chmod(0o644)
        await stop_left_over(self._data, self._clock)

    async def _is_ready(self, pid: int) -> bool:
        """The postmaster says so in its pid file, as it does to pg_ctl; asking costs no connection."""
        lines = _pid_file(self._data)
        return len(lines) > _STATUS_LINE and lines[0].strip() == str(pid) and lines[_STATUS_LINE].strip() == "ready"

    async def _create(self) -> None:
        """Run initdb beside the final place and rename, so that an interrupted one is never taken for data."""
        staged = self._home / "data.new"
        if staged.exists():
            shutil.rmtree(staged)
        staged.mkdir(mode=0o700)
        password = secrets.token_urlsafe(32)
        handover = self._home / ".initdb-password"
        write_private(handover, password + "\n")
        if self._account is not None:
            os.chown(staged, self._account.uid, self._account.gid)
            os.chown(handover, self._account.uid, self._account.gid)
        try:
            await self._initdb(staged, handover)
        finally:
            handover.unlink()
        # The port is left open in pgpass, because it can change from run to run.
        write_private(self.passfile, f"{LOOPBACK}:*:*:{_ADMIN}:{password}\n")
        staged.rename(self._data)
        self._directory.remember("postgres_created", True)

    async def _initdb(self, target: Path, password_file: Path) -> None:
        account: Account | None = self._account
        with self._log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                str(self._bin / "initdb"),
                f"--pgdata={target}",
                f"--username={_ADMIN}",
                f"--pwfile={password_file}",
                "--auth-host=scram-sha-256",
                "--auth-local=reject",
                *INITDB,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                cwd=self._home,
                env=_environment(self._home),
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )
        try:
            async with asyncio.timeout(_INITDB_SECONDS):
                code = await process.wait()
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
                await self._all_gone(process.pid)
        if code != 0:
            raise Unavailable(
                "initdb-failed",
                f"initdb ended with code {code}",
                remedy="read its log, remove the cause and start again",
                where=str(self._log),
            )

    async def _all_gone(self, group: int) -> None:
        """Initdb's own children die a moment after it; whoever starts again at once must not meet them."""
        for _ in range(100):
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                return
            await self._clock.sleep(0.02)


def server_config(host: str, port: int) -> str:
    """How we want PostgreSQL to be, wherever it runs."""
    return _CONFIG.format(host=host, port=port)


async def stop_left_over(data: Path, clock: Clock) -> None:
    """Stop what a killed run left on that data, then remove its pid file, so that the next start recovers by itself.

    Only the postmaster is asked to stop in order: the same signal means other things to its children. Left alone, they
    would hold the shared memory and the server would refuse to start. The pid file is not trusted: its number may by
    now belong to a stranger, whom PostgreSQL would take for a running server.
    """
    pids = orphans.working_in(data, "postgres")
    postmaster = [pid for pid in pids if _pid_file(data)[:1] == [str(pid)]]
    await orphans.stop(postmaster, ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0)), clock)
    rest = orphans.working_in(data, "postgres")
    await orphans.stop(rest, ((signal.SIGQUIT, 5.0), (signal.SIGKILL, 2.0)), clock)
    with contextlib.suppress(FileNotFoundError):
        (data / "postmaster.pid").unlink()


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _environment(home: Path) -> dict[str, str]:
    """Nothing of ours: PGPORT and the like would change what the server and initdb do."""
    return {"HOME": str(home), "LC_ALL": "C", "PATH": os.defpath}
