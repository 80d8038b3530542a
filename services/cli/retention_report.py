"""What is kept, for how long, and what has served its time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.cli.acting import acting
from services.cli.command_executor import executor_on
from services.cli.installation import Installation, KnownService, find
from services.cli.on_record import on_record
from services.cli.output import console, table
from services.cli.service_reading import database_of
from services.notify.application.forgetting import forget
from shared.privacy.retention import RETENTION, RetentionClass, classes_of, due, enforce, served


async def report_retention(data_dir: Path, *, enforcing: bool, actor: str | None) -> None:
    """Print the classes; with `enforcing`, delete what has served its time, on record."""
    installation = find(data_dir)
    now = datetime.now(UTC) + timedelta(seconds=installation.files.clock_shift if installation.record else 0)
    by = await acting(data_dir, actor)
    counts: dict[str, int] = {}
    for service in installation.services.values():
        # Deleting what has served its time is the owner's right: a service is granted no more than its statements need.
        async with database_of(service, as_owner=enforcing) as engine, engine.begin() as connection:
            for one in classes_of(service.name):
                count = await (enforce(connection, one, now, by) if enforcing else due(connection, one, now))
                counts[one.code] = counts.get(one.code, 0) + count
        if enforcing:
            for one in classes_of(service.name):
                counts[one.code] += await _forget(installation, service, one, now, by)
    shown = table("Retention (保存期限)", "class", "what", "kept", "basis", "deleted" if enforcing else "over")
    for one in RETENTION:
        shown.add_row(one.code, one.title, _period(one), one.basis, str(counts.get(one.code, "-")))
    out = console()
    out.print(shown)
    if not enforcing and any(counts.values()):
        out.print("`yanzhen privacy retention --enforce` deletes what is over, and puts that on record.")


async def _forget(
    installation: Installation, service: KnownService, one: RetentionClass, now: datetime, by: str
) -> int:
    """Have the service itself take away the rows of a read model, on record."""
    async with database_of(service) as engine:
        async with engine.connect() as connection:
            found = await served(connection, one, now)
        if not found:
            return 0
        before = one.before(now)
        detail: Any = {"class": one.code, "rows": len(found), "before": before.isoformat()}
        await on_record(engine, by, "privacy.retention", purpose="retention", **detail)
        return await forget(executor_on(engine, service, installation), found, before, one.code, by)


def _period(one: RetentionClass) -> str:
    return f"at least {one.period}" if one.at_least else one.period
