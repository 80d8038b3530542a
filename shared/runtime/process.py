"""A service as a process: connects, then runs its API, relay, consumers and timers until told to stop.

Starting order matters: nothing is consumed before the read models exist, nothing is served before the process can
decide. Stopping goes the other way: not ready, no new requests, consumers let go, what is being committed is finished.
"""

import asyncio
import contextlib
import random
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from faststream.nats import NatsBroker
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts.base import all_events
from shared.eventstore.executor import Executor
from shared.eventstore.migrated import check_migrated
from shared.eventstore.records import Work
from shared.eventstore.repository import Repository
from shared.kernel.clock import ShiftedClock
from shared.kernel.errors import Unavailable
from shared.kernel.ids import Uuid7
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import outgoing
from shared.messaging.inbound import InboundDoor
from shared.messaging.partition_sharing import PartitionSharing
from shared.messaging.postgres_outbound import PostgresOutboundQueue
from shared.messaging.postgres_replicas import PostgresReplicas
from shared.messaging.relay import Relay
from shared.messaging.wakeup import Wakeup
from shared.observability.metrics import Metrics
from shared.observability.trace_export import setup_tracing
from shared.privacy.blind_index import BlindIndex
from shared.privacy.cached_keyring import CachedKeyring
from shared.privacy.choose_key_encryption import choose_key_encryption
from shared.privacy.postgres_keyring import PostgresKeyring
from shared.privacy.sealer import Sealer
from shared.processes.timers import TimerRunner
from shared.runtime import clock_control
from shared.runtime.asyncapi import asyncapi_routes
from shared.runtime.audit_anchoring import Anchoring, anchor_of
from shared.runtime.broker_refusals import BrokerRefusals
from shared.runtime.checks import register_checks
from shared.runtime.connect import client_of, make_broker, make_engine
from shared.runtime.definition import Loop, Running, ServiceDefinition
from shared.runtime.following import door, followers
from shared.runtime.garbage import settle_garbage
from shared.runtime.gauges import Gauges
from shared.runtime.identity import verifier_of
from shared.runtime.metered_bus import MeteredBus
from shared.runtime.metered_store import MeteredCommitter, MeteredStore
from shared.runtime.retention_watch import RetentionWatch
from shared.runtime.settings import ServiceSettings
from shared.runtime.stream_patrol import StreamPatrol
from shared.security.guard import Guard
from shared.security.tls import door_context
from shared.web.app import create_app
from shared.web.health import Health
from shared.web.rate_limit import Rate, Rates
from shared.web.server import HttpServer

VERSION = "0.1.0"
log = structlog.get_logger("service")


