"""The demonstration from beginning to end."""

import asyncio
import signal
import time
from datetime import timedelta
from pathlib import Path

from rich.progress import TaskID

from services.cli.addresses_table import show_addresses
from services.cli.badges import Badges
from services.cli.broker_connection import connected
from services.cli.demo.clerks import Clerks
from services.cli.demo.county.world import World, build_world
from services.cli.demo.databases import Databases
from services.cli.demo.http import api, for_each
from services.cli.demo.load import load
from services.cli.demo.report import show
from services.cli.demo.verify import judge
from services.cli.demo.watch import Lines, bars, watching
from services.cli.launcher import LocalInstallation
from services.cli.output import console, progress
from services.cli.quiet import only_warnings
from shared.embedded.data_dir import erase
from shared.runtime.clock_control import move
from shared.security.broker import OPERATOR

CLERKS = 16
PAST_EVERY_LETTER = timedelta(days=91)


async def run(relocations: int, scale: float, seed: int, data_dir: Path, *, stay: bool) -> bool:
    """Whether everything was as it should be. Ctrl-C stops everything cleanly."""
    only_warnings()
    began = time.monotonic()
    main = asyncio.current_task()
    assert main is not None  # noqa: S101 - a coroutine that runs has a task
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, main.cancel)
    world = build_world(seed, scale=scale, relocations=relocations)
    erase(data_dir)
    installation = LocalInstallation(data_dir, progress=lambda _: None)
    with progress("starting PostgreSQL, NATS, the providers' stand-ins and the four services"):
        await installation.start()
    try:
        async with Databases(installation) as databases:
            await _load(installation, databases, world)
            clerks = await _relocate(installation, databases, world)
            expired = await _expire(installation, databases, clerks)
            verdict = await judge(installation, databases, world, clerks.tally, expired)
        screen = console()
        show(screen, clerks.tally, len(expired), verdict, time.monotonic() - began)
        if stay:
            show_addresses(screen, installation.addresses())
            await asyncio.Event().wait()
        return not verdict.problems
    except asyncio.CancelledError:
        return False
    finally:
        with progress("stopping"):
            await installation.stop()


async def _load(installation: LocalInstallation, databases: Databases, world: World) -> None:
    lines = Lines()
    with bars() as shown:
        tasks: dict[str, TaskID] = {}

        def step(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(what, total=total)
            shown.update(tasks[what], completed=done)
            lines.say(f"  {what}: {done}/{total}", now=done == total)

        async with api(installation.url("registry"), "registry", Badges(installation.issuer())) as registry:
            await load(registry, world, step)
    with progress("the other services take the county over"):
        await databases.until_quiet()


async def _relocate(installation: LocalInstallation, databases: Databases, world: World) -> Clerks:
    async with api(installation.url("mobility"), "mobility", Badges(installation.issuer())) as mobility:
        clerks = Clerks(mobility, world)
        async with watching(databases, clerks.tally, len(world.relocations)):
            await for_each(world.relocations, CLERKS, clerks.carry_out)
            await _propagated(databases, len(clerks.tally.accepted))
    return clerks


async def _propagated(databases: Databases, expected: int, seconds: float = 180) -> None:
    """Wait for all to be propagated; when they are not in time, the verdict says which."""
    query = "SELECT count(*) FROM relocations WHERE propagated_at IS NOT NULL"
    try:
        async with asyncio.timeout(seconds):
            while await databases.value("mobility", query) < expected:
                await asyncio.sleep(0.2)
            await databases.until_quiet(seconds)
    except TimeoutError:
        return


async def _expire(installation: LocalInstallation, databases: Databases, clerks: Clerks) -> set[str]:
    """Let the letters that nobody answered run out."""
    waiting = set(clerks.tally.unanswered)
    if not waiting:
        return waiting
    with progress(f"91 days pass: {len(waiting)} letters run out"):
        async with connected(installation.stack.nats_url, installation.files.seed(OPERATOR)) as client:
            await move(client, PAST_EVERY_LETTER)
        query = "SELECT count(*) FROM transfers WHERE status = 'expired'"
        try:
            async with asyncio.timeout(60):
                while await databases.value("mobility", query) < len(waiting):
                    await asyncio.sleep(0.1)
                await databases.until_quiet(60)
        except TimeoutError:
            pass
    return waiting
