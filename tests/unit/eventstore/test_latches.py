"""Of those who decide on the same streams one waits for the other; nobody else does."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from shared.eventstore.latches import Latches


async def turns(count: int = 5) -> None:
    """Let everything go on as far as it can."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_who_wants_one_of_the_same_streams_waits_and_others_do_not() -> None:
    latches, order = Latches(), list[str]()

    async def decide(name: str, *streams: str) -> None:
        async with latches.hold(streams):
            order.append(f"{name} in")
            await turns()
            order.append(f"{name} out")

    await asyncio.gather(decide("first", "a", "b"), decide("second", "b", "c"), decide("apart", "d"))

    assert order.index("second in") > order.index("first out")
    assert order.index("apart in") < order.index("first out")


async def test_nobody_waits_in_a_circle() -> None:
    latches, done = Latches(), list[int]()

    async def decide(number: int) -> None:
        async with latches.hold({f"s{number % 3}", f"s{(number + 1) % 3}"}):
            await turns()
        done.append(number)

    async with asyncio.timeout(10):
        await asyncio.gather(*(decide(number) for number in range(30)))
    assert sorted(done) == list(range(30))


async def test_whoever_fails_or_is_cancelled_lets_go() -> None:
    latches = Latches()
    with pytest.raises(RuntimeError):
        async with latches.hold(["a"]):
            raise RuntimeError
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(latches.hold(["a"]))
        waiting = [asyncio.create_task(_held(latches)) for _ in range(2)]
        await turns()
        waiting[0].cancel()
        await turns()
        assert not waiting[1].done()
    async with asyncio.timeout(10):
        assert await waiting[1]
        assert await _held(latches)


async def _held(latches: Latches) -> bool:
    async with latches.hold(["a"]):
        return True
