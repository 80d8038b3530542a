"""Asking for a person's data to be erased, and seeing what became of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

import typer
from rich.markup import escape
from sqlalchemy import text

from services.cli.acting import acting
from services.cli.command_executor import executor_on
from services.cli.installation import Installation, find
from services.cli.output import console, progress, table
from services.cli.service_reading import database_of
from services.registry.application import erasure
from services.registry.domain.member.state import MemberState
from services.registry.domain.vocabulary import ErasureGround
from shared.eventstore.context import Cause
from shared.kernel.calendar import SHANGHAI
from shared.kernel.errors import Invalid, Refused, Unavailable
from shared.privacy.resolve_subject import DOOR
from shared.privacy.retention import RETENTION

GROUNDS: Final = ErasureGround.__args__  # type: ignore[attr-defined]
_PATIENCE: Final = 30.0
_STUB: Final = next(one for one in RETENTION if one.code == "letter-stub")
_LETTERS: Final = text(
    "SELECT count(*) FROM transfers WHERE member_id = :person AND letter_number IS NOT NULL AND requested_at > :since"
)
_LIST: Final = text(
    """
    SELECT e.person_id, e.ground, e.requested_by, e.requested_at, e.due_at, e.done_at, e.although_open,
           (SELECT count(*) FROM open_cases AS c WHERE c.member_id = e.person_id) AS open
    FROM erasures AS e WHERE :all OR e.done_at IS NULL ORDER BY e.due_at LIMIT 500
    """
)


async def erase(
    data_dir: Path, person_id: str, ground: str, actor: str | None, *, although_open: bool, asking: bool
) -> None:
    """Ask for it, and wait until it is done where nothing stands against it.

    Raises `Refused` (`member-unknown`), `Invalid` (`bad-ground`), `Unavailable` when the registry does not get to it.
    """
    if ground not in GROUNDS:
        raise Invalid("bad-ground", f"{ground!r} is no ground for an erasure", remedy=f"one of {', '.join(GROUNDS)}")
    installation = find(data_dir)
    registry = installation.service(DOOR)
    by = await acting(data_dir, actor)
    async with database_of(registry) as engine:
        executor = executor_on(engine, registry, installation)
        known: MemberState = await executor.run(lambda unit: _state(unit, person_id), Cause(person_id, actor=by))
        if not known.is_admitted:
            raise Refused("member-unknown", f"there is no member {person_id}", remedy="check the id")
        if known.is_erased:
            console().print(f"{escape(person_id)} was erased before; nothing readable is left.", soft_wrap=True)
            return
        if asking:
            await _confirm(installation, person_id)
        state, waits_for = await executor.run(
            lambda unit: erasure.request(unit, person_id, cast("ErasureGround", ground), although_open=although_open),
            Cause(person_id, actor=by),
        )
        if waits_for and not state.erasure_forced:
            _explain(person_id, waits_for, state)
            return
        with progress("waiting for the registry"):
            await _done(executor, person_id)
    console().print(
        f"{escape(person_id)} is erased: the key is destroyed, no number leads to them, and every service was told.",
        soft_wrap=True,
    )


async def list_erasures(data_dir: Path, *, everything: bool) -> None:
    """Print what was asked for, the most urgent first."""
    installation = find(data_dir)
    async with database_of(installation.service(DOOR)) as engine, engine.connect() as connection:
        rows = (await connection.execute(_LIST, {"all": everything})).mappings().all()
    if not rows:
        console().print("No erasure is waiting.")
        return
    now = datetime.now(UTC) + timedelta(seconds=installation.files.clock_shift if installation.record else 0)
    shown = table("Erasures (删除请求)", "person", "ground", "asked for by", "asked", "due", "state")
    for row in rows:
        shown.add_row(
            escape(row["person_id"]), row["ground"], escape(row["requested_by"]), _day(row["requested_at"]),
            _day(row["due_at"]), _state_of(row, now),
        )  # fmt: skip
    console().print(shown)


async def _state(unit: Any, person_id: str) -> MemberState:
    from services.registry.domain.member.decider import MEMBER

    state: MemberState = await unit.peek(MEMBER, person_id)
    return state


async def _confirm(installation: Installation, person_id: str) -> None:
    since = _STUB.before(datetime.now(UTC))
    async with database_of(installation.service("mobility")) as engine, engine.connect() as connection:
        letters = (await connection.execute(_LETTERS, {"person": person_id, "since": since})).scalar_one()
    if letters:
        typer.echo(
            f"{letters} letters of introduction (介绍信) of this person are within their {_STUB.period} ({_STUB.basis}):"
            " their stubs will say who issued what and when, and no longer to whom.",
            err=True,
        )
    typer.confirm(f"Erase everything that is readable about {person_id}? It cannot be undone.", abort=True, err=True)


def _explain(person_id: str, waits_for: list[str], state: MemberState) -> None:
    out = console()
    out.print(f"The erasure of {escape(person_id)} is asked for and waits: {len(waits_for)} open cases need the data.")
    for case in waits_for:
        out.print(f"  {escape(case)}  (yanzhen trace {escape(case)})", soft_wrap=True)
    due = "" if state.erasure_due_at is None else f" It is due on {_day(state.erasure_due_at)}."
    out.print(f"It is carried out by itself once they are closed; --although-open does not wait.{due}", soft_wrap=True)


async def _done(executor: Any, person_id: str) -> None:
    try:
        async with asyncio.timeout(_PATIENCE):
            while True:
                stored = await executor.repository.store.find_rows("erasures", {"person_id": person_id})
                if stored and stored[0]["done_at"] is not None:
                    return
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise Unavailable(
            "not-erased-yet",
            f"the registry has not carried it out within {_PATIENCE:g} s",
            remedy="it will, unless it is down: see `yanzhen doctor` and `yanzhen privacy erasures`",
        ) from None


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d}"


def _state_of(row: Any, now: datetime) -> str:
    if row["done_at"] is not None:
        return f"done {_day(row['done_at'])}"
    late = "overdue, " if row["due_at"] < now else ""
    return late + (f"waits for {row['open']} open cases" if row["open"] and not row["although_open"] else "under way")
