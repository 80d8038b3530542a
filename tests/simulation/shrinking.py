"""From a plan that fails to the shortest beginning of it that fails, and then without the steps that do not matter."""

from collections.abc import Callable, Sequence

from tests.simulation.plan import Scale, Step
from tests.simulation.run import Outcome, live

Report = Callable[[str], None]
MOST_RUNS = 60
"""Runs that are spent on making one failure smaller."""


def shrunk(outcome: Outcome, scale: Scale, report: Report = lambda _: None) -> Outcome:
    """The smallest failing run that bisection, and then leaving out, come to.

    Steps draw from seeds of their own, so those that stay are what they were; the order of tasks may become another one.
    What fails later or differently is a failure too.
    """
    runs = 0

    def fails(steps: Sequence[Step]) -> Outcome | None:
        nonlocal runs
        runs += 1
        report(f"{len(steps)} steps")
        again = live(outcome.seed, scale, steps)
        return again if again.violation is not None else None

    best = outcome
    low, high = 0, len(outcome.steps)
    while high - low > 1 and runs < MOST_RUNS:
        middle = (low + high) // 2
        found = fails(outcome.steps[:middle])
        if found is None:
            low = middle
        else:
            best, high = found, middle
    size = max(1, len(best.steps) // 2)
    while runs < MOST_RUNS:
        start = 0
        while start < len(best.steps) and runs < MOST_RUNS and len(best.steps) > 1:
            found = fails([*best.steps[:start], *best.steps[start + size :]])
            if found is None:
                start += size
            else:
                best = found
        if size == 1:
            break
        size //= 2
    return best
