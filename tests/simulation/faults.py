"""What goes wrong. Each fault is one step of the plan; those that last end by themselves, all of them at the end."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final

from shared.contracts.base import PublicEvent
from shared.messaging.bus import stream_of
from tests.simulation.broker import BrokerTrouble
from tests.simulation.host import SERVICES, Host
from tests.simulation.providers import ProviderTrouble
from tests.simulation.store import DatabaseTrouble

if TYPE_CHECKING:
    from tests.simulation.world import World

Fault = Callable[["World", random.Random], Awaitable[None]]

CLOCKS_WRONG: Final = 20.0
"""Seconds that a machine's clock may be off, and jump within. See ADR 0029 for what depends on that bound."""
LONGEST_FREEZE: Final = 60.0
_MISSED_AFTER: Final = 10.0


async def killed(world: "World", rng: random.Random) -> None:
    """A replica dies after so many more steps, between any two awaits."""
    host = _some_host(world, rng)
    host.machine.kill_after(int(10 ** rng.uniform(0, 3.5)))


async def killed_together(world: "World", rng: random.Random) -> None:
    """Both replicas of a service, or every process there is, at one moment."""
    services = list(SERVICES) if rng.random() < 0.3 else [rng.choice(list(SERVICES))]
    for service in services:
        for host in world.alive(service):
            host.machine.kill()


async def frozen(world: "World", rng: random.Random) -> None:
    """A replica stops for a while without noticing."""
    host = _some_host(world, rng)
    seconds = rng.uniform(0.1, LONGEST_FREEZE)
    world.history.add(host.machine.name, f"is frozen for {seconds:.1f} s")
    host.machine.freeze(seconds)
    world.met["frozen"] += 1
    if seconds > _MISSED_AFTER:
        # Whoever is silent for so long is not counted any more; somebody else may be missed in the same way.
        await asyncio.sleep(_MISSED_AFTER)
        world.history.add(host.service, "a replica is not counted any more")
        world.replicas[host.service].lose()


async def deposed(world: "World", rng: random.Random) -> None:
    """The leader's lock is gone and it does not know: now, or when it has given positions and not published yet."""
    service = rng.choice(list(SERVICES))
    queue = world.queues[service]
    if rng.random() < 0.5:
        queue.to_depose = True
        world.history.add(service, "the leader's lock will be lost")
    else:
        world.history.add(service, "the leader's lock is lost")
        queue.depose_unnoticed()


async def leader_unlucky(world: "World", rng: random.Random) -> None:
    """The leader's connection breaks, before or after positions were given."""
    queue = world.queues[rng.choice(list(SERVICES))]
    queue.trouble = rng.choice((0.1, 0.5))
    await asyncio.sleep(10 ** rng.uniform(0.5, 2.8))  # it is tried again every second
    queue.trouble = 0.0


async def database(world: "World", rng: random.Random) -> None:
    """Commits fail before or after they are done, conflict, or cannot be reached."""
    store = world.stores[rng.choice(list(SERVICES))]
    heavy = rng.choice((0.02, 0.1, 0.4))
    store.trouble = DatabaseTrouble(
        before=heavy * rng.random(), after=heavy * rng.random(), conflict=heavy * rng.random(),
        reading=heavy * rng.random() * 0.3,
    )  # fmt: skip
    world.history.add(store.service, f"its database is unwell: {store.trouble}")
    await _for_a_while(rng)
    store.trouble = DatabaseTrouble()


async def database_down(world: "World", rng: random.Random) -> None:
    """The database is away for a while."""
    store = world.stores[rng.choice(list(SERVICES))]
    world.history.add(store.service, "its database is away")
    store.trouble = DatabaseTrouble(down=True)
    await asyncio.sleep(rng.choice((1.0, 20.0, 120.0)))
    store.trouble = DatabaseTrouble()


async def broker(world: "World", rng: random.Random) -> None:
    """Deliveries are late, repeated, lost or turned round, acks and bells are lost."""
    heavy = rng.choice((0.05, 0.2, 0.5))
    world.bus.trouble = BrokerTrouble(*(heavy * rng.random() for _ in range(6)))
    world.inbound.ack_lost = heavy
    world.history.add("broker", f"is unwell: {world.bus.trouble}")
    await _for_a_while(rng)
    world.bus.trouble = BrokerTrouble()
    world.inbound.ack_lost = 0.0


async def broker_down(world: "World", rng: random.Random) -> None:
    """The broker is away for a while."""
    world.history.add("broker", "is away")
    world.bus.down = True
    world.bus.cut_readers()
    await asyncio.sleep(rng.choice((0.5, 10.0, 60.0)))
    world.bus.down = False
    world.bus.cut_readers()


async def tail_lost(world: "World", rng: random.Random) -> None:
    """Power fails before the broker has synced: some of a stream, or all of everything, is gone."""
    streams = [stream_of(service) for service in SERVICES]
    everything = rng.random() < 0.3
    for stream in streams if everything else [rng.choice(streams)]:
        length = len(world.bus.streams[stream])
        keep = 0 if everything else max(0, length - int(10 ** rng.uniform(0, 2)))
        world.history.add("broker", f"{stream} loses all after {keep} of {length}")
        world.bus.lose_tail(stream, keep)


async def tail_lost_when_busy(world: "World", rng: random.Random) -> None:
    """The same, right after something was published."""
    stream = stream_of(rng.choice(list(SERVICES)))
    length = len(world.bus.streams[stream])
    while len(world.bus.streams[stream]) <= length:
        await world.bus.news(stream).wait()
        if world.healed:
            return
    await asyncio.sleep(10 ** rng.uniform(-3, 2))
    keep = max(0, len(world.bus.streams[stream]) - rng.randint(1, 8))
    world.history.add("broker", f"{stream} loses all after {keep}")
    world.bus.lose_tail(stream, keep)


