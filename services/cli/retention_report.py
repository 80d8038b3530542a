"""What is kept, for how long, and what has served its time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.cli.installation import find
from services.cli.on_record import who
from services.cli.output import console, table
from services.cli.service_reading import database_of
from shared.privacy.retention import RETENTION, RetentionClass, due, enforce


async def report_retention(data_dir: Path, *, enforcing: bool, actor: str | None) -> None:
    """Print the classes; with `enforcing`, delete what has served its time, on record."""
    installation = find(data_dir)
    now = datetime.now(UTC) + timedelta(seconds=installation.files.clock_shift if installation.record else 0)
    by = who(actor)
    counts: dict[str, int] = {}
    for service in installation.services.values():
        # Deleting what has served its time is the owner's right: a service is granted no more than its statements need.
        async with database_of(service, as_owner=enforcing) as engine, engine.begin() as connection:
            for one in RETENTION:
                if one.rows is None or one.rows.service not in ("", service.name):
                    continue
                count = await (enforce(connection, one, now, by) if enforcing else due(connection, one, now))
                counts[one.code] = counts.get(one.code, 0) + count
    shown = table("Retention (保存期限)", "class", "what", "kept", "basis", "deleted" if enforcing else "over")
    for one in RETENTION:
        shown.add_row(one.code, one.title, _period(one), one.basis, str(counts.get(one.code, "-")))
    out = console()
    out.print(shown)
    if not enforcing and any(counts.values()):
        out.print("`yanzhen privacy retention --enforce` deletes what is over, and puts that on record.")


def _period(one: RetentionClass) -> str:
    return f"at least {one.period}" if one.at_least else one.period
