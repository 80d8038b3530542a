"""Listing, showing and settling dead letters."""

import asyncio
from pathlib import Path

from rich.markup import escape

from services.cli.acting import acting
from services.cli.installation import Installation, KnownService, find
from services.cli.on_record import on_record
from services.cli.output import console, progress, table
from services.cli.service_reading import database_of
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.records import HeldMessage
from shared.kernel.errors import NotFound, Refused, Unavailable

OPEN = ("dead", "replay", "discard")
_INBOUND = "inbound."
_PATIENCE_SECONDS = 15.0

Letter = tuple[int, str, HeldMessage]


async def list_letters(data_dir: Path, service: str | None, everything: bool) -> None:
    """Print a table of dead letters."""
    installation = find(data_dir)
    asked = [installation.service(service)] if service else list(installation.services.values())
    shown = table("Dead letters", "service", "no.", "status", "source", "position", "type", "why")
    count = 0
    for one in asked:
        for number, status, message in await _letters(one):
            if everything or status in OPEN:
                count += 1
                shown.add_row(
                    one.name, str(number), status, message.source, str(message.position), escape(message.type),
                    escape(f"{message.code}: {message.detail}"[:160]),
                )  # fmt: skip
    console().print(shown if count else "No dead letters.")


async def show_letter(data_dir: Path, service: str, number: int) -> None:
    """Print one dead letter without its body."""
    known = find(data_dir).service(service)
    _, status, message = await _letter(known, number)
    async with database_of(known) as engine:
        waiting = await PostgresStore(engine).parked_messages(message.consumer, message.source, message.key, 10_000)
    shown = table(f"Dead letter {number} of {known.name}", "what", "value")
    shown.add_row("status", status)
    shown.add_row("why", escape(f"{message.code}: {message.detail}"))
    shown.add_row("from", f"{message.source} at {message.position}, partition {message.partition}")
    shown.add_row("type", escape(message.type))
    shown.add_row("body", f"{len(message.data)} bytes, not shown")
    shown.add_row("waiting behind it", str(len(waiting)))
    for name, value in sorted(message.headers.items()):
        shown.add_row(escape(name), escape(value))
    console().print(shown)


async def settle(data_dir: Path, service: str, number: int, wish: str) -> None:
    """Ask the service to replay or discard one, and wait for what becomes of it.

    Raises `Refused` when it cannot be, `Unavailable` when the service does not get to it.
    """
    installation = find(data_dir)
    by = await acting(data_dir)
    known = installation.service(service)
    _, status, message = await _letter(known, number)
    if status not in OPEN:
        raise Refused(
            "settled-already", f"dead letter {number} of {service} is {status}", remedy="nothing is left to do"
        )
    async with database_of(known) as engine:
        await on_record(engine, by, f"dlq.{wish}", number=number, type=message.type)
    if message.source.startswith(_INBOUND):
        await _settle_inbound(known, number, wish)
        return
    async with database_of(known) as engine:
        await PostgresStore(engine).request_dead_letter(number, wish)
    with progress(f"waiting for {service}"):
        status, after = await _wait(installation, known, number)
    if status == "dead":
        raise Refused(
            "failed-again", f"{after.code}: {after.detail}", remedy="remove the cause, then replay it once more"
        )
    console().print(f"Dead letter {number} of {service} is {status}.")


async def _settle_inbound(known: KnownService, number: int, wish: str) -> None:
    """What came from outside has been refused to its sender; no key waits behind it."""
    if wish == "replay":
        raise Refused(
            "sender-was-told",
            "a refused message from outside is not replayed: its sender was told why and sends a corrected one",
            remedy=f"discard it with `yanzhen dlq discard {known.name} {number}`",
        )
    async with database_of(known) as engine:
        await PostgresStore(engine).request_dead_letter(number, "discarded")
    console().print(f"Dead letter {number} of {known.name} is discarded.")


async def _wait(installation: Installation, known: KnownService, number: int) -> tuple[str, HeldMessage]:
    async with installation.broker() as client:
        await client.publish(f"bell.{known.name}-dlq")
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                _, status, message = await _letter(known, number)
                if status not in ("replay", "discard"):
                    return status, message
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise Unavailable(
            "not-settled-yet",
            f"{known.name} has not got to dead letter {number} within {_PATIENCE_SECONDS:g} s",
            remedy="it will, unless it is down: see `yanzhen doctor`",
        ) from None


async def _letters(known: KnownService) -> list[Letter]:
    async with database_of(known) as engine:
        return await PostgresStore(engine).dead_letters()


async def _letter(known: KnownService, number: int) -> Letter:
    for letter in await _letters(known):
        if letter[0] == number:
            return letter
    raise NotFound("no-dead-letter", f"{known.name} has no dead letter {number}", remedy="see `yanzhen dlq list`")
