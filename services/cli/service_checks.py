"""What the doctor looks at in a service: its API, its database, how far it is with everybody's events."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
from nats.aio.client import Client
from sqlalchemy import text

from services.cli.broker_checks import last_sequence, skew
from services.cli.finding import Finding, note, well, wrong
from services.cli.installation import KnownService
from services.cli.service_reading import database_of
from shared.security.tls import visiting_context

OVERDUE_SECONDS = 60
SECOND_LOOK_SECONDS = 1.5

_STATE = text(
    """
    SELECT clock_timestamp() AS now,
           (SELECT coalesce(max(position), 0) FROM outbound) AS position,
           (SELECT count(*) FROM outbox) AS queued,
           (SELECT count(*) FROM dead_letters WHERE status IN ('dead', 'replay', 'discard')) AS dead,
           (SELECT count(*) FROM parked) AS parked,
           (SELECT count(*) FROM timers WHERE due_at < CAST(:late AS timestamptz)) AS overdue
    """
)
_CURSORS = text(
    "SELECT source, max(position) AS position FROM cursors WHERE consumer = :name GROUP BY source ORDER BY source"
)


async def readiness(service: KnownService) -> AsyncIterator[Finding]:
    """What the service says of itself."""
    what = f"{service.name}: API"
    if service.url is None:
        yield note(what, "address unknown", f"set YANZHEN_{service.name.upper()}_URL to have it examined")
        return
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False, verify=visiting_context()) as http:
            answer = (await http.get(f"{service.url}/readyz")).json()
    except (httpx.HTTPError, ValueError) as error:
        yield wrong(
            what, f"does not answer ({type(error).__name__})", "see its log; `yanzhen up` restarts it by itself"
        )
        return
    red = [check for check in answer.get("checks", []) if not check["ok"]]
    for check in red:
        yield wrong(f"{service.name}: {check['name']}", check["detail"], "the detail says what is missing; see its log")
    if not red:
        yield well(what, "ready")


async def state(service: KnownService, client: Client | None, late: datetime) -> AsyncIterator[Finding]:
    """What its database says, and the broker where there is one. `late`: timers due before then are overdue."""
    before = datetime.now(UTC)
    row, cursors = await _read(service, late)
    yield skew(f"database of {service.name}", row["now"], before)
    if row["dead"]:
        yield wrong(
            f"{service.name}: dead letters", f"{row['dead']}, and {row['parked']} messages wait behind them",
            f"see `yanzhen dlq list {service.name}`, remove the cause, replay",
        )  # fmt: skip
    if row["overdue"]:
        yield wrong(f"{service.name}: timers", f"{row['overdue']} overdue", "see that its worker runs, and its log")
    if client is None:
        return
    behind = await _behind(service, client, row, cursors)
    if any(amount > 0 for amount in behind.values()):
        await asyncio.sleep(SECOND_LOOK_SECONDS)
        row, cursors = await _read(service, late)
        again = await _behind(service, client, row, cursors)
        behind = {name: amount for name, amount in again.items() if amount and amount >= behind.get(name, 0)}
    for name, amount in behind.items():
        if amount < 0:
            yield wrong(
                f"{service.name}: {name}", f"the broker is {-amount} ahead of the database",
                "the database is older than the stream: restore a later one, or delete the stream and let it be rebuilt",
            )  # fmt: skip
        elif amount > 0:
            yield wrong(f"{service.name}: {name}", f"{amount} behind and not catching up", "see its log and /readyz")
    if not any(behind.values()):
        yield well(f"{service.name}: positions", f"published up to {row['position']}, nothing waits")


async def _read(service: KnownService, late: datetime) -> tuple[dict[str, Any], dict[str, int]]:
    async with database_of(service) as engine, engine.connect() as connection:
        row = (await connection.execute(_STATE, {"late": late})).mappings().one()
        cursors = await connection.execute(_CURSORS, {"name": service.name})
        return dict(row), {row.source: row.position for row in cursors}


async def _behind(
    service: KnownService, client: Client, row: dict[str, Any], cursors: dict[str, int]
) -> dict[str, int]:
    """How many events each of its loops has still to do; below zero where the broker has what should not exist."""
    result = {"queue": int(row["queued"])}
    end = await last_sequence(client, service.entry.stream)
    if end is not None:
        result["relay"] = int(row["position"]) - end
    for source, position in cursors.items():
        last = await last_sequence(client, source)
        if last is not None:
            result[f"consumer of {source}"] = last - position
    return result
