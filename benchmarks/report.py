"""How benchmarks say what they measured: a median with its spread, ratios against a peer of the same run."""

import math
from collections.abc import Mapping, Sequence

Figure = float | tuple[float, float, float]
"""A number, or (median, lowest, highest)."""


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def show(title: str, figures: Mapping[str, Figure]) -> None:
    """Print a small table."""
    print(f"\n{title}")
    width = max(len(name) for name in figures)
    for name, figure in figures.items():
        if isinstance(figure, tuple):
            print(f"  {name:<{width}}  {figure[0]:>12,.1f}   ({figure[1]:,.1f} to {figure[2]:,.1f})")
        else:
            print(f"  {name:<{width}}  {figure:>12,.2f}")
