"""Living through a plan, healing everything, and looking whether all is as it must be."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulation.checks import at_the_end
from tests.simulation.clerk import Clerk
from tests.simulation.county import founded
from tests.simulation.faults import FAULTS, heal
from tests.simulation.history import History
from tests.simulation.organisations import restored
from tests.simulation.plan import DOINGS, Scale, Step, draw
from tests.simulation.tally import Tally
from tests.simulation.transfers import DAY, HOUR, MINUTE, acknowledge_all
from tests.simulation.violation import Violation
from tests.simulation.world import World

ARRIVES_WITHIN = 30 * HOUR
"""Simulated time after the last fault within which everything committed has taken effect everywhere. In life minutes:
here idle loops poll every four hours, and the relay looks at the end of its stream at each fifth."""

FINISHES_WITHIN = 5 * DAY
"""After that every message has an end (a receipt takes 72 hours, domain §3.3) and every relocation is propagated."""


@dataclass
class Outcome:
    """What came of a seed."""

    seed: int
    steps: Sequence[Step]
    violation: Violation | None
    history: History
    days: float
    seconds: float
    commits: int
    accepted: int
    taken: int
    met: Tally


def live(seed: int, scale: Scale, steps: Sequence[Step] | None = None, *, keep: int = 4000) -> Outcome:
    """Run a seed, or what is left of its plan."""
    plan = draw(seed, scale) if steps is None else steps
    county = founded(scale.county)
    began = time.process_time()
    world = World(f"world {seed}", county, keep=keep)
    start = world.loop.time()
    violation: Violation | None = None
    try:
        world.run(lambda: _whole(world, plan))
    except Violation as found:
        violation = found
    return Outcome(
        seed,
        plan,
        violation,
        world.history,
        (world.loop.time() - start) / DAY,
        time.process_time() - began,
        world.checks.commits,
        len(world.checks.membership.accepted),
        sum(carrier.taken.total() for carrier in world.carriers.values()),
        world.met,
    )


async def _whole(world: World, plan: Sequence[Step]) -> None:
    began = asyncio.get_running_loop().time()
    world.start_everything(world.rng.choice((1, 2, 2)))
    for number, step in enumerate(plan):
        await asyncio.sleep(max(0.0, began + step.at - asyncio.get_running_loop().time()))
        rng = random.Random(step.seed)
        if step.kind in FAULTS:
            world.history.add("FAULT", step.kind)
            world.spawn(FAULTS[step.kind](world, rng), step.kind)
        else:
            world.history.add("people", step.kind)
            world.spawn(DOINGS[step.kind](Clerk(world, f"{step.kind}-{number}", rng)), step.kind)
    await asyncio.sleep(DAY)
    world.closing = True
    heal(world)
    world.history.add("world", "nothing goes wrong from here on")
    await _arrive(world)
    await _finish(world)
    at_the_end.check(world)


async def _arrive(world: World) -> None:
    """Everything that was committed takes effect everywhere."""
    last = asyncio.get_running_loop().time() + ARRIVES_WITHIN
    while lacking := world.checks.unsettled():
        if asyncio.get_running_loop().time() > last:
            raise Violation(f"{ARRIVES_WITHIN / HOUR:.0f} hours after the last fault: {'; '.join(lacking[:4])}")
        await world.replay_dead_letters()
        await asyncio.sleep(5 * MINUTE)


async def _finish(world: World) -> None:
    """Everybody acknowledges, every message comes to its end, every relocation is propagated."""
    last = asyncio.get_running_loop().time() + FINISHES_WITHIN
    told: set[str] = set()
    while True:
        for relocation, _ in world.checks.propagation.acknowledgements_missing():
            if relocation not in told:
                told.add(relocation)
                clerk = Clerk(world, f"last-{relocation}", random.Random(relocation))
                world.spawn(acknowledge_all(clerk, relocation), "acknowledge")
        if world.checks.organisations.to_be_restored():
            await restored(Clerk(world, f"restoring-{world.loop.time()}", random.Random(0)))
        lacking = [f"message {one} on {channel} has no end" for one, channel in world.checks.sending.open.items()]
        lacking += world.checks.propagation.unfinished() + world.checks.unsettled() + world.checks.erasures.unfinished()
        lacking += world.checks.unfinished()
        if not lacking:
            return
        if asyncio.get_running_loop().time() > last:
            raise Violation(f"{FINISHES_WITHIN / DAY:.0f} days after the last fault: {'; '.join(lacking[:4])}")
        await world.replay_dead_letters()
        await asyncio.sleep(2 * HOUR)
