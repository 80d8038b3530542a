"""One replica of a service: what `ServiceProcess` puts together, on simulated ports."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from services.assessment.application.reactions import follows as assessment_follows
from services.assessment.service import SERVICE as ASSESSMENT
from services.mobility.service import SERVICE as MOBILITY
from services.notify.application.reactions import follows as notify_follows
from services.notify.domain.message.policy import DEFAULT_POLICY
from services.notify.sending.address_book import AddressBook
from services.notify.sending.lane import Lane
from services.notify.service import SERVICE as NOTIFY
from services.registry.service import SERVICE as REGISTRY
from shared.contracts.base import PublicEvent
from shared.eventstore.committer import GroupCommitter
from shared.eventstore.executor import Executor
from shared.eventstore.records import Work
from shared.eventstore.repository import Repository
from shared.kernel.errors import Unavailable
from shared.kernel.ids import Uuid7
from shared.messaging.bus import stream_of
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import outgoing
from shared.messaging.handlers import On
from shared.messaging.inbound import InboundDoor
from shared.messaging.partition_sharing import PartitionSharing
from shared.messaging.relay import Relay
from shared.messaging.topology import door_of
from shared.privacy.opening import LocalOpener
from shared.privacy.sealer import Sealer
from shared.processes.timers import TimerRunner
from shared.runtime.definition import ServiceDefinition
from tests.simulation.bell import Bell
from tests.simulation.clock import SimulatedClock
from tests.simulation.erasing import MemoryErasing
from tests.simulation.handlers import MarkingHandlers
from tests.simulation.machine import Machine
from tests.simulation.outside import SimulatedInbound
from tests.simulation.providers import CALL_TIMEOUT, SimulatedProvider
from tests.simulation.to_do import MemoryToDo
from tests.simulation.watching import MemoryCampaigns, MemoryRipening, look_again_and_again

if TYPE_CHECKING:
    from tests.simulation.world import World

R = TypeVar("R")

SERVICES: Mapping[str, ServiceDefinition] = {one.name: one for one in (REGISTRY, MOBILITY, ASSESSMENT, NOTIFY)}

_FINGERPRINTS: dict[str, str] = {}


class Gone(ConnectionError):
    """The replica died, or its answer was lost: whether it did what it was asked is unknown."""


class Host:
    """A running replica, until its machine dies."""

    def __init__(self, world: "World", definition: ServiceDefinition, number: int) -> None:
        self.world = world
        self.definition = definition
        self.service = definition.name
        self.number = number
        self.machine = Machine(world.loop, f"{definition.name}-{number}")
        rng = random.Random(world.rng.getrandbits(64))
        self.clock = SimulatedClock(world.loop, world.offset())
        self.store = world.stores[definition.name]
        committer = GroupCommitter(self.store, on_commit=self._on_commit)
        ids = Uuid7(self.clock, rng)
        self.repository = Repository(definition.model, self.store)
        self.repository._fingerprints = _FINGERPRINTS  # of code, which no restart changes: reading it took a twentieth
        self.executor = Executor(self.repository, committer, outgoing, self.clock, ids, rng)
        self.sealer = Sealer(world.keyring, rng.randbytes)
        self._relay_bell = Bell()
        self._timer_bell = Bell()
        self._dead_letter_bell = Bell(first=5.0)
        self._after_commit: list[Callable[[], None]] = []
        queue = world.queues[definition.name]
        self.relay = Relay(definition.stream, queue, world.bus, self.clock, self._relay_bell)
        self.timers = TimerRunner(self.executor, self._timer_bell)
        self.consumers = [
            Consumer(
                definition.name,
                stream_of(source),
                MarkingHandlers(definition.model, stream_of(source), reactions, world.poison),
                self.executor,
                world.bus,
                rng=rng,
            )
            for source, reactions in follows_of(definition).items()
        ]
        self.door: InboundDoor | None = None
        if definition.inbound and definition.refusal:
            inbound = SimulatedInbound(world.inbound, door_of(definition.name))
            self.door = InboundDoor(
                definition.name, definition.inbound, definition.refusal, self.executor, inbound, rng
            )
        self.lanes = self._lanes() if definition.name == "notify" else {}
        self.erasing = MemoryErasing(self) if definition.name == "registry" else None
        self.watches = (MemoryCampaigns(self), MemoryRipening(self)) if definition.name == "registry" else ()

    def _lanes(self) -> dict[str, Lane]:
        # In life the registry opens for notify (`Resolver`); here the keys are at hand.
        book = AddressBook(self.store, LocalOpener(self.sealer))
        lanes = {
            channel: Lane(
                SimulatedProvider(carrier),
                MemoryToDo(self.store, carrier.channel),
                book,
                self.executor,
                self.world.metrics,
                concurrency=8,
                longest_call=CALL_TIMEOUT,
                wakeup=Bell(first=0.02),
            )
            for channel, carrier in self.world.carriers.items()
        }
        self._after_commit += [lane.wakeup.ring for lane in lanes.values()]
        return lanes

    # -- running ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Run every loop of the process; one that ends ends the process, and says something about our code."""
        self.machine.spawn(self._start(), f"start-{self.machine.name}")

    async def _start(self) -> None:
        await self.world.bus.on_ring(self.service, self._relay_bell.ring)
        await self.world.bus.on_ring(f"{self.service}-dlq", self._dead_letter_bell.ring)
        loops: dict[str, Callable[[], Awaitable[None]]] = {
            "relay": self.relay.run,
            "timers": self.timers.run,
            "dead letters": self._settle_dead_letters,
        }
        sharing = PartitionSharing(self.world.replicas[self.service], self.consumers, self.clock)
        loops["sharing"] = sharing.run
        loops |= {f"consumer of {one.source}": one.run for one in self.consumers}
        loops |= {f"sender of {channel}": lane.run for channel, lane in self.lanes.items()}
        if self.erasing is not None:
            loops["erasing"] = self.erasing.run
        loops |= {type(one).__name__: partial(look_again_and_again, one.look) for one in self.watches}
        if self.door is not None:
            loops["inbound door"] = self._stand_at_the_door
        for name, loop in loops.items():
            self.machine.spawn(self._tend(name, loop), name)

    async def _tend(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        try:
            await loop()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self.world.fail(f"the {name} of {self.machine.name} ended: {type(error).__name__}: {error}", error)

    async def _stand_at_the_door(self) -> None:
        assert self.door is not None
        while True:
            await self.door.handle(await self.door.next())

    async def _settle_dead_letters(self) -> None:
        while True:
            self._dead_letter_bell.clear()
            for consumer in self.consumers:
                with contextlib.suppress(Unavailable):
                    await consumer.settle_requested()
            await self._dead_letter_bell.wait()

    def _on_commit(self, works: Sequence[Work]) -> None:
        for work in works:
            self.timers.armed(work.armed)
        if not any(work.messages or work.armed for work in works):
            return
        self._relay_bell.ring()
        for ring in self._after_commit:
            ring()
        if not self.relay.leading:
            task = asyncio.ensure_future(self.world.bus.ring(self.service))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())

    def clock_moved(self) -> None:
        """Deadlines are looked at again."""
        self._timer_bell.ring()

    # -- being asked --------------------------------------------------------------------------------------------

    async def call(self, job: Callable[[], Awaitable[R]], *, patience: float = 30.0) -> R:
        """Have the replica do something, as an HTTP request does. Raises what it raises, or `Gone`."""
        answer: asyncio.Future[R] = self.world.loop.create_future()

        async def serve() -> None:
            try:
                result = await job()
            except Exception as error:
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(result)

        def gone() -> None:
            if not answer.done():
                answer.set_exception(Gone(self.machine.name))

        if not self.machine.alive:
            raise Gone(self.machine.name)
        self.machine.on_death.append(gone)
        self.machine.spawn(serve(), "request")
        try:
            async with asyncio.timeout(patience):
                result = await answer
        except TimeoutError:
            raise Gone(f"{self.machine.name} does not answer") from None
        finally:
            if gone in self.machine.on_death:
                self.machine.on_death.remove(gone)
        if self.world.rng.random() < self.world.answers_lost:
            self.world.met["answer lost"] += 1
            raise Gone(f"the answer of {self.machine.name} was lost")
        return result


def follows_of(definition: ServiceDefinition) -> Mapping[str, Mapping[type[PublicEvent], On]]:
    """The reactions, with a memory of their own per process, as in life."""
    match definition.name:
        case "assessment":
            return assessment_follows()
        case "notify":
            return notify_follows(lambda: DEFAULT_POLICY)
        case _:
            return definition.follows
