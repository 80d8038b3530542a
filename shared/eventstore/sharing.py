"""One query for all who ask at the same time: whoever comes while one is under way shares the next.

Without it 64 concurrent commands are 64 reads, and reading costs more than the group commit saves. A query starts after
everybody in it has asked, so each sees what was committed before its question.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
A = TypeVar("A")
V = TypeVar("V")


class SharedReading(Generic[K, A, V]):
    """Reads by key. `read` gets all keys asked for, each with what it was asked with, and answers every one of them."""

    def __init__(self, read: Callable[[Mapping[K, A]], Awaitable[Mapping[K, V]]]) -> None:
        self._read = read
        self._asked: list[tuple[Mapping[K, A], asyncio.Future[Mapping[K, V]]]] = []
        self._reading: asyncio.Task[None] | None = None

    async def get(self, wanted: Mapping[K, A]) -> dict[K, V]:
        """The values of these keys. Raises what the query raises; it is then asked again with the next question."""
        future: asyncio.Future[Mapping[K, V]] = asyncio.get_running_loop().create_future()
        self._asked.append((wanted, future))
        if self._reading is None:
            self._reading = asyncio.create_task(self._drain(), name="shared-reading")
        # Whoever goes away must not take the others' query along.
        found = await asyncio.shield(future)
        return {key: found[key] for key in wanted}

    async def _drain(self) -> None:
        try:
            while self._asked:
                asked, self._asked = self._asked, []
                try:
                    found = await self._read({key: how for wanted, _ in asked for key, how in wanted.items()})
                except Exception as error:
                    for _, future in asked:
                        future.set_exception(error)
                        future.exception()  # retrieved: who asked may be gone
                else:
                    for _, future in asked:
                        future.set_result(found)
        finally:
            self._reading = None
