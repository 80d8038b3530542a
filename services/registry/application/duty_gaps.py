"""Finds the days on which nobody will be on duty at a station that keeps a roster (domain N04), and says so beforehand."""

from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select

from services.registry.domain.duty.decider import DUTY, ReportGap, duty_id
from services.registry.projections.place_tables import DUTIES
from services.registry.projections.tables import STATIONS
from shared.eventstore.context import Cause
from shared.kernel.calendar import local_date
from shared.kernel.holidays import is_working_day
from shared.messaging.wakeup import Wakeup
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.runtime.rounds import rounds

NOTICE_DAYS: Final = 3
"""So many days beforehand."""

KEPT_WITHIN_DAYS: Final = 14
"""A station of whose roster the last fortnight has nothing keeps none any more, and is not asked for it."""


class DutyGaps:
    """A round every few minutes. Two workers may find one gap: the stream of that day takes it once."""

    def __init__(self, running: Running, wakeup: Wakeup | None = None) -> None:
        self.wakeup = wakeup or Wakeup(first=30.0, slowest=600.0)
        self._running = running

    async def run(self) -> None:
        """Until cancelled."""
        await rounds("duty-gaps", self._round, self.wakeup.wait)

    async def _round(self) -> None:
        self.wakeup.clear()
        await self.do_due()

    async def do_due(self) -> int:
        """Report every gap among the coming working days; returns how many there are, reported now or before."""
        today = local_date(self._running.clock.now())
        coming = [day for day in (today + timedelta(days=n) for n in range(1, NOTICE_DAYS + 1)) if is_working_day(day)]
        planned = DUTIES.c.day.in_(coming) & (func.jsonb_array_length(DUTIES.c.person_ids) > 0)
        lately = DUTIES.c.day >= today - timedelta(days=KEPT_WITHIN_DAYS)
        query = (
            select(
                STATIONS.c.station_id,
                STATIONS.c.organisation_id,
                func.array_agg(DUTIES.c.day).filter(planned).label("days"),
            )
            .join(DUTIES, DUTIES.c.station_id == STATIONS.c.station_id)
            .where(STATIONS.c.closed_on.is_(None), lately)
            .group_by(STATIONS.c.station_id, STATIONS.c.organisation_id)
            .order_by(STATIONS.c.station_id)
        )
        found = 0
        for row in await many(self._running, query):
            for day in coming:
                if day not in (row["days"] or ()):
                    found += 1
                    await self._report(row["station_id"], row["organisation_id"], day)
        return found

    async def _report(self, station_id: str, organisation_id: str, day: date) -> None:
        identity = duty_id(station_id, day)
        command = ReportGap(
            station_id=station_id, organisation_id=organisation_id, day=day, found_at=self._running.clock.now()
        )
        cause = Cause(identity, actor="duty-gaps")
        await self._running.executor.run(lambda unit: unit.handle(DUTY, identity, command), cause)
