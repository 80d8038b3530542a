"""Two commands that are refused at once, each on what the other one remembers."""

import asyncio
from functools import partial

import pytest

from services.registry.domain.station.commands import OpenStation
from services.registry.domain.station.decider import STATION
from shared.eventstore.context import Cause
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from tests.property.registry_parts import Registry


@pytest.mark.parametrize("seed", range(3))
def test_bug_2116_two_that_are_refused_at_once_do_not_make_each_other_doubt_for_ever(seed: int) -> None:
    """Each forgot what it had decided on and read it again, and found some of it remembered by the other: without end."""
    registry = Registry(seed)
    executor = registry.kernels[0].executor
    tried = {"abc": 0, "bac": 0}

    async def asked(order: str) -> None:
        async def job(unit: UnitOfWork) -> None:
            tried[order] += 1
            assert tried[order] < 10, "it does not end"
            for key in order:
                await unit.state(STATION, key)
            raise Refused("no", "not like this", remedy="do not")

        with pytest.raises(Refused):
            await executor.run(job, Cause("t"))

    for key in "abc":
        opened = OpenStation(station_id=key, name="站", kind="guidance", area_code="430702", organisation_id="c")
        enter = partial(UnitOfWork.handle, decider=STATION, identity=key, command=opened)
        assert registry.at_once(enter) == [""]

    async def both() -> None:
        await asyncio.gather(asked("abc"), asked("bac"))

    registry.loop(both())
    registry.loop.close()
