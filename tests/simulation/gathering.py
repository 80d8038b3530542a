"""活动 as people live it: planned with another organisation or alone, agreed to, held with whoever came, or called off."""

from datetime import timedelta
from typing import Any

from services.mobility.application.activities import record
from services.mobility.application.organisations import organisations_above
from services.mobility.domain.activity.decider import (
    ACTIVITY,
    AnswerActivity,
    CancelActivity,
    PlanActivity,
    RecordActivity,
)
from services.mobility.domain.care_terms import Place
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.ids import derived_id
from tests.simulation.asking import in_care
from tests.simulation.clerk import Clerk
from tests.simulation.county import ELSEWHERE, ELSEWHERE_AREA
from tests.simulation.transfers import DAY, HOUR, MINUTE


class Gathering:
    """One activity of those who are away."""

    def __init__(self, clerk: Clerk) -> None:
        self.clerk = clerk
        self.rng = clerk.rng
        self.activity_id = derived_id("activity", clerk.name)
        self.body = ELSEWHERE[1]
        self.partner = self.rng.choice((None, clerk.world.committees[0]))

    async def live(self) -> None:
        """Some agree and cancel in the same moment; some record it twice, with others who came."""
        await self._planned()
        await self.clerk.pause(MINUTE, HOUR)
        await self.clerk.at_once(*(self._answered(agreed) for agreed in self.rng.choice(((True,), (False, True)))))
        await self.clerk.pause(HOUR, DAY)
        drawn = self.rng.random()
        if drawn < 0.3:
            await self.clerk.at_once(self._called_off(), self._held())
        elif drawn < 0.8:
            await self.clerk.at_once(*(self._held() for _ in range(self.rng.choice((1, 2)))))
        else:
            await self._called_off()
        await self.clerk.pause(MINUTE, DAY)
        await self.rng.choice((self._held, self._called_off))()

    def _planned(self) -> Any:
        days = self.rng.choice((0, 1))

        async def plan(unit: UnitOfWork, now: Any) -> None:
            tree = await organisations_above(unit, by=self.body, partner_id=self.partner)
            tree.require_active(by=self.body, partner_id=self.partner)
            await unit.handle(ACTIVITY, self.activity_id, PlanActivity(
                activity_id=self.activity_id, body_id=self.body, partner_id=self.partner, minutes=40, theme="主题党日",
                way="meeting", place=Place(area_code=ELSEWHERE_AREA, place="临港物流城"), planned_at=now,
                planned_on=local_date(now) + timedelta(days=days),
            ))  # fmt: skip

        return self._do("plan", plan)

    def _answered(self, agreed: bool) -> Any:
        async def answer(unit: UnitOfWork, now: Any) -> None:
            await unit.handle(ACTIVITY, self.activity_id, AnswerActivity(
                agreed=agreed, text=None if agreed else "时间冲突", answered_by=self.partner or self.body, answered_at=now,
            ))  # fmt: skip

        return self._do(f"answer {agreed}", answer)

    def _held(self) -> Any:
        cares = in_care(self.clerk.world)
        came = tuple(sorted({row["member_id"] for row in self.rng.sample(cares, min(len(cares), 4))}))
        rows = self.clerk.world.stores["mobility"].data.rows.get("cards", {})
        cards = [key[0] for key, row in sorted(rows.items()) if row["member_id"] in came and row["ended_at"] is None]
        by = self.rng.choice((self.body, self.body, self.partner or self.body))

        async def hold(unit: UnitOfWork, now: Any) -> None:
            command = RecordActivity(
                held_on=local_date(now), minutes=35, member_ids=came, others=2, text=None, recorded_by=by,
                recorded_at=now,
            )  # fmt: skip
            await record(unit, self.activity_id, command, cards, None)

        return self._do("hold", hold)

    def _called_off(self) -> Any:
        async def cancel(unit: UnitOfWork, now: Any) -> None:
            await unit.handle(ACTIVITY, self.activity_id, CancelActivity(
                text="天气原因", cancelled_by=self.body, cancelled_at=now,
            ))  # fmt: skip

        return self._do("call off", cancel)

    def _do(self, what: str, act: Any) -> Any:
        async def job(unit: UnitOfWork) -> Any:
            await act(unit, unit.clock.now())
            return {"activity_id": self.activity_id}

        return self.clerk.ask("mobility", what, job, self.activity_id)


async def gathering(clerk: Clerk) -> None:
    """An activity where members are away."""
    await Gathering(clerk).live()
