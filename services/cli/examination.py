"""The doctor's round: everything is looked at, whatever else is wrong."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nats.errors
from nats.aio.client import Client
from rich.markup import escape

from services.cli import broker_checks, machine_checks, service_checks
from services.cli.finding import Finding, wrong
from services.cli.installation import Installation, KnownService, find
from services.cli.output import console, progress, table
from shared.kernel.errors import Unavailable
from shared.messaging.topology import Topology, load

_MARKS = {"well": "[green]well[/]", "note": "[yellow]note[/]", "wrong": "[red]wrong[/]"}


async def examine(data_dir: Path, topology: Topology | None = None) -> bool:
    """Look, print the findings, and say whether nothing is wrong."""
    findings = [*machine_checks.versions(), *machine_checks.disk(data_dir)]
    with progress("examining") as tell:
        try:
            installation = find(data_dir)
        except Unavailable as error:
            findings.append(_as_finding("installation", error))
        else:
            findings += machine_checks.processes(installation)
            findings += await _around(installation, topology or load(), tell)
    shown = table("", "", "what", "found → what to do")
    for one in sorted(findings, key=lambda f: ["wrong", "note", "well"].index(f.verdict)):
        found = f"{one.found}\n→ {one.remedy}" if one.remedy else one.found
        shown.add_row(_MARKS[one.verdict], escape(one.what), escape(found))
    out = console()
    out.print(shown)
    bad = sum(one.verdict == "wrong" for one in findings)
    out.print(f"{bad} wrong." if bad else "Nothing is wrong.")
    return not bad


async def _around(installation: Installation, topology: Topology, tell: Callable[[str], None]) -> list[Finding]:
    findings = broker_checks.without_identity(installation)
    async with AsyncExitStack() as open_:
        client: Client | None = None
        try:
            tell("examining the broker")
            client = await open_.enter_async_context(installation.broker())
            findings += await _all(broker_checks.broker(client, topology), "broker")
        except Unavailable as error:
            findings.append(_as_finding("broker", error))
        for service in installation.services.values():
            tell(f"examining {service.name}")
            findings += await _service(installation, service, client)
    return findings


async def _service(installation: Installation, service: KnownService, client: Client | None) -> list[Finding]:
    now = datetime.now(UTC) + timedelta(seconds=installation.files.clock_shift if installation.record else 0)
    late = now - timedelta(seconds=service_checks.OVERDUE_SECONDS)
    findings = await _all(service_checks.readiness(service), service.name)
    return findings + await _all(service_checks.state(service, client, late), f"{service.name}: database")


async def _all(checks: AsyncIterator[Finding], what: str) -> list[Finding]:
    """What they find, up to the point where they cannot go on, and that."""
    findings: list[Finding] = []
    try:
        async for one in checks:
            findings.append(one)  # noqa: PERF401 - what was found before a failure is kept
    except Unavailable as error:
        findings.append(_as_finding(what, error))
    except (OSError, TimeoutError, nats.errors.Error) as error:
        findings.append(wrong(what, f"does not answer ({type(error).__name__})", "see that it runs, and its log"))
    return findings


def _as_finding(what: str, error: Unavailable) -> Finding:
    return wrong(what, error.detail, error.remedy)
