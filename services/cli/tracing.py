"""Reading a journey from the services' databases, and drawing it."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text
from rich.tree import Tree
from sqlalchemy import text

from services.cli.installation import KnownService, find
from services.cli.journey import Delivery, Journey, Step, deliveries, journey
from services.cli.output import console, progress, table
from services.cli.service_reading import database_of
from shared.kernel.calendar import SHANGHAI
from shared.kernel.errors import NotFound, Unavailable

STREAMS = ("transfer", "relocation")
"""Kinds of stream that one may name by the identity alone."""
LIMIT = 5_000
_SHORT = 8

_COLOURS = {"registry": "green", "mobility": "cyan", "assessment": "magenta", "notify": "yellow"}

# Only these fields leave the database: identifiers and codes. The rest of an event may hold personal data.
_FIND = text(
    """
    SELECT event_id, type, stream_id, version, meta->>'causation_id', coalesce(meta->>'actor', ''), recorded_at,
           correlation_id = :story OR stream_id = ANY(CAST(:streams AS text[])),
           data->>'message_id', data->>'party_id', data->>'channel', data->>'template', data->>'code',
           CASE WHEN type = 'transfer-accepted' THEN data->'parties' END, correlation_id
    FROM events
    WHERE correlation_id = ANY(CAST(:stories AS text[])) OR stream_id = ANY(CAST(:streams AS text[]))
    ORDER BY recorded_at, seq LIMIT :limit
    """
)


async def show_journey(data_dir: Path, story: str, *, everything: bool = False) -> None:
    """Print the journey; with `everything`, each step of each message too.

    Raises `NotFound` (`no-such-story`), or `Unavailable` when no service can be asked.
    """
    services = [one for one in find(data_dir).services.values() if one.database_url]
    with progress("reading the services' events"):
        found, stories, silent = await _ask(services, story, {story})
        if further := stories - {story}:
            # The transfer was asked for under another name than its own: its effects elsewhere bear that one.
            found, _, silent = await _ask(services, story, {story} | further)
    told = journey(found, deliveries_too=everything)
    if told is None:
        raise NotFound("no-such-story", f"no service knows {story}", remedy="give the id of a transfer or relocation")
    out = console()
    _draw(out, story, told)
    if sent := deliveries(told.steps):
        _draw_deliveries(out, sent, told)
    for name in silent:
        out.print(f"{name} could not be asked: its part is missing (see `yanzhen doctor`).")
    if len(found) >= LIMIT:
        out.print(f"Only the first {LIMIT} events per service were read.")


async def _ask(
    services: list[KnownService], story: str, stories: Collection[str]
) -> tuple[list[Step], set[str], list[str]]:
    answers = await asyncio.gather(*(_events(one, story, stories) for one in services), return_exceptions=True)
    steps: list[Step] = []
    correlations: set[str] = set()
    silent: list[str] = []
    for one, answer in zip(services, answers, strict=True):
        if isinstance(answer, Unavailable):
            silent.append(one.name)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            steps += answer[0]
            correlations |= answer[1]
    if services and len(silent) == len(services):
        raise next(answer for answer in answers if isinstance(answer, Unavailable))
    return steps, correlations, silent


async def _events(one: KnownService, story: str, stories: Collection[str]) -> tuple[list[Step], set[str]]:
    asked = {"story": story, "stories": list(stories), "limit": LIMIT}
    asked["streams"] = [story, *(f"{kind}-{story}" for kind in STREAMS)]
    async with database_of(one) as engine, engine.connect() as connection:
        rows = (await connection.execute(_FIND, asked)).all()
    fields: list[tuple[Any, ...]] = [(one.name, *row[:-2], _roles(row[-2])) for row in rows]
    steps = [Step(*values) for values in fields]
    return steps, {row[-1] for row in rows}


def _roles(parties: Any) -> dict[str, str]:
    """Party → role, as frozen in the acceptance."""
    return {party["party_id"]: party["role"] for party in parties or ()}


def _draw(out: Console, story: str, told: Journey) -> None:
    tree = Tree(Text.assemble((escape(story), "bold"), f"  began {_local(told.began)}"), guide_style="dim")
    waiting: list[tuple[Tree, Step]] = [(tree, step) for step in reversed(told.roots)]
    while waiting:
        branch, step = waiting.pop()
        grown = branch.add(_line(step, told.began))
        waiting += [(grown, effect) for effect in reversed(told.caused[step.event_id])]
    out.print(tree)


def _line(step: Step, began: datetime) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{step.service:<10} ", _COLOURS.get(step.service, "blue"))
    line.append(step.type, "bold")
    line.append(f"  {_local(step.at, '%H:%M:%S.%f')[:-3]}  {_after(began, step.at)}")
    if step.party_id and step.channel:
        line.append(f"  {step.party_id} {step.channel}", "dim")
    elif step.causation_id is None:
        line.append(f"  by {step.actor}", "dim")
    return line


def _draw_deliveries(out: Console, sent: list[Delivery], told: Journey) -> None:
    roles = {party: role for step in told.steps for party, role in step.roles.items()}
    channels = sorted({one.channel for one in sent})
    by_party: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for one in sent:
        row = by_party.setdefault((roles.get(one.party_id, ""), one.party_id, one.template), {})
        row.setdefault(one.channel, []).append(f"{one.outcome} {_after(told.began, one.at)}")
    shown = table("Messages", "party", "", "message", *channels)
    for (role, party_id, template), cells in sorted(by_party.items()):
        short = party_id if len(party_id) <= _SHORT else f"{party_id[:_SHORT]}…"
        shown.add_row(short, role, template, *("\n".join(cells.get(channel, ())) for channel in channels))
    out.print(shown)


def _local(at: datetime, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    return at.astimezone(SHANGHAI).strftime(form)


def _after(began: datetime, at: datetime) -> str:
    """`+12 ms`, `+3.4 s`, `+2 h 5 min`, `+31 d`: readable for milliseconds and for months."""
    seconds = (at - began).total_seconds()
    if seconds < 1:
        return f"+{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"+{seconds:.1f} s"
    if seconds < 86_400:
        return f"+{seconds // 3600:.0f} h {seconds % 3600 // 60:.0f} min"
    return f"+{seconds / 86_400:.1f} d"
