"""What a run found, for a terminal and for a file."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from tests.chaos.run import Result


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def rows(result: Result) -> Iterator[tuple[str, str, str, str, str]]:
    """By kind: how often, and the healing in seconds."""
    together = [(f"{number} at once", times) for number, times in sorted(result.storms.items())]
    every = [one for times in result.storms.values() for one in times]
    for kind, times in [*sorted(result.healing.items()), *together, ("every time", every)]:
        if times:
            figures = (f"{value:.1f}" for value in (quantile(times, 0.5), quantile(times, 0.95), max(times)))
            yield (kind, str(len(times)), *figures)  # type: ignore[misc]


def sentences(result: Result) -> Iterator[str]:
    """The figures that are not in the table."""
    yield (
        f"{sum(result.faults.values())} faults in {result.seconds / 60:.1f} minutes, seed {result.seed}; "
        f"{result.requested} transfers requested, {result.accepted} accepted, {result.rejected} rejected and closed; "
        f"{result.repeated} requests repeated with their key; {result.audits} audits of everything."
    )
    for kind, why in result.skipped.items():
        yield f"Skipped: {kind}, because {why}."
    if result.rebuilt:
        made = ", ".join(f"{name} {count}×" for name, count in sorted(result.rebuilt.items()))
        yield f"Made anew by the operator's procedure: {made}."
    yield f"Violations: {len(result.violations) or 'none'}."


_HEAD = ("fault", "times", "healed, median s", "p95 s", "longest s")


def shown(result: Result) -> Iterator[Table | str]:
    """For a terminal."""
    table = Table(*_HEAD, title="Chaos")
    for row in rows(result):
        table.add_row(*row)
    yield table
    yield from sentences(result)
    yield from result.violations


def markdown(result: Result, servers: str) -> str:
    """For a file."""
    lines = [f"# Chaos, seed {result.seed}", "", f"Servers: {servers}.", ""]
    lines += [f"- {one}" for one in sentences(result)]
    lines += ["", f"| {' | '.join(_HEAD)} |", "|---|---:|---:|---:|---:|"]
    lines += [f"| {' | '.join(row)} |" for row in rows(result)]
    if result.violations:
        lines += ["", "## Violations", "", *(f"- {one}" for one in result.violations)]
    return "\n".join(lines) + "\n"
