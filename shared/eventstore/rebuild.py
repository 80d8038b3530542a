"""Rebuilding read models beside the running ones.

The new tables get the next number, are filled from the events while the old ones go on serving and being written, and
take over by flipping the views. Only the last stretch holds writers up, while the newest few events are projected.
Nobody else has to know, since all reading and writing goes through the views.

Own facts come from the events table, foreign ones from the streams that the service consumes, up to its cursors.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.eventstore.filling import Filling, ForeignHistory
from shared.eventstore.model import ServiceModel
from shared.eventstore.projection import Projection
from shared.eventstore.shadow import REBUILDS, Shadow

AT_ONCE = 2
"""Read models of which the indexes are made at the same time."""

log = structlog.get_logger("rebuild")


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: facts projected, rows per table (before, after), and how many rows differ."""

    projection: str
    version: int
    facts: int
    rows: dict[str, tuple[int, int]]
    different: int


async def bring_up_projections(
    engine: AsyncEngine, model: ServiceModel, history: ForeignHistory | None = None
) -> list[str]:
    """Make the tables of new projections and rebuild those whose version was raised. Returns their names."""
    outdated = await outdated_projections(engine, model)
    await rebuild_all(engine, model, outdated, history)
    return [projection.name for projection in outdated]


async def outdated_projections(engine: AsyncEngine, model: ServiceModel) -> list[Projection]:
    """Those whose tables are missing, or of an older version than the code."""
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT name, version FROM projections"))).all()
    live = {name: version // REBUILDS for name, version in rows}
    return [p for p in model.projections if live.get(p.name, -1) < p.version]


async def rebuild(
    engine: AsyncEngine, model: ServiceModel, projection: Projection, history: ForeignHistory | None = None
) -> Rebuilt:
    """Rebuild one, as `rebuild_all`."""
    [rebuilt] = await rebuild_all(engine, model, [projection], history)
    return rebuilt


async def rebuild_all(
    engine: AsyncEngine, model: ServiceModel, projections: Iterable[Projection], history: ForeignHistory | None = None
) -> list[Rebuilt]:
    """Build the projections' tables anew from events that are read once for all of them, and flip to them one by one.

    Raises `Unavailable` when foreign history is needed and cannot be read, or the first error; what is flipped by then
    stays, and of the others the old tables go on serving.
    """
    async with engine.begin() as connection:
        shadows = [await Shadow.make(connection, model, projection) for projection in projections]
    if not shadows:
        return []
    filling = Filling(engine, model, shadows, history)
    await filling.catch_up()
    waiting, done, one_flips = iter(shadows), dict[str, Rebuilt](), asyncio.Lock()

    async def work() -> None:
        for shadow in waiting:
            done[shadow.projection.name] = await _take_over(engine, shadow, filling.only(shadow), one_flips)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return [done[shadow.projection.name] for shadow in shadows]


async def _take_over(engine: AsyncEngine, shadow: Shadow, filling: Filling, one_flips: asyncio.Lock) -> Rebuilt:
    """`one_flips`: writers never wait for two at the same time."""
    async with engine.begin() as connection:
        await shadow.make_indexes(connection)
    await filling.catch_up()
    async with one_flips, engine.begin() as connection:
        await filling.finish(connection)
        rows, different = await shadow.compare(connection)
        await shadow.flip(connection)
    projection = shadow.projection
    done = Rebuilt(projection.name, shadow.number, filling.facts(projection), rows, different)
    log.info("projection.rebuilt", name=done.projection, version=done.version, facts=done.facts, different=different)
    return done
