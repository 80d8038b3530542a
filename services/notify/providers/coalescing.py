"""One call for all who ask at the same time: what comes while a call is under way shares the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

A = TypeVar("A")
B = TypeVar("B")


class Coalescing(Generic[A, B]):
    """Turns single requests into batches, without lingering for company.

    `call` answers a batch item by item, in order. An exception of a batch is everybody's.
    """

    def __init__(self, call: Callable[[Sequence[A]], Awaitable[Sequence[B]]], *, most: int, at_once: int) -> None:
        self._call = call
        self._most = most
        self._at_once = at_once
        self._waiting: list[tuple[A, asyncio.Future[B]]] = []
        self._running: set[asyncio.Task[None]] = set()

    async def __call__(self, item: A) -> B:
        """The answer for one item."""
        future: asyncio.Future[B] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if len(self._running) < self._at_once:
            task = asyncio.create_task(self._drain())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await future

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                answers = await self._call([item for item, _ in batch])
            except BaseException as error:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error if isinstance(error, Exception) else asyncio.CancelledError())
                        future.exception()  # retrieved: the asker may be gone
                if not isinstance(error, Exception):
                    raise
            else:
                for (_, future), answer in zip(batch, answers, strict=True):
                    if not future.done():
                        future.set_result(answer)
