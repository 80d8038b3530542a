"""How benchmarks say what they measured: medians with their spread, ratios against a peer of the same run, targets."""

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

Figure = float | tuple[float, float, float]
"""A number, or (median, lowest, highest)."""

RESULTS = "YANZHEN_BENCH_RESULTS"
"""Names the file to which `python -m benchmarks` lets every benchmark add its verdicts."""


@dataclass(frozen=True, slots=True)
class Target:
    """A promise of the issue and what became of it here."""

    what: str
    measured: float
    wanted: float
    at_most: bool = False
    """The promise is an upper bound."""
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.measured <= self.wanted if self.at_most else self.measured >= self.wanted

    def line(self, width: int = 0) -> str:
        """What, wanted, measured, verdict."""
        sign = "≤" if self.at_most else "≥"
        return (
            f"  {self.what:<{width}}  {sign} {self.wanted:>8,.6g} {self.unit:<9}"
            f"  {_digits(self.measured):>10} {self.unit:<9}  {'met' if self.met else 'NOT MET'}"
        )


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Median, lowest, highest."""
    return median(values), min(values), max(values)


def ratio(mine: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios of runs that stood side by side: noise that lasted for both cancels out."""
    return median(a / b for a, b in zip(mine, theirs, strict=True))


def show(title: str, figures: Mapping[str, Figure], targets: Sequence[Target] = (), *notes: str) -> None:
    """Print a small table, and hand the targets to the summary when there is one."""
    print(f"\n{title}")
    width = max(len(name) for name in [*figures, *(target.what for target in targets)])
    for name, figure in figures.items():
        if isinstance(figure, tuple):
            low, high = _digits(figure[1]), _digits(figure[2])
            print(f"  {name:<{width}}  {_digits(figure[0]):>12}   ({low} to {high})")
        else:
            print(f"  {name:<{width}}  {_digits(figure):>12}")
    for note in notes:
        print(note)
    for target in targets:
        print(target.line(width))
    summary = os.environ.get(RESULTS)
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            for target in targets:
                file.write(json.dumps({"title": title.split(":")[0], "target": asdict(target)}) + "\n")


def summary_of(path: Path) -> list[tuple[str, Target]]:
    """The verdicts that benchmarks left in that file."""
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row["title"], Target(**row["target"])) for row in rows]


def _digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.1f}" if abs(value) >= 20 else f"{value:,.2f}"
