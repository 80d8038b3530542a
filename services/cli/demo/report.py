"""The last page of the demonstration: what happened, how fast, and whether anything is missing or doubled."""

import math
from collections.abc import Sequence

from rich.console import Console

from services.cli.demo.clerks import Tally
from services.cli.demo.verify import Verdict, lines
from services.cli.output import table


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile; NaN of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else math.nan


def show(console: Console, tally: Tally, expired: int, verdict: Verdict, seconds: float) -> None:
    """Print it."""
    outcome = table("Relocations 组织关系转接", "outcome", "count")
    for name, count in (
        ("accepted 接收, membership moved", len(tally.accepted)),
        ("  of these sent again to the right committee 更正重发", len(tally.corrected)),
        ("rejected with a reason 退回, membership stayed", len(tally.rejected)),
        ("never answered: letter expired 过期, back with the source", expired),
    ):
        outcome.add_row(name, str(count))
    console.print(outcome)
    informed = table("Interested parties informed 关系方", "channel", "delivered", "has no such address", "of")
    for channel, (done, nowhere, wanted) in verdict.informed.items():
        informed.add_row(
            {"email": "e-mail 邮件", "sms": "SMS 短信"}[channel], f"{done:,}", f"{nowhere:,}", f"{wanted:,}"
        )
    informed.add_row("acknowledgements 确认", f"{tally.acknowledged:,}", "", f"{tally.acknowledged:,}")
    console.print(informed)
    latency = table("Latency, all relocations at once", "from → to", "p50", "p95", "p99")
    for what, values in verdict.latencies.items():
        latency.add_row(what, *(f"{percentile(values, p):,.0f} ms" for p in (50, 95, 99)))
    console.print(latency)
    console.print(f"{verdict.events:,} events stored in four services; {seconds:.0f} s in all.")
    if verdict.problems:
        console.print("[bold red]NOT AS IT SHOULD BE[/bold red]")
        for line in lines(verdict.problems):
            console.print(f"  • {line}")
    else:
        console.print("[bold green]Nothing missing, nothing doubled, nothing out of order.[/bold green]")
