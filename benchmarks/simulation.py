"""How fast the simulator lives: simulated days per minute of one core, and what such a day contains.

`python -m benchmarks.simulation`. One process, one thread. Each run is lives that no other run has, so the spread holds both
the machine's noise and how much lives differ. CPU time decides: that of other programs on the machine is not in it. The time
on the wall stands beside it. Founding the county is done once before, and not counted; looking at everything that must hold,
after every commit and at the end, is.
"""

import time
from collections.abc import Sequence

from benchmarks.report import Figure, Target, show, spread
from benchmarks.rig import quiet
from tests.simulation.county import founded
from tests.simulation.faults import FAULTS
from tests.simulation.plan import SHORT, YEAR, Scale
from tests.simulation.run import Outcome, live

RUNS = 3
WANTED = 1000
"""Simulated days of a county per minute on one core."""

Run = tuple[list[Outcome], float]
"""Lives, and the seconds they took on the wall."""


def runs_of(scale: Scale, seeds: int) -> list[Run]:
    """So many seeds in each run. Raises the violation of a life that ends early: it is no measure of anything."""
    founded(scale.county)
    found: list[Run] = []
    for run in range(RUNS):
        began = time.monotonic()
        lives = [live(run * seeds + number, scale, keep=1) for number in range(1, seeds + 1)]
        found.append((lives, time.monotonic() - began))
        for one in lives:
            if one.violation is not None:
                raise one.violation
    return found


def figures(runs: Sequence[Run]) -> dict[str, Figure]:
    """Rates per run, and what all of them hold together, per simulated day."""
    days = [sum(one.days for one in lives) for lives, _ in runs]
    cpu = [sum(one.seconds for one in lives) for lives, _ in runs]
    everybody = [one for lives, _ in runs for one in lives]
    kinds = [step.kind for one in everybody for step in one.steps]
    a_day = {
        "commits": sum(one.commits for one in everybody),
        "messages that a provider took": sum(one.taken for one in everybody),
        "relocations accepted": sum(one.accepted for one in everybody),
        "other doings of people planned": sum(kind not in FAULTS and kind != "transfer" for kind in kinds),
        "faults planned": sum(kind in FAULTS for kind in kinds),
        "times that somebody met a fault": sum(one.met.total() for one in everybody),
    }
    return {
        "simulated days a run": spread(days),
        "days per minute of CPU time": spread([60 * one / used for one, used in zip(days, cpu, strict=True)]),
        "days per minute on the wall": spread([60 * one / wall for one, (_, wall) in zip(days, runs, strict=True)]),
        **{f"a day: {what}": count / sum(days) for what, count in a_day.items()},
    }


def main() -> None:
    quiet()
    for title, scale, seeds in (
        ("a year of a district of 800 members, 58 organisations", YEAR, 1),
        ("three weeks of a county of 40 members, a fault nearly every day", SHORT, 10),
    ):
        found = figures(runs_of(scale, seeds))
        rate = found["days per minute of CPU time"]
        assert isinstance(rate, tuple)
        promise = Target(f"simulation: days per minute of one core, {scale.county}", rate[0], WANTED, unit="days")
        show(f"simulation: {title}, {RUNS} runs of {seeds} seeds", found, [promise])


if __name__ == "__main__":
    main()
