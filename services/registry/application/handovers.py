"""Carries out the orders to hand over organisations whose day has come, each of them whole or not at all."""

from datetime import date
from typing import Any

import structlog
from sqlalchemy import select

from services.registry.application.reorganising import hand_over
from services.registry.domain.reorganisation.commands import FailHandover, HandOver
from services.registry.domain.reorganisation.decider import REORGANISATION
from services.registry.projections.reorganisations import TABLE as ORDERS
from shared.eventstore.context import Cause
from shared.kernel.calendar import local_date
from shared.kernel.errors import Invalid, Refused
from shared.messaging.wakeup import Wakeup
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.runtime.rounds import rounds

log = structlog.get_logger("handovers")


class Handovers:
    """A round every few seconds to a minute. Two workers may meet on one order: the stream takes it once."""

    def __init__(self, running: Running, wakeup: Wakeup | None = None) -> None:
        self.wakeup = wakeup or Wakeup(first=5.0, slowest=60.0)
        self._running = running

    async def run(self) -> None:
        """Until cancelled."""
        await rounds("handovers", self._round, self.wakeup.wait)

    async def _round(self) -> None:
        self.wakeup.clear()
        await self.do_due()

    async def do_due(self) -> int:
        """Carry out all whose day has come, the earliest first; returns how many were settled, either way."""
        today = local_date(self._running.clock.now())
        due = select(ORDERS).where(ORDERS.c.status == "scheduled", ORDERS.c.on_day <= today)
        rows = await many(self._running, due.order_by(ORDERS.c.on_day, ORDERS.c.reorganisation_id))
        for row in rows:
            await self._carry_out(row, today)
        return len(rows)

    async def _carry_out(self, row: dict[str, Any], today: date) -> None:
        said = ("reorganisation_id", "organisation_ids", "to_parent_id", "ordered_by", "reason")
        command = HandOver(**{name: row[name] for name in said}, on=row["on_day"], today=today)
        identity = command.reorganisation_id
        cause = Cause(identity, actor=f"order:{identity}")
        try:
            await self._running.executor.run(lambda unit: hand_over(unit, command), cause)
        except (Refused, Invalid) as error:
            failed = FailHandover(code=error.code, detail=error.detail, on=today)
            await self._running.executor.run(lambda unit: unit.handle(REORGANISATION, identity, failed), cause)
            log.warning("handover.failed", reorganisation_id=identity, code=error.code)
