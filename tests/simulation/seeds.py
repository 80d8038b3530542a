"""Which seeds to run: `100`, `7-500`, `3,8,20-30`; and many of them on several cores."""

import multiprocessing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.simulation.plan import SCALES
from tests.simulation.run import live
from tests.simulation.tally import Tally


@dataclass(frozen=True)
class Lived:
    """What became of a seed, as far as one process tells another."""

    seed: int
    violation: str | None
    digest: str
    days: float
    seconds: float
    accepted: int
    commits: int
    met: Tally


def parse(text: str) -> list[int]:
    """The seeds of an expression; a single number is how many, from 1 on. Raises ValueError for anything else."""
    if text.isdigit():
        if int(text) < 1:
            raise ValueError("at least one seed is needed")
        return list(range(1, int(text) + 1))
    seeds: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise ValueError(f"{part!r} is neither a seed nor a range; say 100, 7-500 or 3,8,20-30")
        seeds += range(int(first), int(last if dash else first) + 1)
    if not seeds:
        raise ValueError(f"{text!r} is an empty range")
    return seeds


def one(task: tuple[int, str]) -> Lived:
    """Live one seed."""
    seed, scale = task
    outcome = live(seed, SCALES[scale], keep=1)
    said = None if outcome.violation is None else str(outcome.violation)
    digest = outcome.history.digest
    return Lived(
        seed, said, digest, outcome.days, outcome.seconds, outcome.accepted, outcome.commits, outcome.met
    )  # fmt: skip


def lived(seeds: Iterable[int], scale: str, processes: int) -> Iterator[Lived]:
    """Live seeds, as they get done."""
    tasks = [(seed, scale) for seed in seeds]
    if processes == 1:
        yield from map(one, tasks)
        return
    # A process for some dozens of seeds only: what one of them leaves in memory must not add up over ten thousand.
    with multiprocessing.get_context("fork").Pool(processes, maxtasksperchild=50) as pool:
        yield from pool.imap_unordered(one, tasks)
