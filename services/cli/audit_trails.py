"""Reading and checking the services' audit trails."""

from datetime import datetime
from pathlib import Path
from typing import Any

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig
from rich.markup import escape

from services.cli.broker_connection import connected
from services.cli.installation import Installation, KnownService, find
from services.cli.output import console, progress, table
from services.cli.service_reading import database_of
from shared.eventstore.audit import Anchor, AuditRecord, ChainCheck, Fault
from shared.eventstore.postgres import audit_trail
from shared.kernel.calendar import SHANGHAI, start_of_day
from shared.kernel.errors import Invalid, Unavailable
from shared.kernel.json import from_json

MOST_SHOWN = 500
_BATCH = 500


def since_when(text: str | None) -> datetime | None:
    """A day or an instant, in Shanghai where it does not say. Raises `Invalid` (`bad-time`)."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(
            "bad-time", f"{text!r} is neither a day nor a time", remedy="write 2026-11-02 or 2026-11-02T08:00"
        ) from None
    if found.tzinfo is not None:
        return found
    return start_of_day(found.date()) if len(text) == 10 else found.replace(tzinfo=SHANGHAI)


async def list_records(
    data_dir: Path, service: str | None, person: str | None, actor: str | None, since: str | None
) -> None:
    """Print who did what, newest last. Raises `Unavailable` when a service's database cannot be asked."""
    installation = find(data_dir)
    after = since_when(since)
    found: list[tuple[str, AuditRecord]] = []
    for one in _asked(installation, service):
        async with database_of(one) as engine:
            async for record in audit_trail.read(engine, subject=person or "", actor=actor or "", since=after):
                found.append((one.name, record))
                if len(found) > 20 * MOST_SHOWN:
                    del found[:-MOST_SHOWN]
    found.sort(key=lambda pair: pair[1].at)
    out = console()
    if not found:
        out.print("Nothing is on record.")
        return
    shown = table("Audit trail", "time", "record", "actor", "what, for what, about whom")
    for name, record in found[-MOST_SHOWN:]:
        shown.add_row(
            f"{record.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}", f"{name} {record.number}", escape(record.actor),
            _what(record, about=person is None),
        )  # fmt: skip
    out.print(shown)
    if len(found) > MOST_SHOWN:
        out.print(f"The last {MOST_SHOWN}; narrow it with --since, --person or --actor.")


def _what(record: AuditRecord, *, about: bool) -> str:
    purpose = f" ({record.purpose})" if record.purpose else ""
    outcome = "" if record.outcome == "done" else f": {record.outcome}"
    whom = f"\n{record.subject}" if about and record.subject else ""
    return escape(f"{record.action}{purpose}{outcome}{whom}")


async def verify_trails(data_dir: Path, service: str | None, *, offline: bool = False) -> bool:
    """Check every chain against itself and against what was told on the bus; print it. Returns whether all is well."""
    installation = find(data_dir)
    shown = table("Audit trails", "service", "records", "anchors", "result")
    all_well = True
    with progress("reading the trails") as tell:
        for one in _asked(installation, service):
            tell(f"reading the trail of {one.name}")
            anchors = [] if offline else await _anchors(installation, one)
            checked, faults = await _check(one, anchors)
            all_well = all_well and not faults
            told = "not compared" if offline else str(len(anchors))
            shown.add_row(one.name, str(checked), told, "unbroken" if not faults else f"{len(faults)} faults")
            for fault in faults[:20]:
                shown.add_row("", f"no. {fault.number}", "", fault.what)
    out = console()
    out.print(shown)
    if not all_well:
        out.print("Somebody changed a trail, or a restored backup lacks its end: see docs/runbooks/audit.md.")
    return all_well


def _asked(installation: Installation, service: str | None) -> list[KnownService]:
    return [installation.service(service)] if service else list(installation.services.values())


async def _check(service: KnownService, anchors: list[Anchor]) -> tuple[int, list[Fault]]:
    check = ChainCheck(anchors)
    async with database_of(service) as engine:
        async for record in audit_trail.read(engine):
            check.see(record)
    return check.checked, check.faults()


async def _anchors(installation: Installation, service: KnownService) -> list[Anchor]:
    """What the service has told on the bus about the end of its trail."""
    async with connected(installation.nats_url, installation.seed_file) as client:
        try:
            return [
                Anchor(int(body["number"]), str(body["hash"]))
                for body in await _read(client, service.entry.stream, f"{service.name}.evt.audit.audit-anchored.v1.*")
            ]
        except (nats.errors.Error, nats.js.errors.Error, OSError, TimeoutError) as error:
            raise Unavailable(
                "no-anchors",
                f"what {service.name} told about its trail cannot be read ({type(error).__name__})",
                remedy="see `yanzhen doctor`; --offline checks the chains alone",
            ) from error


async def _read(client: Client, stream: str, subject: str) -> list[dict[str, Any]]:
    js = client.jetstream()
    consumer = await js.pull_subscribe(
        subject, stream=stream, config=ConsumerConfig(ack_policy=AckPolicy.NONE, mem_storage=True)
    )
    bodies: list[dict[str, Any]] = []
    try:
        pending = (await consumer.consumer_info()).num_pending or 0
        while len(bodies) < pending:
            messages = await consumer.fetch(min(_BATCH, pending - len(bodies)), timeout=5)
            bodies += [from_json(message.data) for message in messages]
    finally:
        await consumer.unsubscribe()
    return bodies
