"""Everything that is done to the installation, each fault drawn with its target and its size from one seed.

A fault is struck while relocations are under way, holds for a while, and is undone: that is when healing begins. What an
operator has to do is done here as the runbooks say (`docs/runbooks/`), and counted.
"""

import asyncio
import json
import random
import shutil
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from services.cli.catalogue import NAMES
from shared.kernel.errors import Unavailable
from shared.runtime.clock_control import move
from shared.security.broker import OPERATOR
from tests.chaos.proxy import FAIR, Weather
from tests.chaos.world import SERVERS, Suffering
from tests.system.support import Watcher

HOLD: Final = (0.3, 1.5)
JUMP_SECONDS: Final = 20
"""Under the 30 s by which clocks of token issuers may differ from ours."""
OUT: Final = tuple(f"OUT_{name.upper()}" for name in NAMES)


class Skipped(Exception):
    """This fault cannot be made on this machine, and why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What, to whom, for how long (seconds), how bad (0…1)."""

    kind: str
    target: str
    hold: float
    size: float

    def __str__(self) -> str:
        return f"{self.kind} {self.target} ({self.hold:.1f} s, {self.size:.2f})"


@dataclass(frozen=True, slots=True)
class Struck:
    """Where a fault happens."""

    system: Suffering
    databases: Watcher
    fault: Fault

    async def hold(self) -> None:
        """There is nothing to be seen of what is broken, so this is waited out."""
        await asyncio.sleep(self.fault.hold)


# -- processes -----------------------------------------------------------------------------------------------------------


async def _kill(at: Struck) -> None:
    await at.system.kill(at.fault.target)


async def _freeze(at: Struck) -> None:
    target = at.fault.target
    if target in SERVERS:
        await at.system.servers.freeze(target)
        try:
            await at.hold()
        finally:
            await at.system.servers.thaw(target)
    else:
        child, place = at.system.service(target), at.system.place
        await place.freeze(child)
        try:
            await at.hold()
        finally:
            await place.thaw(child)


async def _restart_server(at: Struck) -> None:
    await at.system.servers.restart(at.fault.target)
    if at.fault.target == "nats":
        await _streams_there(at)


# -- networks ------------------------------------------------------------------------------------------------------------


def _weather(fault: Fault) -> Weather:
    return {
        "cut": Weather(refused=True),
        "partition": Weather(silent=True),
        "delay": Weather(delay=0.05 + 0.25 * fault.size),
        "trickle": Weather(rate=4_000 + 60_000 * (1 - fault.size)),
    }[fault.kind]


async def _network(at: Struck) -> None:
    process, _, server = at.fault.target.partition("↔")
    link = at.system.links[process, server]
    await at.system.background.there(link.set(_weather(at.fault)))
    try:
        await at.hold()
    finally:
        await at.system.background.there(link.set(FAIR))


async def _cut_off(at: Struck) -> None:
    target = at.fault.target
    links = [link for ends, link in at.system.links.items() if target in ends]
    await at.system.background.there(at.system.place.cut_off(target, links))
    try:
        await at.hold()
    finally:
        await at.system.background.there(at.system.place.let_back(target, links))


# -- clocks and disks ----------------------------------------------------------------------------------------------------


async def _jump(at: Struck) -> None:
    by = timedelta(seconds=(2 * at.fault.size - 1) * JUMP_SECONDS)
    files = at.system.installation.files
    async with at.system.connected(OPERATOR) as client:
        for step in (by, -by):
            files.clock_shift += step.total_seconds()
            await move(client, step)
            await at.hold()


async def _full_disk(at: Struck) -> None:
    disk = at.system.small
    if disk is None:
        raise Skipped("no small disk can be mounted here")
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(65_536))
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0")
    try:
        await at.hold()
    finally:
        ballast.unlink()
    # A broker that once could not write has switched JetStream off, or its streams: it is started again once there is
    # room (docs/runbooks/disk-filling.md).
    await _halted(at, lambda _: None)


# -- what the broker forgets ---------------------------------------------------------------------------------------------


