"""After databases came back from a backup: streams that hold more are kept in a file, and then follow the databases again.

A position that the databases have not given belongs to another life of the installation: it was read under one meaning and
would be given another (ADR 3). What it says is the only record of what was decided after the backup.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import asyncpg
import nats.js.errors
from nats.aio.client import Client

from services.cli.acting import acting
from services.cli.installation import Installation, KnownService, find
from services.cli.on_record import on_record
from services.cli.output import console, table
from services.cli.service_reading import database_of
from services.cli.services_at_work import refuse_at_work
from services.cli.streams import check_whole, make_anew, readable
from shared.kernel.errors import Invalid, Refused, Unavailable
from shared.kernel.json import from_json
from shared.messaging.nats_bus import NatsBus
from shared.messaging.topology import load
from shared.messaging.whole_stream import Hole, read_whole
from shared.security.broker import OPERATOR, inbox_of

_INBOUND = "INBOUND"
_POSITIONS = "SELECT coalesce(max(position), 0), count(*) FROM outbound"
_CURSORS = "SELECT source, max(position) FROM cursors WHERE source LIKE 'OUT_%' GROUP BY source"


async def realign(data_dir: Path, keep: Path) -> None:
    """Keep what only the streams know, make them anew, and have the doors read again what outside systems reported.

    Raises `Refused` (`services-running`, `databases-apart`, `database-holed`), `Invalid` (`not-empty`), `Unavailable`.
    """
    by = await acting(data_dir)
    installation = find(data_dir)
    last = await _positions(installation)
    async with installation.broker() as client:
        bus = NatsBus(client, inbox_prefix=inbox_of(OPERATOR))
        ends = {name: await _end(bus, one.entry.stream) for name, one in installation.services.items()}
        if all(ends[name] <= last[name] for name in ends):
            console().print("No stream holds more than its database: nothing was changed.")
            return
        _make_empty(keep)
        shown = table("", "stream", "ends at", "its database at", "kept", "cannot be read")
        for name, service in installation.services.items():
            kept, lost = await _keep(bus, service, last[name], ends[name], keep)
            holes = sum(map(len, lost))
            shown.add_row(
                service.entry.stream, str(ends[name]), str(last[name]), str(kept), str(holes) if holes else ""
            )
        for service in installation.services.values():
            async with database_of(service) as engine:
                await on_record(engine, by, "stream.realign", service.entry.stream, ended_at=ends[service.name])
        await _forget_what_was_taken(client)
        await make_anew(client, [service.entry.stream for service in installation.services.values()])
    out = console()
    out.print(shown)
    out.print(
        f"What was kept is in {keep}. Start the services: the streams are filled from the databases.", soft_wrap=True
    )


async def _positions(installation: Installation) -> Mapping[str, int]:
    """Up to where each database has given positions, when all of them fit together and nobody is at work in one."""
    last: dict[str, int] = {}
    cursors: list[tuple[str, str, int]] = []
    try:
        for name, service in installation.services.items():
            connection = await asyncpg.connect(service.owned_database, timeout=10)
            try:
                await refuse_at_work(connection, name)
                last[name], count = await connection.fetchrow(_POSITIONS)
                check_whole(service, last[name], count)
                cursors += [(name, row[0], row[1]) for row in await connection.fetch(_CURSORS)]
            finally:
                await connection.close()
    except (asyncpg.PostgresError, OSError, TimeoutError) as error:
        raise Unavailable(
            "database-unreachable", f"a database does not answer ({type(error).__name__})",
            remedy="start the servers without the services, and repeat",
        ) from error  # fmt: skip
    streams = {service.entry.stream: name for name, service in installation.services.items()}
    for name, stream, position in cursors:
        source = streams.get(stream)
        if source is not None and position > last[source]:
            raise Refused(
                "databases-apart",
                f"{name} has handled {source} to {position}, whose database reaches to {last[source]}",
                remedy="restore all databases to one common point: see docs/runbooks/restored-backup.md",
            )
    return last


async def _end(bus: NatsBus, stream: str) -> int:
    with readable(stream):
        return await bus.last_sequence(stream)


def _make_empty(directory: Path) -> None:
    if directory.exists() and any(directory.iterdir()):
        raise Invalid("not-empty", f"{directory} holds something", remedy="name a directory that is not there yet")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Invalid(
            "not-writable", f"{directory} cannot be made ({error.strerror})", remedy="name another with --keep"
        ) from error


async def _keep(bus: NatsBus, service: KnownService, last: int, end: int, keep: Path) -> tuple[int, list[Hole]]:
    """Write down what comes after that position, one message a line; returns how many there were and what is missing."""
    lost: list[Hole] = []
    stream = service.entry.stream
    if end <= last:
        return 0, lost
    with (keep / f"{stream}.jsonl").open("x", encoding="utf-8") as file, readable(stream):
        kept = await _write(bus, stream, last, end, file, lost)
    return kept, lost


async def _write(bus: NatsBus, stream: str, last: int, end: int, file: TextIO, lost: list[Hole]) -> int:
    kept = 0
    async for batch in read_whole(bus, stream, last, end, lost.append):
        for one in batch:
            # Personal fields are sealed in it, as everywhere outside the registry.
            told = {"position": one.position, "headers": dict(one.headers), "data": from_json(one.data)}
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
        kept += len(batch)
    return kept


async def _forget_what_was_taken(client: Client) -> None:
    """Doors take again what was taken after the backup; what the databases still know is passed over by its message id."""
    for durable in load().durables:
        if durable.stream == _INBOUND:
            try:
                await client.jetstream().delete_consumer(_INBOUND, durable.name)
            except nats.js.errors.NotFoundError:
                continue
