"""Group commit: works that arrive while a transaction is under way share the next one, and its fsync.

Natural batching: nobody lingers. With one command at a time a group is that command; with 64 at once a group is most of
them, and the price of a transaction is paid once.
"""

import asyncio
from collections.abc import Callable, Sequence

from shared.eventstore.records import Work
from shared.eventstore.store import Store

MAX_GROUP = 256
"""Works per transaction; bounds how long the last one of a burst waits for the first."""

OnCommit = Callable[[Sequence[Work]], None]


class GroupCommitter:
    """The one way in which a process writes to its store. `on_commit` is told what each commit held."""

    def __init__(self, store: Store, *, on_commit: OnCommit = lambda works: None, max_group: int = MAX_GROUP) -> None:
        self.store = store
        self._on_commit = on_commit
        self._max_group = max_group
        self._waiting: list[tuple[Work, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def commit(self, work: Work) -> None:
        """Commit one work together with whatever else is waiting.

        Raises what the store says of this work (`ConcurrencyConflict`, `LostCursor`, `TimerGone`, `KeyTaken`, the
        database's error), or `Unavailable` when it could not be reached: then the outcome is unknown, and repeating is
        safe because every work names what it expects.
        """
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._task is None:
            self._task = asyncio.create_task(self._drain(), name="group-commit")
        # A caller that goes away must not take the group with it; its own work may be committed all the same.
        await asyncio.shield(future)

    async def _drain(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[: self._max_group], self._waiting[self._max_group :]
                await self._commit_group(group)
        finally:
            self._task = None

    async def _commit_group(self, group: list[tuple[Work, asyncio.Future[None]]]) -> None:
        try:
            outcomes = await self.store.commit([work for work, _ in group])
        except BaseException as error:
            for _, future in group:
                _fail(future, error if isinstance(error, Exception) else asyncio.CancelledError())
            if not isinstance(error, Exception):
                raise
            return
        done = []
        for (work, future), outcome in zip(group, outcomes, strict=True):
            if outcome is not None:
                _fail(future, outcome)
            else:
                done.append(work)
                if not future.done():
                    future.set_result(None)
        if done:
            self._on_commit(done)


def _fail(future: asyncio.Future[None], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # retrieved: a caller that was cancelled must not leave a warning behind