async def _halted(at: Struck, damage: Callable[[Path], None], *, server: str = "") -> None:
    """Stop, damage the disk, start. A server that refuses its damaged disk gets an empty one, and the streams anew."""
    server = server or (at.fault.target if at.fault.target in SERVERS else "nats")
    disk: list[Path] = []
    try:
        async with at.system.servers.stopped(server) as home:
            disk.append(home)
            damage(home)
    except KeyError:
        raise Skipped(f"the disk of {server} is out of reach") from None
    except (Unavailable, TimeoutError):
        if server != "nats":
            raise
        async with at.system.servers.stopped(server) as home:
            _empty(home)
        await _streams_there(at)
        await at.system.resend_reports(at.databases)
        return
    if server == "nats":
        await _streams_there(at)


async def _streams_there(at: Struck) -> None:
    """What an operator does after a broker came back from a fault: `yanzhen provision`, then a look at every stream."""
    for _ in range(50):
        with suppress(Exception):
            made = (await at.system.provision()).created
            at.system.rebuilt += made
            break
        await asyncio.sleep(0.2)
    await at.system.broker_answers()


def _store(home: Path) -> Path:
    """The broker's files, also where they are on a disk of their own."""
    return (home / "jetstream").resolve()


def _blocks(home: Path, rng: random.Random) -> Path:
    """A message block of a service's stream that holds something."""
    found = sorted(p for p in _store(home).rglob("*.blk") if p.parts[-3] in OUT and p.stat().st_size > 1_000)
    if not found:
        raise Skipped("no stream of ours has a block")
    return rng.choice(found)


def _forget_index(block: Path) -> None:
    (block.parent / "index.db").unlink(missing_ok=True)


async def _tail_cut(at: Struck) -> None:
    def damage(home: Path) -> None:
        rng = random.Random(repr(at.fault))
        block = max(_blocks(home, rng).parent.glob("*.blk"), key=lambda path: int(path.stem))
        size = block.stat().st_size
        with block.open("r+b") as file:
            file.truncate(int(size * (1 - at.fault.size * 0.5)))
        if rng.random() < 0.5:
            _forget_index(block)

    await _halted(at, damage)
    await rebuild_holed(at.system)


async def _block_corrupted(at: Struck) -> None:
    def damage(home: Path) -> None:
        rng = random.Random(repr(at.fault))
        block = _blocks(home, rng)
        size = block.stat().st_size
        with block.open("r+b") as file:
            file.seek(int(size * at.fault.size * 0.9))
            file.write(rng.randbytes(64))
        if rng.random() < 0.5:
            _forget_index(block)

    await _halted(at, damage)
    await rebuild_holed(at.system)


async def _stream_deleted(at: Struck) -> None:
    await delete_stream(at.system, at.fault.target)
    await _streams_there(at)


async def _consumer_lost(at: Struck) -> None:
    door = next(one for one in at.system.installation.topology.durables if one.name == at.fault.target)
    async with at.system.connected(OPERATOR) as client:
        await client.request(f"$JS.API.CONSUMER.DELETE.{door.stream}.{door.name}", b"", timeout=5)
    await at.hold()
    await _streams_there(at)


async def _consumer_state_lost(at: Struck) -> None:
    """Its file of what was acknowledged: it begins again from the start of the stream."""

    def damage(home: Path) -> None:
        states = list(_store(home).rglob("o.dat"))
        for path in states:
            path.unlink()
        if not states:
            raise Skipped("no consumer has a state on disk")

    await _halted(at, damage)


async def _disk_lost(at: Struck) -> None:
    await _halted(at, _empty)
    # Reports of outside systems are in no database of ours until a door has taken them: who sent them sends them again.
    await at.system.resend_reports(at.databases)


def _empty(home: Path) -> None:
    for one in _store(home).iterdir():
        shutil.rmtree(one) if one.is_dir() else one.unlink()


async def delete_stream(system: Suffering, stream: str) -> None:
    """As an operator does. The relay fills it again once it is made anew."""
    async with system.connected(OPERATOR) as client:
        answer = await client.request(f"$JS.API.STREAM.DELETE.{stream}", b"", timeout=10)
    assert json.loads(answer.data).get("success"), answer.data


