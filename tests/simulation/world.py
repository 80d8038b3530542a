"""One simulation: four services with their replicas, the ports they stand on, the people around them, from one seed."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any

import structlog

from services.cli.demo.county.model import Territory
from services.notify.application.receipts import Receipt, take
from shared.eventstore.memory import MemoryStore
from shared.messaging.bus import stream_of
from shared.observability.metrics import Metrics
from tests.simulation.broker import SimulatedBus
from tests.simulation.checks.everything import Checks
from tests.simulation.clock import BEGINNING, SimulatedClock
from tests.simulation.county import ELSEWHERE, Founded, enter
from tests.simulation.handlers import Poison
from tests.simulation.history import History
from tests.simulation.host import SERVICES, Gone, Host
from tests.simulation.keyring import SimulatedKeyring
from tests.simulation.leadership import SimulatedQueue
from tests.simulation.loop import SimulatedLoop, Stuck
from tests.simulation.outside import InboundStream
from tests.simulation.providers import Carrier
from tests.simulation.replicas import SimulatedReplicas
from tests.simulation.store import SimulatedStore
from tests.simulation.tally import Tally
from tests.simulation.violation import Violation

METRICS = Metrics()


class World:
    """Everything there is. Nothing in it knows a real clock, a socket or a thread."""

    def __init__(self, seed: str, founded: Founded | None = None, *, keep: int = 4000) -> None:
        self.rng = random.Random(seed)
        self.loop = SimulatedLoop(self.rng)  # type: ignore[abstract]
        self.history = History(self.loop, keep)
        self.violation: Violation | None = None
        self.clock = SimulatedClock(self.loop)
        self.metrics = METRICS
        self.met: Tally = Counter()
        self.poison = Poison(self.met)
        self.keyring = SimulatedKeyring(self.rng, self.met)
        self.answers_lost = 0.0
        self.clocks_wrong = 0.0
        self.closing = False
        self.healed = False
        self.over = False
        self.hosts: dict[str, list[Host]] = {}
        self.checks = Checks(self)
        self.stores = {
            name: SimulatedStore(name, definition.model.views, self.rng, self.checks, self.met)
            for name, definition in SERVICES.items()
        }
        self.queues = {name: SimulatedQueue(store, self.rng, self.met) for name, store in self.stores.items()}
        self.replicas = {name: SimulatedReplicas(self.rng) for name in SERVICES}
        self.bus = SimulatedBus([stream_of(name) for name in SERVICES], self.rng, self.history, self.met)
        self.bus.on_publish = self.checks.published
        self.inbound = InboundStream(self.rng, self.met)
        self.carriers = {
            channel: Carrier(channel, self.rng, self.history, self.clock.now, self.met) for channel in ("email", "sms")
        }
        for carrier in self.carriers.values():
            carrier.on_taken = self.checks.taken(carrier)
            carrier.on_receipt = self._post_receipt
        self.keyring.on_destroyed = self.checks.erasures.destroyed
        if founded is not None:
            self._take_over(founded)

    def _take_over(self, founded: Founded) -> None:
        self.territory = founded.territory
        kinds = {one.key: one.kind.value for one in founded.territory.organisations}
        self.parents = {
            one.key: one.parent_key
            for one in founded.territory.organisations
            if one.parent_key and kinds[one.key].endswith("branch")
        } | dict.fromkeys(ELSEWHERE[2:], ELSEWHERE[1])
        self.committees = sorted(set(self.parents.values()))
        posted = {post.person_key for post in founded.territory.posts}
        self.movable = [one.key for one in founded.territory.members if one.key not in posted]
        self.known_of = {
            one.key: [word for word in (one.name, one.resident_id, one.phone, one.email) if word]
            for one in founded.territory.members
        }
        for name, store in self.stores.items():
            store.data = founded.store_data(name)
        for stream, messages in founded.streams.items():
            self.bus.streams[stream] = list(messages)
        self.keyring._keys = dict(founded.keys)
        for channel, (taken, delivered) in founded.carried.items():
            self.carriers[channel].taken, self.carriers[channel].delivered = taken.copy(), delivered.copy()
        self.loop._now = founded.began
        self.checks.begin()

    def settle(self, branch: str, committee: str) -> None:
        """From now on people think of that branch, below that committee."""
        self.parents[branch] = committee
        self.committees = sorted(set(self.parents.values()))

    # -- replicas -----------------------------------------------------------------------------------------------

    def start_everything(self, replicas: int) -> None:
        """Boot every replica of every service; a dead one is started again after a while."""
        for name in SERVICES:
            self.hosts[name] = []
            for number in range(1, replicas + 1):
                self.hosts[name].append(self._boot(name, number))

    def _boot(self, name: str, number: int) -> Host:
        host = Host(self, SERVICES[name], number)
        host.machine.on_death.append(lambda: self._died(host))
        host.start()
        return host

    def _died(self, host: Host) -> None:
        self.history.add(host.machine.name, "DIES")
        self.met["crash"] += 1
        pause = 60.0 if self.healed else self.rng.choice((0.1, 1.0, 5.0, 60.0, 1800.0, 20000.0))
        self.loop.call_later(pause, self._revive, host, context=Context())

    def _revive(self, host: Host) -> None:
        self.history.add(host.machine.name, "starts again")
        self.hosts[host.service][host.number - 1] = self._boot(host.service, host.number)

    def offset(self) -> float:
        """How far a new machine's clock is off, in seconds."""
        return self.rng.uniform(-1, 1) * self.clocks_wrong

    def alive(self, service: str) -> list[Host]:
        """The replicas that would answer."""
        return [host for host in self.hosts[service] if host.machine.alive]

    async def replay_dead_letters(self) -> None:
        """As `yanzhen dlq replay` does it, for every open one of our own streams; once all is well, with the cause gone."""
        for service, store in self.stores.items():
            if not store.data.dead:
                continue
            for number, status, held in await MemoryStore.dead_letters(store):
                if status == "dead" and held.source.startswith("OUT_"):
                    if self.healed:
                        self.poison.take_out(service, held.source, held.position)
                    await store.request_dead_letter(number, "replay")
            await self.bus.ring(f"{service}-dlq")

    # -- the world's own work -----------------------------------------------------------------------------------

    def spawn(self, work: Awaitable[Any], name: str) -> "asyncio.Task[Any]":
        """Run something outside every machine."""

        async def tended() -> None:
            try:
                await work
            except Violation as violation:
                self.fail(str(violation), violation)
            except Exception as error:
                self.fail(f"{name} broke: {type(error).__name__}: {error}", error)

        return self.loop.create_task(tended(), name=name, context=Context())

    def fail(self, what: str, error: BaseException | None = None) -> None:
        """Note that a guarantee was broken, and end the run here."""
        if self.over:
            return  # what is buried may cry out
        if self.violation is None:
            self.violation = error if isinstance(error, Violation) else Violation(what)
            if error is not None and error is not self.violation:
                self.violation.__cause__ = error
            self.history.add("CHECK", what)
        self.loop.stop()

    def _post_receipt(self, carrier: Carrier, message_id: str) -> None:
        self.spawn(self._bring(carrier, message_id), "receipt")

    async def _bring(self, carrier: Carrier, message_id: str) -> None:
        """A gateway pushes again after 1, 5, 10 minutes (domain §3.3), and then never."""
        receipt = Receipt(message_id, f"r-{message_id}", True, "DELIVRD", carrier.delivered[message_id])
        for pause in (60.0, 300.0, 600.0, 0.0):
            alive = self.alive("notify")
            if alive:
                host = self.rng.choice(alive)
                try:
                    await host.call(lambda h=host: take(h.executor, carrier.channel, [receipt]))  # type: ignore[misc]
                except Exception as error:
                    self.history.add(carrier.channel, f"receipt not taken: {type(error).__name__}")
                else:
                    return
            await asyncio.sleep(pause)

    def run(self, main: Callable[[], Awaitable[None]]) -> None:
        """Run to the end of `main`. Raises the violation, if there was one."""

        async def whole() -> None:
            await main()

        with _silence():
            try:
                self.loop.run(whole())
            except (Violation, Stuck) as violation:
                self.fail(str(violation), violation)
            finally:
                self.over = True
                for hosts in self.hosts.values():
                    for host in hosts:
                        self.loop.bury(host.machine)
                self.loop.close()
        if self.violation is not None:
            raise self.violation


def found_county(territory: Territory) -> Founded:
    """Enter a county in a world without faults, and keep what became durable."""
    world = World("founding")

    async def main() -> None:
        world.start_everything(1)
        await enter(world, territory)
        while world.checks.unsettled():
            await asyncio.sleep(1.0)

    world.run(main)
    return Founded(
        territory,
        {name: store.data for name, store in world.stores.items()},
        world.bus.streams,
        world.keyring._keys,
        {channel: (carrier.taken, carrier.delivered) for channel, carrier in world.carriers.items()},
        world.loop.time(),
    )


@contextmanager
def _silence() -> Iterator[None]:
    """No log lines: the history says what happened, and writing would be most of the work."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=_Silent)
    try:
        yield
    finally:
        structlog.configure(**before)


class _Silent(structlog.BoundLoggerBase):
    """Says nothing, at no cost."""

    def bind(self, **_: Any) -> "_Silent":
        return self

    def _nothing(self, *_: Any, **__: Any) -> None: ...

    debug = info = warning = error = exception = _nothing


__all__ = ["BEGINNING", "Gone", "World", "found_county"]
