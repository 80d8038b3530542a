"""Deciding a command in a service's database from the terminal, exactly as the service itself would."""

import random

from sqlalchemy.ext.asyncio import AsyncEngine

from services.cli.catalogue import definition
from services.cli.installation import Installation, KnownService
from shared.eventstore.committer import GroupCommitter
from shared.eventstore.executor import Executor
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.repository import Repository
from shared.kernel.clock import ShiftedClock
from shared.kernel.ids import Uuid7
from shared.messaging.envelope import outgoing


def executor_on(engine: AsyncEngine, service: KnownService, installation: Installation) -> Executor:
    """Same rules, same transaction, same outbox; the running service's relay publishes what comes of it."""
    model = definition(service.entry).model
    clock = ShiftedClock.by_seconds(installation.files.clock_shift if installation.record else 0.0)
    rng = random.SystemRandom()
    store = PostgresStore(engine, model.views)
    return Executor(Repository(model, store), GroupCommitter(store), outgoing, clock, Uuid7(clock, rng), rng)