async def clock(world: "World", rng: random.Random) -> None:
    """The clocks of all machines are a little wrong, and one jumps."""
    world.clocks_wrong = CLOCKS_WRONG
    host = _some_host(world, rng)
    host.clock.offset = rng.uniform(-CLOCKS_WRONG, CLOCKS_WRONG)
    world.history.add(host.machine.name, f"its clock jumps to {host.clock.offset:+.1f} s")
    host.clock_moved()
    world.met["clock jump"] += 1


async def poison(world: "World", rng: random.Random) -> None:
    """One of the next messages cannot be handled by one service; some kill whoever touches them."""
    service = rng.choice(list(SERVICES))
    sources = [source for source, reactions in SERVICES[service].follows.items() if reactions or _projects(service)]
    stream = stream_of(rng.choice(sources))
    position = len(world.stores[stream[4:].lower()].data.outbound) + rng.randint(1, 15)
    kills = rng.random() < 0.4
    world.poison.doses.setdefault((service, stream), {})[position] = kills
    world.history.add(service, f"will {'die of' if kills else 'choke on'} message {position} of {stream}")


async def replayed(world: "World", rng: random.Random) -> None:
    """Somebody asks for dead letters to be replayed, whether the cause is gone or not."""
    if rng.random() < 0.5:
        world.poison.cure()
    await world.replay_dead_letters()


async def provider(world: "World", rng: random.Random) -> None:
    """A provider is silent, before or after it took a message; is busy; loses receipts or sends them twice."""
    carrier = world.carriers[rng.choice(("email", "sms"))]
    heavy = rng.choice((0.1, 0.5, 0.9))
    kinds = rng.sample(("silent_before", "silent_after", "busy", "no_receipt", "twice"), rng.randint(1, 3))
    carrier.trouble = ProviderTrouble(**{kind: heavy * rng.uniform(0.3, 1.0) for kind in kinds})  # type: ignore[arg-type]
    world.history.add(carrier.channel, f"is unwell: {carrier.trouble}")
    # Days without a message would not notice: it lasts until some have met it.
    met = carrier.taken.total() + rng.randint(5, 40)
    for _ in range(rng.randint(10, 500)):
        if world.healed or carrier.taken.total() >= met:
            break
        await asyncio.sleep(900.0)
    carrier.trouble = ProviderTrouble()


async def provider_down(world: "World", rng: random.Random) -> None:
    """A provider is not there."""
    carrier = world.carriers[rng.choice(("email", "sms"))]
    carrier.trouble = ProviderTrouble(down=True)
    await _until_met(world, "provider away")
    await asyncio.sleep(rng.choice((5.0, 120.0, 1200.0)))
    carrier.trouble = ProviderTrouble()


async def keyring(world: "World", rng: random.Random) -> None:
    """The keys cannot be read, made or destroyed, every now and then or not at all."""
    world.keyring.trouble = rng.choice((0.05, 0.3, 1.0))
    world.history.add("keyring", f"is unwell: {world.keyring.trouble}")
    await _until_met(world, "keyring")
    await asyncio.sleep(10 ** rng.uniform(1.5, 4.5))
    world.keyring.trouble = 0.0


async def answers_lost(world: "World", rng: random.Random) -> None:
    """Whoever asks does not hear the answer, and asks again."""
    world.answers_lost = rng.choice((0.1, 0.4))
    await _until_met(world, "answer lost")
    await _for_a_while(rng)
    world.answers_lost = 0.0


FAULTS: Final[Mapping[str, Fault]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        killed, killed_together, frozen, deposed, leader_unlucky, database, database_down, broker, broker_down,
        tail_lost, tail_lost_when_busy, clock, poison, replayed, provider, provider_down, keyring, answers_lost,
    )
}  # fmt: skip


def heal(world: "World") -> None:
    """Nothing goes wrong from here on."""
    world.healed = True
    for store in world.stores.values():
        store.trouble = DatabaseTrouble()
    for queue in world.queues.values():
        queue.trouble, queue.to_depose = 0.0, False
    for carrier in world.carriers.values():
        carrier.trouble = ProviderTrouble()
    for hosts in world.hosts.values():
        for host in hosts:
            host.machine.steps_to_live = None
    world.bus.trouble = BrokerTrouble()
    world.bus.down = False
    world.bus.cut_readers()
    world.inbound.ack_lost = 0.0
    world.answers_lost = 0.0
    world.keyring.trouble = 0.0
    world.poison.cure()


async def _for_a_while(rng: random.Random) -> None:
    await asyncio.sleep(10 ** rng.uniform(1.5, 5.3))


async def _until_met(world: "World", name: str) -> None:
    """Days on which nobody asks would not notice: what is rarely asked for is away until somebody met that."""
    before = world.met[name]
    for _ in range(4 * 24):
        if world.healed or world.met[name] > before:
            return
        await asyncio.sleep(3600.0)


def _some_host(world: "World", rng: random.Random) -> Host:
    hosts = [host for all_ in world.hosts.values() for host in all_]
    alive = [host for host in hosts if host.machine.alive]
    return rng.choice(alive or hosts)


def _projects(service: str) -> bool:
    projected: list[type[PublicEvent]] = [e for p in SERVICES[service].model.projections for e in p.foreign]
    return bool(projected)