async def rebuild_holed(system: Suffering) -> None:
    """What an operator does whom the alarm told of a hole (docs/runbooks/stream-damaged.md)."""
    for name, holes in (await system.holes()).items():
        if holes:
            said = await system.say("stream", "rebuild", name)
            assert said.code == 0, said.err
            system.rebuilt.append(f"OUT_{name.upper()} (holes)")


# -- the deck ------------------------------------------------------------------------------------------------------------

Make = Callable[[Struck], Awaitable[None]]

KINDS: Final[Mapping[str, Make]] = {
    "kill -9 service": _kill,
    "kill -9 server": _kill,
    "freeze service": _freeze,
    "freeze server": _freeze,
    "restart server": _restart_server,
    "cut": _network,
    "partition": _network,
    "delay": _network,
    "trickle": _network,
    "service cut off": _cut_off,
    "server cut off": _cut_off,
    "clock jump": _jump,
    "full disk": _full_disk,
    "tail cut": _tail_cut,
    "block corrupted": _block_corrupted,
    "stream deleted": _stream_deleted,
    "consumer lost": _consumer_lost,
    "consumer state lost": _consumer_state_lost,
    "broker's disk lost": _disk_lost,
}
TOGETHER: Final = ("kill -9 service", "freeze service", "service cut off", "cut", "partition", "delay", "trickle")
"""What can strike while something else does: all but what concerns a server, of which there is one."""
DAMAGE: Final = ("tail cut", "block corrupted", "stream deleted", "consumer state lost")
"""What the broker may lose of what it acknowledged: three times in a deck, as no test elsewhere does all of it."""


def targets(system: Suffering, kind: str) -> tuple[str, ...]:
    """Who can be struck by it."""
    if kind in ("cut", "partition", "delay", "trickle"):
        return tuple(f"{process}↔{server}" for process, server in system.links)
    if kind.endswith(" service") or kind == "service cut off":
        return system.processes
    if kind.endswith(" server") or kind == "server cut off":
        return tuple(SERVERS)
    if kind == "stream deleted":
        return OUT
    if kind == "consumer lost":
        return tuple(one.name for one in system.installation.topology.durables)
    return ("clock",) if kind == "clock jump" else ("nats",)


def drawn(system: Suffering, rng: random.Random, kinds: Sequence[str]) -> Iterator[Fault]:
    """Without end. From decks that hold every kind, so that none is missed; each deck in another order."""
    while True:
        deck = list(kinds)
        rng.shuffle(deck)
        for kind in deck:
            yield Fault(kind, rng.choice(targets(system, kind)), rng.uniform(*HOLD), rng.random())


class Decks:
    """One of all kinds for what leads a storm, one for what may join it."""

    def __init__(self, system: Suffering, rng: random.Random) -> None:
        self._rng = rng
        self._leading = drawn(system, rng, [*KINDS, *DAMAGE, *DAMAGE])
        self._joining = drawn(system, rng, TOGETHER)

    def storm(self, most: int) -> list[Fault]:
        """What strikes together next: one, or up to `most`, no two of which get in each other's way."""
        found = [next(self._leading)]
        wanted = self._rng.randint(1, max(1, most))
        for _ in range(3 * wanted):
            if len(found) >= wanted:
                break
            fault = next(self._joining)
            if not any(_in_the_way(fault, one) for one in found):
                found.append(fault)
        return found


def _in_the_way(one: Fault, other: Fault) -> bool:
    """Who is frozen cannot be killed by name, a link has one weather at a time, and whoever starts misses the clock's jump."""
    kinds = {one.kind, other.kind}
    if "clock jump" in kinds:
        return True
    if "server cut off" in kinds:  # it has a link to everybody
        return not kinds & {"kill -9 service", "freeze service"}
    mine, theirs = set(one.target.split("↔")[:1]), set(other.target.split("↔")[:1])
    return bool(mine & theirs)


async def strike(system: Suffering, databases: Watcher, fault: Fault) -> None:
    """Make it, hold it, undo it. Raises `Skipped`."""
    await KINDS[fault.kind](Struck(system, databases, fault))
