import asyncio
from collections.abc import Collection, Mapping

import pytest

from shared.kernel.sealed import ERASED, Erased
from shared.privacy.cached_keyring import CachedKeyring
from shared.privacy.keyring import PersonKey
from shared.privacy.memory_keyring import InMemoryKeyring


class Counting(InMemoryKeyring):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[set[str]] = []
        self.gate: asyncio.Event | None = None

    async def keys(self, person_ids: Collection[str]) -> Mapping[str, PersonKey | Erased]:
        self.asked.append(set(person_ids))
        found = await super().keys(person_ids)
        if self.gate:
            await self.gate.wait()
        return found


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_a_key_is_fetched_once_and_only_what_is_missing_is_asked_for() -> None:
    inner = Counting()
    await inner.ensure(["p", "q"])
    inner.asked.clear()
    cached = CachedKeyring(inner)
    await cached.keys(["p"])
    await cached.keys(["p", "q"])
    await cached.keys(["q", "p"])
    assert inner.asked == [{"p"}, {"q"}]


async def test_an_erasure_made_elsewhere_takes_effect_when_the_time_is_up() -> None:
    inner, time = Counting(), Time()
    cached = CachedKeyring(inner, ttl_seconds=30, time=time)
    await cached.ensure(["p"])
    await inner.destroy("p")
    time.now += 29.9
    assert isinstance((await cached.keys(["p"]))["p"], PersonKey)
    time.now += 0.1
    assert (await cached.keys(["p"]))["p"] is ERASED


async def test_a_read_that_began_before_an_erasure_cannot_bring_the_key_back() -> None:
    inner = Counting()
    await inner.ensure(["p"])
    cached = CachedKeyring(inner)
    inner.gate = asyncio.Event()
    slow = asyncio.create_task(cached.keys(["p"]))
    await asyncio.sleep(0)
    await cached.destroy("p")
    inner.gate.set()
    assert (await slow)["p"] is ERASED
    assert (await cached.keys(["p"]))["p"] is ERASED


async def test_the_cache_never_holds_more_than_its_bound_and_drops_the_least_used() -> None:
    inner = Counting()
    await inner.ensure([f"p{n}" for n in range(10)])
    cached = CachedKeyring(inner, max_entries=3)
    for person in ("p0", "p1", "p2", "p0", "p3"):
        await cached.keys([person])
    inner.asked.clear()
    await cached.keys(["p0", "p2", "p3"])
    assert inner.asked == []
    await cached.keys(["p1"])
    assert inner.asked == [{"p1"}]


async def test_the_unknown_is_not_remembered_as_unknown() -> None:
    inner = Counting()
    cached = CachedKeyring(inner)
    assert await cached.keys(["p"]) == {}
    await inner.ensure(["p"])
    assert "p" in await cached.keys(["p"])


@pytest.mark.parametrize("ttl", [-1, 60.1])
def test_a_time_to_live_that_would_delay_erasure_is_refused(ttl: float) -> None:
    with pytest.raises(ValueError, match="ttl_seconds"):
        CachedKeyring(InMemoryKeyring(), ttl_seconds=ttl)
