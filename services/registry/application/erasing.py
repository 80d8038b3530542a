"""Carries out what was asked to be erased, as soon as nothing stands against it."""

from typing import Any, Final

import structlog
from sqlalchemy import select, text

from services.registry.application import erasure
from services.registry.projections.tables import ERASURES, OPEN_CASES
from shared.eventstore.context import Cause
from shared.eventstore.postgres.store import telling
from shared.messaging.wakeup import Wakeup
from shared.privacy.keyring import Keyring
from shared.runtime.definition import Running
from shared.runtime.rounds import rounds

# The answer to the request that entered a person names their id, and its fingerprint is a digest over their data.
_FORGET_ANSWERS: Final = text(
    "DELETE FROM idempotency_keys WHERE body LIKE :hint AND CAST(body AS jsonb) ->> 'member_id' = :person"
)
log = structlog.get_logger("erasing")


class Erasing:
    """A round every few seconds: a person waits for it at most at a terminal. Repeating any step of it does no harm."""

    def __init__(self, running: Running, keyring: Keyring, wakeup: Wakeup | None = None) -> None:
        self.wakeup = wakeup or Wakeup(first=1.0, slowest=5.0)
        self._running = running
        self._keyring = keyring

    async def run(self) -> None:
        """Until cancelled. What fails is tried again in the next round; `yanzhen_erasures_overdue` tells of it."""
        await rounds("erasing", self._round, self.wakeup.wait)

    async def _round(self) -> None:
        self.wakeup.clear()
        await self.do_due()

    async def do_due(self) -> int:
        """Carry out all that nothing stands against; returns how many. Raises `Unavailable` while a database is away."""
        pending = await self._pending()
        now = self._running.clock.now()
        self._running.metrics.erasures_pending.set(len(pending))
        self._running.metrics.erasures_overdue.set(sum(row["due_at"] < now for row in pending))
        ready = [row for row in pending if row["although_open"] or not row["open"]]
        for row in ready:
            await self._erase(row["person_id"], row["ground"], row["requested_by"])
        return len(ready)

    async def _pending(self) -> list[dict[str, Any]]:
        is_open = select(OPEN_CASES.c.case_id).where(OPEN_CASES.c.member_id == ERASURES.c.person_id).exists()
        query = select(ERASURES, is_open.label("open")).where(ERASURES.c.done_at.is_(None)).order_by(ERASURES.c.due_at)
        async with self._running.reading() as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]

    async def _erase(self, person_id: str, ground: str, asked_by: str) -> None:
        await self._keyring.destroy(person_id)
        await self._forget_answers(person_id)
        await self._running.executor.run(
            lambda unit: erasure.carry_out(unit, person_id, ground), Cause(person_id, actor=asked_by)
        )
        log.info("person.erased", person_id=person_id)

    async def _forget_answers(self, person_id: str) -> None:
        with telling():
            async with self._running.engine.begin() as connection:
                await connection.execute(_FORGET_ANSWERS, {"person": person_id, "hint": f"%{person_id}%"})
