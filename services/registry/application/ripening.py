"""Looks at every unit that is worked with step by step: which steps are there, which are late, and whether it is ripe."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import select, text

from services.registry.application.gaps import Judged, judge, units_standing
from services.registry.application.rules_in_force import rules_of
from services.registry.application.standing import STANDING
from services.registry.domain.ripening.decider import RIPENING, EndRipening, NoteStanding, RipeningCommand
from services.registry.domain.vocabulary import WorkMeans
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

Standing = tuple[Mapping[str, Judged], Mapping[str, Collection[WorkMeans]]]
"""The units of a place as they stand, and the means by which each is worked with."""


class RipeningWatch:
    """A round every few minutes. Two workers may look at one unit: its stream says each thing once."""

    def __init__(self, running: Running) -> None:
        self._running = running

    async def look(self) -> int:
        """Look at all of them, place by place; returns of how many there was something to say."""
        told = 0
        for area_code, units in groupby(await self._open(), lambda row: str(row["area_code"])):
            now = self._running.clock.now()
            today, rows = local_date(now), list(units)
            standing, there = await self._standing(area_code, today)
            for uscc, closed_on in ((row["uscc"], row["closed_on"]) for row in rows):
                if closed_on is not None and closed_on <= today:
                    told += await self._tell(uscc, EndRipening(ground="closed", on=today))
                elif uscc in standing:  # what is entered for a day to come is not there yet
                    told += await self._tell(uscc, _command(standing[uscc], there.get(uscc, ()), now))
        return told

    async def _tell(self, uscc: str, command: RipeningCommand) -> bool:
        cause = Cause(uscc, actor="ripening")
        return bool(await self._running.executor.run(lambda unit: unit.handle(RIPENING, uscc, command), cause))

    async def _open(self) -> list[dict[str, Any]]:
        place = UNITS.c.area_code
        query = select(RIPENINGS.c.uscc, place, UNITS.c.closed_on).join(UNITS, UNITS.c.uscc == RIPENINGS.c.uscc)
        return await many(self._running, query.where(RIPENINGS.c.status != "ended").order_by(place, RIPENINGS.c.uscc))

    async def _standing(self, area_code: str, day: date) -> Standing:
        async with self._running.reading() as connection:
            rules = (await rules_of(connection, area_code, day)).rules
            judged = judge(rules, await units_standing(connection, area_code, day))
            there = await connection.execute(_MEANS, {"day": day, "prefix": area_prefix(area_code)})
            means = {row["uscc"]: row["there"] for row in there.mappings()}
        return {one.unit["uscc"]: one for one in judged}, means


def _command(found: Judged, there: Collection[WorkMeans], now: datetime) -> RipeningCommand:
    if found.unit["modes"]:
        return EndRipening(ground="covered", on=local_date(now))
    return NoteStanding(there=frozenset(there), proposal=found.proposal, at=now)
