"""Replicas of a service are counted by PostgreSQL, and share the partitions of what they read."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts.base import PARTITIONS
from shared.kernel.clock import SystemClock
from shared.messaging import partition_sharing, postgres_replicas
from shared.messaging.partition_sharing import PartitionSharing
from shared.messaging.postgres_replicas import PostgresReplicas
from shared.messaging.replicas import Absent, share_of


def replicas(engine: AsyncEngine, seed: int) -> PostgresReplicas:
    return PostgresReplicas(engine, random.Random(seed))


@pytest.mark.parametrize("count", [1, 2, 3, 8, 11])
def test_each_partition_belongs_to_one_and_nobody_has_two_more_than_another(count: int) -> None:
    counted = random.Random(count).sample(range(1000), count)
    shares = [share_of(number, counted) for number in counted]
    assert Counter(partition for share in shares for partition in share) == Counter(range(PARTITIONS))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


async def test_who_joins_is_counted_and_who_goes_is_not(engine: AsyncEngine) -> None:
    async with replicas(engine, 1).join() as one:
        assert await one.all() == [one.number]
        async with replicas(engine, 2).join() as other:
            both = sorted([one.number, other.number])
            assert await one.all() == await other.all() == both
        assert await one.all() == [one.number]


async def test_whose_session_is_ended_is_not_counted_any_more_and_hears_of_it(engine: AsyncEngine) -> None:
    ends = text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = :number")

    async def be_ended() -> None:
        async with replicas(engine, 2).join() as other:
            async with engine.connect() as connection:
                await connection.execute(ends, {"number": other.number})
            await other.all()

    async with replicas(engine, 1).join() as one:
        with pytest.raises(Absent):
            await be_ended()
        assert await one.all() == [one.number]


async def test_who_is_silent_for_too_long_is_not_counted(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_replicas, "FROZEN_AFTER_MS", 200)
    with contextlib.suppress(Absent):
        async with replicas(engine, 1).join() as sleeper:
            monkeypatch.undo()
            async with replicas(engine, 2).join() as awake:
                while sleeper.number in await awake.all():
                    await asyncio.sleep(0.02)
                with pytest.raises(Absent):
                    share_of(sleeper.number, await awake.all())


class Reader:
    """A consumer that only knows what it is to read."""

    def __init__(self) -> None:
        self.partitions: tuple[int, ...] | None = None

    def assign(self, partitions: Sequence[int]) -> None:
        self.partitions = tuple(partitions)


async def test_two_share_and_the_one_that_is_left_has_all(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition_sharing, "EVERY", 0.02)
    readers = [Reader(), Reader()]
    tasks = [
        asyncio.create_task(PartitionSharing(replicas(engine, seed), [reader], SystemClock()).run())
        for seed, reader in enumerate(readers)
    ]

    async def until_read(*wanted: int) -> None:
        async with asyncio.timeout(10):
            while [len(reader.partitions or ()) for reader in readers[: len(wanted)]] != list(wanted):
                await asyncio.sleep(0.01)

    await until_read(4, 4)
    assert sorted([*(readers[0].partitions or ()), *(readers[1].partitions or ())]) == list(range(PARTITIONS))
    tasks[1].cancel()
    await until_read(8)
    tasks[0].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