class ServiceProcess:
    """One running service. `start` returns when it can decide; `run` ends when a loop fails or it is told to stop."""

    def __init__(self, definition: ServiceDefinition, settings: ServiceSettings) -> None:
        self.definition = definition
        self.settings = settings
        self.version = VERSION
        self.metrics = Metrics()
        self.health = Health()
        self.refusals = BrokerRefusals(self.metrics)
        self.consumers: list[Consumer] = []
        self.relay: Relay | None = None
        self.timers: TimerRunner | None = None
        self.door: InboundDoor | None = None
        self.http_port = 0
        self._stopping = asyncio.Event()
        self._after_commit: list[Callable[[], None]] = []
        self._relay_bell = Wakeup()
        self._timer_bell = Wakeup()
        self._dead_letter_bell = Wakeup(first=5.0, slowest=30.0)

    async def run(self) -> None:
        """Start, serve, stop. Raises what a loop failed with."""
        definition, settings = self.definition, self.settings
        tracing = setup_tracing(definition.name, VERSION, ratio=settings.trace_ratio, slow=settings.trace_slow_seconds)
        broker = make_broker(
            settings.nats_url,
            name=definition.name,
            seed_file=settings.nats_seed_file,
            inbox=f"_INBOX_{definition.name}",
            ca_file=settings.nats_ca_file,
            refused=self.refusals.note,
        )
        engine = make_engine(settings.database_url, pool_size=settings.pool_size)
        try:
            await broker.connect()
            async with contextlib.AsyncExitStack() as closing:
                running = await self._assemble(broker, engine, closing)
                server = self._http(running, broker)
                self.http_port = server.bind()
                loops = dict(self._loops(running)) | dict(definition.loops(running))
                await broker.start()
                settle_garbage()
                await self._tend(server, loops)
        finally:
            self.health.drain()
            await broker.stop()
            await engine.dispose()
            tracing.shutdown()
            log.info("service.stopped", service=definition.name)

    def stop(self) -> None:
        """Begin to stop; `run` returns when all is done."""
        self._stopping.set()

    # -- putting together ---------------------------------------------------------------------------------------

    async def _assemble(self, broker: NatsBroker, engine: AsyncEngine, closing: contextlib.AsyncExitStack) -> Running:
        definition, settings = self.definition, self.settings
        client = client_of(broker)
        bus = MeteredBus(client, inbox_prefix=f"_INBOX_{definition.name}", metrics=self.metrics)
        await check_migrated(engine, definition.model, definition.migrations)
        clock = ShiftedClock()
        if settings.development:
            clock = ShiftedClock.by_seconds(settings.clock_shift)
            await clock_control.listen(client, clock, self._timer_bell.ring)
        rng = random.SystemRandom()
        store = MeteredStore(engine, definition.model.views, self.metrics)
        notices = definition.notices(self.metrics)
        committer = MeteredCommitter(definition.name, store, self.metrics, notices, on_commit=self._on_commit)
        ids = Uuid7(clock, rng)
        executor = Executor(Repository(definition.model, store), committer, outgoing, clock, ids, rng)
        running = Running(settings, definition.model, engine, store, executor, bus, client, clock, ids, self.metrics)
        running.after_commit = self._after_commit
        if definition.personal:
            await self._open_keyring(running, closing)
        self._bus = bus
        await bus.on_ring(definition.name, self._relay_bell.ring)
        await bus.on_ring(f"{definition.name}-dlq", self._dead_letter_bell.ring)
        if "relay" in settings.roles:
            queue = PostgresOutboundQueue(engine)
            self.relay = Relay(definition.stream, queue, bus, clock, self._relay_bell)
        if "worker" in settings.roles:
            self.timers = TimerRunner(executor, self._timer_bell)
            self.consumers = followers(definition, running, broker)
            self.door = door(definition, running, broker)
        register_checks(self.health, self, running)
        self._describe(broker)
        return running

    def _on_commit(self, works: Sequence[Work]) -> None:
        if self.timers is not None:
            for work in works:
                self.timers.armed(work.armed)
        if not any(work.messages or work.armed for work in works):
            return
        self._relay_bell.ring()
        for ring in self._after_commit:
            ring()
        if self.relay is None or not self.relay.leading:
            # The leader is in another process: ring there. Lost rings cost a poll, nothing else.
            task = asyncio.ensure_future(self._bus.ring(self.definition.name))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _open_keyring(self, running: Running, closing: contextlib.AsyncExitStack) -> None:
        if not self.settings.keyring_url:
            raise Unavailable("no-keyring", "YANZHEN_KEYRING_URL is not set", remedy="name the keyring's database")
        engine = make_engine(self.settings.keyring_url, pool_size=2)
        closing.push_async_callback(engine.dispose)
        keyring = CachedKeyring(PostgresKeyring(engine, choose_key_encryption()))
        running.sealer = Sealer(keyring)
        running.keyring = keyring
        running.blind_index = BlindIndex.from_environment()

    def _describe(self, broker: NatsBroker) -> None:
        """What this service publishes, for its AsyncAPI document; the relay does the publishing."""
        for event in all_events(self.definition.name):
            broker.publisher(
                f"{event.subject_prefix}.*",
                schema=event,
                title=event.ce_type,
                description=(event.__doc__ or "").strip(),
            )

    # -- running ------------------------------------------------------------------------------------------------

    def _http(self, running: Running, broker: NatsBroker) -> HttpServer:
        # A process without the API serves documents and health only, and needs to recognise nobody.
        serves = "api" in self.settings.roles
        guard = Guard(verifier_of(self.settings), running.directory) if serves else None
        if guard is not None:
            self.health.register("identity", guard.verifier.ready)
        app = create_app(
            title=f"Yanzhen {self.definition.name}",
            version=VERSION,
            description=self.definition.title,
            routers=list(self.definition.routers(running)) if serves else [],
            documents=[asyncapi_routes(broker, self.definition.name, self.definition.title, VERSION)],
            guard=guard,
            health=self.health,
            metrics=self.metrics,
            uploads=self.definition.uploads,
            rates=Rates(
                Rate(self.settings.address_rate, self.settings.address_burst),
                Rate(self.settings.token_rate, self.settings.token_burst),
            ),
        )
        tls = door_context(self.settings.http_certificate_file, self.settings.http_key_file)
        return HttpServer(app, host=self.settings.http_host, port=self.settings.http_port, tls=tls)

    def _loops(self, running: Running) -> Mapping[str, Loop]:
        loops: dict[str, Loop] = {"gauges": Gauges(self, running, self._bus).run}
        if self.relay is not None:
            loops["relay"] = self.relay.run
            loops["stream-patrol"] = StreamPatrol(
                self.relay,
                self._bus,
                self.metrics,
                whole=self.settings.stream_check_every,
                again=self.settings.gauges_every,
            ).run
        if self.timers is not None:
            loops["timers"] = self.timers.run
            loops["dead-letters"] = self._settle_dead_letters
            loops["retention"] = RetentionWatch(running).run
            loops["sharing"] = PartitionSharing(
                PostgresReplicas(running.engine, random.SystemRandom()), self.consumers, running.clock
            ).run
            if anchor := anchor_of(self.definition.name):
                loops["audit-anchors"] = Anchoring(running, anchor).run
        return loops

    async def _settle_dead_letters(self) -> None:
        while True:
            self._dead_letter_bell.clear()
            for consumer in self.consumers:
                with contextlib.suppress(Unavailable):
                    await consumer.settle_requested()
            await self._dead_letter_bell.wait()

    async def _tend(self, server: HttpServer, loops: Mapping[str, Loop]) -> None:
        tasks: dict[asyncio.Future[Any], str] = {asyncio.ensure_future(loop()): name for name, loop in loops.items()}
        serving = asyncio.create_task(server.run(), name="http")
        stopping = asyncio.create_task(self._stopping.wait(), name="stopping")
        log.info("service.ready", service=self.definition.name, http_port=self.http_port)
        try:
            done, _ = await asyncio.wait({*tasks, serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()
                raise RuntimeError(f"the loop {tasks.get(task, 'http')} ended by itself")
        finally:
            self.health.drain()
            server.stop()
            await asyncio.gather(serving, return_exceptions=True)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            stopping.cancel()


async def serve(definition: ServiceDefinition, settings: ServiceSettings) -> None:
    """Run until SIGINT or SIGTERM."""
    process = ServiceProcess(definition, settings)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, process.stop)
    await process.run()
