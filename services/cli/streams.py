"""Streams read whole, and made anew for their relays to fill (ADR 41)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from sqlalchemy import text

from services.cli.acting import acting
from services.cli.installation import KnownService, find
from services.cli.on_record import on_record
from services.cli.output import console, progress, table
from services.cli.service_reading import database_of
from shared.kernel.errors import Refused, Unavailable
from shared.messaging.bus import BusUnavailable, ReaderClosed
from shared.messaging.nats_bus import NatsBus
from shared.messaging.topology import load, provision
from shared.messaging.whole_stream import Hole, holes_of
from shared.security.broker import OPERATOR, inbox_of

_SHOWN = 5
_PUBLISHED = text("SELECT coalesce(max(position), 0), count(*) FROM outbound")


async def check_streams(data_dir: Path, service: str | None) -> bool:
    """Read them, print what cannot be read, and say whether everything can. Raises `Unavailable`."""
    installation = find(data_dir)
    asked = [installation.service(service)] if service else list(installation.services.values())
    shown = table("", "stream", "messages", "cannot be read")
    whole = True
    async with installation.broker() as client:
        with progress("reading streams") as tell:
            for one in asked:
                tell(f"reading {one.entry.stream}")
                end, holes = await _read(client, one)
                shown.add_row(one.entry.stream, str(end), said(holes) or "nothing")
                whole = whole and not holes
    out = console()
    out.print(shown)
    if not whole:
        out.print("Nothing is lost: `yanzhen stream rebuild SERVICE` fills the stream again from the database.")
    return whole


async def rebuild_stream(data_dir: Path, service: str) -> None:
    """Delete and make it anew, on record. Raises `Refused` (`stream-ahead`, `database-holed`), `Unavailable`."""
    by = await acting(data_dir)
    installation = find(data_dir)
    known = installation.service(service)
    stream = known.entry.stream
    async with database_of(known) as engine, installation.broker() as client:
        bus = NatsBus(client, inbox_prefix=inbox_of(OPERATOR))
        try:
            end = await bus.last_sequence(stream)
        except BusUnavailable:
            end = 0  # there is none, or the broker is away, which the next step tells
        async with engine.connect() as connection:
            last, count = (await connection.execute(_PUBLISHED)).one()
        check_rebuildable(known, end, last, count)
        await on_record(engine, by, "stream.rebuild", stream)
        await make_anew(client, [stream])
    console().print(
        f"{stream} is made anew; the relay of {service} fills it to {last}. `yanzhen doctor` shows how far."
    )


def check_rebuildable(service: KnownService, end: int, last: int, count: int) -> None:
    """The stream ends at `end`, the database has given positions up to `last` and holds `count` messages. Raises `Refused`."""
    if end > last:
        raise Refused(
            "stream-ahead",
            f"{service.entry.stream} reaches to {end}, the database of {service.name} to {last}",
            remedy="the database is older than the stream: see docs/runbooks/restored-backup.md",
        )
    check_whole(service, last, count)


def check_whole(service: KnownService, last: int, count: int) -> None:
    """The database can fill a stream up to that position. Raises `Refused` (`database-holed`)."""
    if count != last:
        raise Refused(
            "database-holed",
            f"the database of {service.name} holds {count} of {last} published messages",
            remedy="keep the stream, it may be the only copy; restore the database first",
        )


async def make_anew(client: Client, streams: Iterable[str]) -> None:
    """Delete streams, as the operator, and provision: they are there again and empty. Raises `Unavailable`."""
    for stream in streams:
        try:
            await client.jetstream().delete_stream(stream)
        except nats.js.errors.NotFoundError:
            continue
        except (nats.errors.Error, nats.js.errors.Error, OSError) as error:
            raise Unavailable(
                "broker-silent", f"the broker does not delete {stream} ({type(error).__name__})", remedy="repeat it"
            ) from error
    await provision(client, load())


def said(holes: list[Hole]) -> str:
    """Where they are, the first of them by name."""
    more = f" and {len(holes) - _SHOWN} more places" if len(holes) > _SHOWN else ""
    return ", ".join(map(str, holes[:_SHOWN])) + more


async def _read(client: Client, service: KnownService) -> tuple[int, list[Hole]]:
    bus = NatsBus(client, inbox_prefix=inbox_of(OPERATOR))
    stream = service.entry.stream
    with readable(stream):
        end = await bus.last_sequence(stream)
        return end, await holes_of(bus, stream, end)


@contextmanager
def readable(stream: str) -> Iterator[None]:
    """What is read inside is said to be unreadable when it is. Raises `Unavailable` (`stream-unreadable`)."""
    try:
        yield
    except (BusUnavailable, ReaderClosed) as error:
        raise Unavailable(
            "stream-unreadable", f"{stream} cannot be read ({error})", remedy="see `yanzhen doctor`, and repeat"
        ) from error
