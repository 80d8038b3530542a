"""Rebuilding read models of one service, with a report."""

from pathlib import Path

from services.cli.acting import acting
from services.cli.catalogue import definition
from services.cli.installation import find
from services.cli.on_record import on_record
from services.cli.output import console, progress, table
from services.cli.service_reading import database_of
from shared.eventstore.rebuild import rebuild_all
from shared.kernel.errors import Invalid, Unavailable
from shared.messaging.bus import BusUnavailable, ReaderClosed
from shared.messaging.history import NatsHistory
from shared.messaging.nats_bus import NatsBus
from shared.runtime.garbage import settle_garbage
from shared.security.broker import OPERATOR, inbox_of


async def rebuild_projections(data_dir: Path, service: str, name: str | None) -> None:
    """Rebuild one or all and print what came of it. Raises `Invalid` (`unknown-projection`), `Unavailable`."""
    installation = find(data_dir)
    by = await acting(data_dir)
    known = installation.service(service)
    model = definition(known.entry).model
    chosen = [p for p in model.projections if name in (None, p.name)]
    if not chosen:
        names = ", ".join(p.name for p in model.projections) or "none"
        raise Invalid("unknown-projection", f"{service} has no read model {name!r}", remedy=f"it has: {names}")
    async with database_of(known, as_owner=True) as engine, installation.broker() as client:
        await on_record(engine, by, "projection.rebuild", projections=[one.name for one in chosen])
        history = NatsHistory(NatsBus(client, inbox_prefix=inbox_of(OPERATOR)))
        settle_garbage()
        try:
            with progress(f"rebuilding {name or 'all read models'} of {service}"):
                reports = await rebuild_all(engine, model, chosen, history)
        except (BusUnavailable, ReaderClosed) as error:
            raise Unavailable(
                "no-history", f"the events of others cannot be read ({error})", remedy="see `yanzhen doctor`"
            ) from error
    shown = table(
        f"Rebuilt read models of {service}", "read model", "table", "rows before", "rows now", "facts", "differ"
    )
    for report in reports:
        for number, (table_name, (before, after)) in enumerate(report.rows.items()):
            last = (str(report.facts), str(report.different)) if number == 0 else ("", "")
            shown.add_row(report.projection if number == 0 else "", table_name, str(before), str(after), *last)
    console().print(shown)
