"""Executes commands: load, decide, commit; again when somebody else was faster; once only per idempotency key."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.eventstore.committer import GroupCommitter
from shared.eventstore.context import Cause
from shared.eventstore.latches import Latches
from shared.eventstore.records import IdempotencyRecord
from shared.eventstore.repository import Repository
from shared.eventstore.store import KeyTaken
from shared.eventstore.turnstile import Turnstile
from shared.eventstore.unit_of_work import Enveloper, UnitOfWork
from shared.kernel.clock import Clock
from shared.kernel.errors import ConcurrencyConflict, IdempotencyMismatch, YanzhenError
from shared.kernel.ids import IdSource
from shared.kernel.json import from_json, to_json

ATTEMPTS = 6
"""Decisions per command before the conflict is passed on."""
ALONE_AFTER = 2
"""Conflicts after which a command goes through the turnstile."""

R = TypeVar("R")
Job = Callable[[UnitOfWork], Awaitable[R]]


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotency key with the fingerprint of the request it came with."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answered; `repeated` when it was answered from the record of an earlier request."""

    status: int
    body: Any
    repeated: bool = False


class Executor:
    """Runs jobs against one service's streams."""

    def __init__(
        self,
        repository: Repository,
        committer: GroupCommitter,
        envelope: Enveloper,
        clock: Clock,
        ids: IdSource,
        rng: random.Random,
    ) -> None:
        self.repository = repository
        self.committer = committer
        self.clock = clock
        self.ids = ids
        self.turnstile = Turnstile()
        self.latches = Latches()
        self._envelope = envelope
        self._rng = rng

    def unit(self, cause: Cause, *, cautious: bool = False, from_store: bool = False) -> UnitOfWork:
        """A new unit of work; a cautious one presumes nothing, one `from_store` remembers nothing either."""
        return UnitOfWork(
            self.repository, self._envelope, self.clock, self.ids, cause, cautious=cautious, from_store=from_store
        )

    async def run(self, job: Job[R], cause: Cause) -> R:
        """Run a job until its work is committed.

        The job may be run several times and must have no effect but through its unit. Raises what the job raises;
        `ConcurrencyConflict` after five more tries; `Unavailable` when the store does not answer.
        """
        result, _ = await self._run(job, cause, None)
        return result

    async def run_once(self, job: Job[Answer], cause: Cause, once: Once | None) -> Answer:
        """Run a job whose answer is kept with its effects, so that a repeated request gets the same answer.

        Raises `IdempotencyMismatch` when the key was used with another request.
        """
        if once is None:
            return await self.run(job, cause)
        known = await self._known(once)
        if known is not None:
            return known
        try:
            result, _ = await self._run(job, cause, once)
        except KeyTaken:
            # The same request is being served twice at this moment: the other one's answer is the answer.
            known = await self._known(once)
            if known is None:
                raise
            return known
        return result

    async def _known(self, once: Once) -> Answer | None:
        record = await self.repository.store.idempotent_answer(once.key)
        if record is None:
            return None
        if record.fingerprint != once.fingerprint:
            raise IdempotencyMismatch(
                "idempotency-key-reused",
                "this Idempotency-Key was used for another request",
                remedy="use a new key for a new request; repeat the old request unchanged to get its answer",
            )
        return Answer(record.status, from_json(record.body), repeated=True)

    async def _run(self, job: Job[R], cause: Cause, once: Once | None) -> tuple[R, UnitOfWork]:
        for conflicts in range(ATTEMPTS):
            try:
                async with self.turnstile.alone() if conflicts >= ALONE_AFTER else self.turnstile.together():
                    return await self._once(job, cause, once, cautious=conflicts > 0)
            except ConcurrencyConflict:
                if conflicts + 1 == ATTEMPTS:
                    raise
                await self.clock.sleep(self._rng.uniform(0.001, 0.004) * 2**conflicts)
        raise AssertionError("unreachable")

    async def _once(self, job: Job[R], cause: Cause, once: Once | None, *, cautious: bool) -> tuple[R, UnitOfWork]:
        doubted = False
        while True:
            unit = self.unit(cause, cautious=cautious, from_store=doubted)
            try:
                result = await job(unit)
            except YanzhenError:
                # Refused on a remembered state: it may have changed elsewhere. Only a fresh one may say no. What is forgotten
                # here others may remember again meanwhile: two that are refused could make each other doubt for ever.
                if not unit.warm():
                    raise
                unit.forget()
                cautious = doubted = True
                continue
            if once is not None and isinstance(result, Answer):
                unit.work.idempotency = IdempotencyRecord(
                    once.key, once.fingerprint, result.status, to_json(result.body)
                )
            try:
                if not unit.work.is_empty():
                    await self.committer.commit(unit.work)
            except ConcurrencyConflict:
                unit.forget()
                raise
            unit.committed()
            return result, unit
