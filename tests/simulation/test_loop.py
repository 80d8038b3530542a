"""The loop that everything stands on: nothing outside, nothing by chance, and death without notice."""

import asyncio
import random

import pytest

from tests.simulation.clock import BEGINNING, SimulatedClock
from tests.simulation.loop import RealWorld, SimulatedLoop, Stuck
from tests.simulation.machine import Machine, machine_here


def loop(seed: int = 1) -> SimulatedLoop:
    return SimulatedLoop(random.Random(seed))  # type: ignore[abstract]


def test_waiting_takes_simulated_time_only() -> None:
    simulated = loop()
    clock = SimulatedClock(simulated, offset=5.0)

    async def main() -> float:
        await clock.sleep(86400 * 400)
        return (clock.now() - BEGINNING).total_seconds()

    assert simulated.run(main()) == 86400 * 400 + 5


def _order(seed: int) -> list[int]:
    simulated, seen = loop(seed), []

    async def one(number: int) -> None:
        for _ in range(3):
            await asyncio.sleep(0)
            seen.append(number)

    async def main() -> None:
        await asyncio.gather(*map(one, range(6)))

    simulated.run(main())
    return seen


def test_the_order_of_tasks_comes_from_the_seed() -> None:
    assert _order(1) == _order(1)
    assert len({tuple(_order(seed)) for seed in range(20)}) > 15


@pytest.mark.parametrize("leave", [
    lambda: asyncio.open_connection("127.0.0.1", 1),
    lambda: asyncio.to_thread(print),
    lambda: asyncio.create_subprocess_exec("true"),
    lambda: asyncio.get_running_loop().getaddrinfo("localhost", 80),
])  # fmt: skip
def test_nothing_leads_outside(leave: object) -> None:
    async def main() -> None:
        await leave()  # type: ignore[operator]

    with pytest.raises(RealWorld):
        loop().run(main())


def test_the_dead_do_nothing_any_more_not_even_their_finally() -> None:
    simulated = loop()
    machine = Machine(simulated, "m")
    done: list[str] = []

    async def work() -> None:
        try:
            assert machine_here() is machine
            await asyncio.sleep(10)
            done.append("slept")
        finally:
            done.append("finally")

    async def main() -> None:
        machine.spawn(work(), "work")
        await asyncio.sleep(1)
        machine.kill()
        await asyncio.sleep(100)
        assert done == []

    simulated.run(main())
    assert done == []


def test_a_machine_dies_between_any_two_steps() -> None:
    reached = set()
    for steps in range(12):
        simulated = loop()
        machine = Machine(simulated, "m")
        got: list[int] = []

        async def work(got: list[int] = got) -> None:
            for step in range(8):
                got.append(step)
                await asyncio.sleep(0)

        async def main(machine: Machine = machine, steps: int = steps, work: object = work) -> None:
            machine.kill_after(steps)
            machine.spawn(work(), "work")  # type: ignore[operator]
            await asyncio.sleep(1)

        simulated.run(main())
        reached.add(len(got))
    assert reached >= set(range(1, 9))


def test_who_is_frozen_goes_on_later_and_in_between_does_nothing() -> None:
    simulated = loop()
    machine = Machine(simulated, "m")
    times: list[float] = []

    async def work() -> None:
        while True:
            times.append(simulated.time())
            await asyncio.sleep(1)

    async def main() -> None:
        machine.spawn(work(), "work")
        await asyncio.sleep(2.5)
        machine.freeze(10)
        await asyncio.sleep(20)

    simulated.run(main())
    assert not [time for time in times if 2.5 < time < 12.5]
    assert [time for time in times if time >= 12.5]


def test_what_spins_or_waits_for_nothing_is_noticed() -> None:
    async def spin() -> None:
        while True:
            await asyncio.sleep(0)

    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stuck):
        loop().run(spin())
    with pytest.raises(Stuck):
        loop().run(wait())
