"""Whoever asks at the same time is answered by one query; what goes wrong with it goes wrong for these alone."""

import asyncio
from collections.abc import Mapping

import pytest

from shared.eventstore.sharing import SharedReading


class Database:
    """Answers a name with its length, when it is let."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.gate = asyncio.Event()
        self.away = False

    async def read(self, wanted: Mapping[str, None]) -> dict[str, int]:
        self.asked.append(sorted(wanted))
        await self.gate.wait()
        if self.away:
            raise OSError("away")
        return {name: len(name) for name in wanted}


def reading(database: Database) -> SharedReading[str, None, int]:
    return SharedReading(database.read)


async def under_way(database: Database, shared: SharedReading[str, None, int]) -> asyncio.Task[dict[str, int]]:
    first = asyncio.create_task(shared.get({"first": None}))
    while not database.asked:
        await asyncio.sleep(0)
    return first


async def test_those_who_come_while_a_query_is_under_way_share_the_next() -> None:
    database = Database()
    shared = reading(database)
    first = await under_way(database, shared)
    others = [asyncio.create_task(shared.get({name: None, "both": None})) for name in ("a", "bb")]
    await asyncio.sleep(0)
    database.gate.set()

    assert await first == {"first": 5}
    assert await asyncio.gather(*others) == [{"a": 1, "both": 4}, {"bb": 2, "both": 4}]
    assert database.asked == [["first"], ["a", "bb", "both"]]


async def test_an_error_is_told_to_those_who_shared_the_query_and_the_next_asks_again() -> None:
    database = Database()
    shared = reading(database)
    first = await under_way(database, shared)
    database.away = True
    database.gate.set()
    with pytest.raises(OSError, match="away"):
        await first

    database.away = False
    assert await shared.get({"again": None}) == {"again": 5}


async def test_who_goes_away_does_not_take_the_query_of_the_others_along() -> None:
    database = Database()
    shared = reading(database)
    first = await under_way(database, shared)
    gone, stays = (asyncio.create_task(shared.get({name: None})) for name in ("gone", "stays"))
    await asyncio.sleep(0)
    first.cancel()
    gone.cancel()
    database.gate.set()

    assert await stays == {"stays": 5}
