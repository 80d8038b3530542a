"""What is held about a person, put together for that person (查阅复制, PIPL art. 45): as JSON, and as a page to read."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.markup import escape
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.cli.acting import acting
from services.cli.broker_connection import connected
from services.cli.installation import Installation, find
from services.cli.on_record import on_record
from services.cli.output import console, progress
from services.cli.person_page import page
from services.cli.person_records import Records, records_of
from services.cli.service_reading import database_of
from shared.embedded.data_dir import write_private
from shared.kernel.errors import NotFound
from shared.kernel.json import to_json
from shared.kernel.sealed import Erased, Sealed
from shared.privacy.opening import Opened
from shared.privacy.purposes import RESOLVERS
from shared.privacy.resolve_subject import DOOR
from shared.privacy.resolver import Resolver
from shared.privacy.retention import RETENTION
from shared.privacy.sealer import WORDS, ToOpen
from shared.privacy.words import SEALED_TEXT
from shared.security.broker import OPERATOR

PURPOSE: Final = "subject-access"
ERASED_TEXT: Final = "已删除 (erased)"
_HIDDEN: Final = "（不属于本人 not this person's）"
_OFFICES: Final = text(
    """
    SELECT id, name FROM (SELECT organisation_id AS id, name FROM organisations
                          UNION ALL SELECT station_id, name FROM stations) AS o
    WHERE position('"' || id || '"' IN :held) > 0
    """
)
_FIELDS: Final = RESOLVERS[OPERATOR].opens[PURPOSE] - {WORDS}
"""Those that have a name of their own; all else that is sealed is what was said by or about the person."""


async def export(data_dir: Path, person_id: str, to: Path, actor: str | None) -> None:
    """Write `person-<id>.json` and `.html` into the directory, readable by nobody else.

    Raises `NotFound` (`person-unknown`) when nothing is held, `Unavailable` when anything cannot be asked.
    """
    installation = find(data_dir)
    by = await acting(data_dir, actor)
    async with database_of(installation.service(DOOR)) as registry:
        await on_record(registry, by, "privacy.export", person_id, purpose=PURPOSE)
        with progress("looking through every table of every service"):
            found = await records_of(installation, person_id)
            # What only says that somebody looked (this very command, for one) is not yet a person.
            if not any(table != "audit" for tables in found.values() for table in tables):
                raise NotFound("person-unknown", f"nothing is held about {person_id}", remedy="check the id")
            texts = await _opened(installation, person_id, found, by)
        replaced = _replaced(found, texts)
        document = _document(person_id, by, replaced, await _names(registry, to_json(replaced)))
        written = await asyncio.to_thread(_write, to, document)
        await on_record(registry, by, "privacy.export", person_id, purpose=PURPOSE, outcome="done")
    for path in written:
        console().print(f"wrote {escape(str(path))}", soft_wrap=True)
    console().print("They hold the person's data in the clear: hand them over and delete them.")


def _write(to: Path, document: dict[str, Any]) -> tuple[Path, Path]:
    to.mkdir(parents=True, exist_ok=True)
    stem = "person-" + re.sub(r"[^A-Za-z0-9._-]", "_", document["person_id"])
    plain, readable = to / f"{stem}.json", to / f"{stem}.html"
    write_private(plain, to_json(document) + "\n")
    write_private(readable, page(document))
    return plain, readable


def _sealed_in(value: Any, field: str, found: set[tuple[str, str]]) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _sealed_in(inner, name, found)
    elif isinstance(value, list):
        for inner in value:
            _sealed_in(inner, field, found)
    elif isinstance(value, str) and SEALED_TEXT.fullmatch(value):
        found.add((_field(field), value))


def _field(name: str) -> str:
    """As what it was sealed."""
    return name if name in _FIELDS else WORDS


async def _opened(
    installation: Installation, person_id: str, found: dict[str, Records], actor: str
) -> dict[tuple[str, str], str]:
    """The texts behind the sealed values, by field and value."""
    sealed: set[tuple[str, str]] = set()
    _sealed_in(found, "", sealed)
    wanted = [ToOpen(person_id, field, Sealed(value)) for field, value in sorted(sealed)]
    if not wanted:
        return {}
    async with connected(installation.nats_url, installation.seed_file) as client:
        opened = await Resolver(client, OPERATOR, PURPOSE, actor=actor, ttl_seconds=0).open_each(wanted)
    return {(one.field, str(one.sealed)): _said(text) for one, text in zip(wanted, opened, strict=True)}


def _said(opened: Opened) -> str:
    if isinstance(opened, Erased):
        return ERASED_TEXT
    return opened if isinstance(opened, str) else _HIDDEN


def _replaced(found: dict[str, Records], texts: dict[tuple[str, str], str]) -> dict[str, Records]:
    def put(value: Any, field: str) -> Any:
        if isinstance(value, dict):
            return {name: put(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [put(inner, field) for inner in value]
        if isinstance(value, str) and SEALED_TEXT.fullmatch(value):
            return texts.get((_field(field), value), _HIDDEN)
        return value

    replace: Callable[[Any, str], Any] = put
    return {service: replace(tables, "") for service, tables in found.items()}


async def _names(registry: AsyncEngine, held: str) -> dict[str, str]:
    """The names of the organisations and stations that occur in it: offices, not persons."""
    async with registry.connect() as connection:
        return {row[0]: row[1] for row in await connection.execute(_OFFICES, {"held": held})}


def _document(person_id: str, actor: str, held: dict[str, Records], names: dict[str, str]) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "made_by": actor,
        "purpose": PURPOSE,
        "personal_data": _latest(held),
        "names": names,
        "held": held,
        "retention": [
            {"class": one.code, "what": one.title, "kept": one.period, "basis": one.basis} for one in RETENTION
        ],
        "not_included": "copies of the same facts: the services' public order and its queue, caches of states,"
        " streams of the broker; all of them sealed under the same key",
    }


def _latest(held: dict[str, Records]) -> dict[str, str]:
    """The personal values as they stand, from the registry's events in their order."""
    found: dict[str, str] = {}
    events = sorted(held.get(DOOR, {}).get("events", []), key=lambda row: int(row["seq"]))
    for event in events:
        for field, value in event["data"].items():
            if field in _FIELDS:
                found[field] = "" if value is None else str(value)
    return found
