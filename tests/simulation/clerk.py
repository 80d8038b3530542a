"""Somebody at a desk: asks a service for something with an Idempotency-Key, and again until there is an answer."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from shared.eventstore.context import Cause
from shared.eventstore.executor import Answer, Once
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import ConcurrencyConflict, IdempotencyMismatch, Unavailable, YanzhenError
from tests.simulation.checks.once import REQUEST
from tests.simulation.host import Gone, Host
from tests.simulation.violation import Violation

if TYPE_CHECKING:
    from tests.simulation.world import World

TRIES = 14
Job = Callable[[UnitOfWork], Awaitable[Any]]
Prepared = Callable[[Host], Awaitable[Job]]


class Clerk:
    """Carries out one step of the plan. Everything it draws comes from its own seed, so that it can be left out."""

    def __init__(self, world: "World", name: str, rng: random.Random) -> None:
        self.world = world
        self.name = name
        self.rng = rng
        self._asked = 0

    async def ask(self, service: str, what: str, job: Job, correlation: str) -> Answer | YanzhenError | None:
        """Ask until there is an answer; None when patience ends. Some ask twice at once, as double clicks do."""

        async def ready(_: Host) -> Job:
            return job

        return await self.ask_prepared(service, what, ready, correlation)

    async def ask_prepared(
        self, service: str, what: str, prepare: Prepared, correlation: str
    ) -> Answer | YanzhenError | None:
        """The same for a request that has to be prepared on the replica (sealed, say) before it is decided."""
        self._asked += 1
        key = f"{self.name}/{self._asked}/{what}"
        if self.rng.random() < 0.1:
            both = await asyncio.gather(
                self._ask(service, key, prepare, correlation), self._ask(service, key, prepare, correlation)
            )
            return both[0] or both[1]
        return await self._ask(service, key, prepare, correlation)

    async def _ask(self, service: str, key: str, prepare: Prepared, correlation: str) -> Answer | YanzhenError | None:
        world = self.world
        for tries in range(TRIES):
            alive = world.alive(service)
            if alive:
                host = world.rng.choice(alive)
                try:
                    answer = await host.call(lambda h=host: _serve(h, key, prepare, correlation))  # type: ignore[misc]
                except (Gone, Unavailable, ConcurrencyConflict):
                    pass
                except IdempotencyMismatch as error:
                    raise Violation(f"{key}: {error}") from error
                except YanzhenError as error:
                    world.history.add("clerk", f"{key}: refused, {error.code}")
                    return error
                else:
                    world.checks.once.answered(key, answer.status, answer.body)
                    return answer
            await asyncio.sleep(min(0.5 * 2**tries, 900.0) * world.rng.uniform(0.5, 1.0))
        world.history.add("clerk", f"{key}: gave up")
        return None

    async def at_once(self, *asked: Awaitable[Any]) -> Sequence[Any]:
        """Several people at the same moment."""
        return await asyncio.gather(*asked)

    async def pause(self, *spans: float) -> None:
        """One of these spans, more or less."""
        await asyncio.sleep(self.rng.choice(spans) * self.rng.uniform(0.5, 1.5))


async def _serve(host: Host, key: str, prepare: Prepared, correlation: str) -> Answer:
    job = await prepare(host)

    async def answered(unit: UnitOfWork) -> Answer:
        return Answer(200, await job(unit))

    cause = Cause(correlation, None, REQUEST + key)
    return await host.executor.run_once(answered, cause, Once(key, key))
