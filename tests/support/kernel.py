"""Puts the kernel together for a test, on either store."""

import random
from dataclasses import dataclass, replace
from typing import Any

from shared.eventstore.committer import GroupCommitter
from shared.eventstore.executor import Executor
from shared.eventstore.model import ServiceModel
from shared.eventstore.repository import Repository
from shared.eventstore.store import Store
from shared.kernel.clock import Clock, SystemClock
from shared.kernel.ids import Uuid7
from shared.messaging.envelope import outgoing
from shared.messaging.wakeup import Wakeup


@dataclass
class Kernel:
    store: Store
    repository: Repository
    committer: GroupCommitter
    executor: Executor
    wakeup: Wakeup


def assemble(model: ServiceModel, store: Store, clock: Clock | None = None, seed: int = 1) -> Kernel:
    clock = clock or SystemClock()
    rng = random.Random(seed)
    wakeup = Wakeup()
    repository = Repository(model, store)
    committer = GroupCommitter(store, on_commit=lambda _: wakeup.ring())
    executor = Executor(repository, committer, outgoing, clock, Uuid7(clock, rng), rng)
    return Kernel(store, repository, committer, executor, wakeup)


def under(kernel: Kernel, prefix: str) -> None:
    """Publish below this prefix instead of `sample`: streams of parallel tests must not take each other's subjects."""
    envelope = kernel.executor._envelope

    def prefixed(*arguments: Any) -> Any:
        message = envelope(*arguments)
        return replace(message, subject=message.subject.replace("sample.", f"{prefix}.", 1))

    kernel.executor._envelope = prefixed
