"""Looks at every unit that is worked with step by step: which steps are there, which are late, and whether it is ripe."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.application.gaps import Judged, judge, units_standing
from services.registry.application.rules_in_force import rules_of
from services.registry.application.standing import STANDING
from services.registry.domain.ripening.decider import RIPENING, EndRipening, NoteStanding, RipeningCommand
from services.registry.projections.ripening import RIPENINGS
from services.registry.projections.unit_tables import UNITS
from shared.eventstore.context import Cause
from shared.kernel.calendar import local_date
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.security.policy import area_prefix

_MEANS: Final = text(
    STANDING
    + """
SELECT s.uscc, array_remove(ARRAY[
    CASE WHEN instructor THEN 'instructor' END, CASE WHEN liaison THEN 'liaison' END,
    CASE WHEN trade_union THEN 'trade_union' END, CASE WHEN youth_league THEN 'youth_league' END,
    CASE WHEN womens_federation THEN 'womens_federation' END
], NULL) AS there
FROM standing AS s JOIN ripenings AS r USING (uscc) WHERE r.status <> 'ended'
"""
)


async def look_after(running: Running) -> int:
    """Look at all of them, place by place; returns of how many there was something to say. Two workers may look at one unit:
    its stream says each thing once.
    """
    today = local_date(running.clock.now())
    place = UNITS.c.area_code
    query = select(RIPENINGS.c.uscc, place).join(UNITS, UNITS.c.uscc == RIPENINGS.c.uscc)
    rows = await many(running, query.where(RIPENINGS.c.status != "ended").order_by(place, RIPENINGS.c.uscc))
    told = 0
    for area_code, units in groupby(rows, lambda row: str(row["area_code"])):
        async with running.reading() as connection:
            standing = await _standing(connection, area_code, today)
            there = await _there(connection, area_code, today)
        for row in units:
            uscc = row["uscc"]
            told += await _tell(running, uscc, _command(running, standing.get(uscc), there.get(uscc, ()), today))
    return told


async def _standing(connection: AsyncConnection, area_code: str, day: date) -> Mapping[str, Judged]:
    rules = (await rules_of(connection, area_code, day)).rules
    judged = judge(rules, await units_standing(connection, area_code, day))
    return {one.unit["uscc"]: one for one in judged}


async def _there(connection: AsyncConnection, area_code: str, day: date) -> Mapping[str, Any]:
    rows = await connection.execute(_MEANS, {"day": day, "prefix": area_prefix(area_code)})
    return {row["uscc"]: row["there"] for row in rows.mappings()}


def _command(running: Running, found: Judged | None, there: Any, today: date) -> RipeningCommand:
    if found is None:
        return EndRipening(ground="closed", on=today)
    if found.unit["modes"]:
        return EndRipening(ground="covered", on=today)
    return NoteStanding(there=frozenset(there), proposal=found.proposal, at=running.clock.now())


async def _tell(running: Running, uscc: str, command: RipeningCommand) -> bool:
    cause = Cause(uscc, actor="ripening")
    return bool(await running.executor.run(lambda unit: unit.handle(RIPENING, uscc, command), cause))
