"""Many commands in one request: each is carried out or refused on its own, and together they share transactions."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, TypeVar

from shared.kernel.errors import YanzhenError

T = TypeVar("T")
MOST_AT_ONCE: Final = 500


async def each(
    items: Iterable[T], identity: Callable[[T], str], act: Callable[[T], Awaitable[object]]
) -> dict[str, Any]:
    """The answer to a batch: per item its id, whether it was entered, and if not, why."""

    async def one(item: T) -> dict[str, Any]:
        try:
            await act(item)
        except YanzhenError as error:
            return {"id": identity(item), "entered": False, "code": error.code, "detail": error.detail}
        return {"id": identity(item), "entered": True}

    return {"results": await asyncio.gather(*map(one, items))}
