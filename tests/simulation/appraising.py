"""双向评议 as people live it: both ends appraise, one corrects itself or stays silent, the member says what they think."""

from datetime import timedelta
from typing import Any, Final, cast

from services.mobility.application.appraisals import sides_of, standard
from services.mobility.domain.appraisal.commands import (
    AppraisalCommand,
    Appraise,
    AppraiseBody,
    DecideAppraisal,
    Grade,
    OpenAppraisal,
)
from services.mobility.domain.appraisal.decider import APPRAISAL, Appraisal
from services.mobility.domain.care_terms import PartyRole
from services.mobility.domain.form.items import FormItem, Items
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import end_of_day, local_date
from tests.simulation.asking import in_care, issue
from tests.simulation.clerk import Clerk
from tests.simulation.transfers import DAY, HOUR, MINUTE
from tests.simulation.words import saying

_GRADES: Final[tuple[Grade, ...]] = ("excellent", "qualified", "unqualified")
_STANDARD: Final[Items] = tuple(
    FormItem(item_id=aspect, text="表现如何", options=("好", "一般"), aspect=aspect)
    for aspect in ("standard", "demand", "goal")
)
_OF_BODIES: Final[Items] = (FormItem(item_id="cares", text="组织关心吗", options=("是", "否")),)


class YearAppraised:
    """The year of one member in care. Sides are asked in any order, often at once."""

    def __init__(self, clerk: Clerk, care: dict[str, Any]) -> None:
        self.clerk = clerk
        self.rng = clerk.rng
        self.care_id = str(care["care_id"])
        self.member = str(care["member_id"])
        self.year = local_date(clerk.world.clock.now()).year
        self.appraisal_id = f"{self.care_id}.{self.year}"
        self.body = clerk.world.parents[str(care["origin_id"])]

    async def live(self) -> None:
        """From the opening to the decision, which some ask for too early and some give twice."""
        partner: PartyRole = self.rng.choice(("station", "station", "destination"))
        await self._opened()
        if self.rng.random() < 0.4:
            await self._decided()
        await self.clerk.pause(MINUTE, HOUR, DAY)
        await self.clerk.at_once(self._appraised("origin"), *([self._decided()] if self.rng.random() < 0.3 else []))
        if self.rng.random() < 0.2:
            await self.clerk.pause(9 * DAY, 12 * DAY)  # one side is silent, and its superior is told
        both = self._appraised(partner), self._appraised(self.rng.choice(("origin", partner)))
        await self.clerk.at_once(*both, self._of_body("origin"))
        await self.clerk.at_once(self._of_body(partner), self._of_body(partner))
        await self.clerk.pause(MINUTE, DAY)
        await self.clerk.at_once(*(self._decided() for _ in range(self.rng.choice((1, 2)))))

    async def _opened(self) -> None:
        await issue(self.clerk, "members", "appraisal", _STANDARD)
        await issue(self.clerk, "bodies", "appraisal_of_bodies", _OF_BODIES)
        days = self.rng.choice((0, 1, 3))

        async def opened(unit: UnitOfWork, now: Any, _: Any) -> OpenAppraisal:
            sides = await sides_of(unit, self.care_id, self.body)
            return OpenAppraisal(
                appraisal_id=self.appraisal_id, care_id=self.care_id, year=self.year,
                standard=await standard(unit, "members", 1, "appraisal"),
                of_bodies=await standard(unit, "bodies", 1, "appraisal_of_bodies"),
                due_at=end_of_day(local_date(now) + timedelta(days=days)), opened_by=self.body, opened_at=now, **sides,
            )  # fmt: skip

        await self.clerk.at_once(*(self._do("open", opened) for _ in range(self.rng.choice((1, 2)))))

    def _appraised(self, role: PartyRole) -> Any:
        grade: Grade = self.rng.choice(_GRADES)

        async def appraised(unit: UnitOfWork, now: Any, words: Any) -> Appraise:
            return Appraise(
                role=role, grade=grade, answers={item.item_id: "好" for item in _STANDARD}, text=words,
                appraised_by=await self._side(unit, role), person_id="secretary", appraised_at=now,
                decide_by=end_of_day(local_date(now) + timedelta(days=1)),
            )  # fmt: skip

        return self._do(f"appraise {role}", appraised)

    def _of_body(self, role: PartyRole) -> Any:
        said, by = self.rng.choice(("是", "否")), self.rng.choice((self.body, None))

        async def of_body(unit: UnitOfWork, now: Any, _: Any) -> AppraiseBody:
            entered_by = by or await self._side(unit, role)
            return AppraiseBody(role=role, answers={"cares": said}, entered_by=entered_by, said_at=now)

        return self._do(f"say of {role}", of_body)

    def _decided(self) -> Any:
        grade: Grade = self.rng.choice(_GRADES)

        async def decided(unit: UnitOfWork, now: Any, words: Any) -> DecideAppraisal:
            state: Appraisal = await unit.state(APPRAISAL, self.appraisal_id)
            return DecideAppraisal(
                grade=grade, text=words, decided_by=state.known.body_id, person_id="secretary", decided_at=now
            )

        return self._do("decide", decided)

    async def _side(self, unit: UnitOfWork, role: PartyRole) -> str:
        """Whoever speaks for that side: it, or its superior once it has been silent."""
        state: Appraisal = await unit.state(APPRAISAL, self.appraisal_id)
        side, question = state.side(role), state.open.get(role)
        return cast("str", side.superior_id) if question and question.overdue else side.organisation_id

    def _do(self, what: str, make: Any) -> Any:
        async def act(unit: UnitOfWork, words: Any) -> Any:
            unit.cause = unit.cause.with_correlation(self.care_id)
            command: AppraisalCommand = await make(unit, unit.clock.now(), words)
            await unit.handle(APPRAISAL, self.appraisal_id, command)
            return {"appraisal_id": self.appraisal_id}

        said = saying(self.member, "表现良好", act)
        return self.clerk.ask_prepared("mobility", what, said, self.appraisal_id)


async def appraisal(clerk: Clerk) -> None:
    """The year of somebody who is away is appraised by both ends, and decided about by the body above."""
    cares = [row for row in in_care(clerk.world) if row["origin_id"] in clerk.world.parents]
    if cares:
        await YearAppraised(clerk, clerk.rng.choice(cares)).live()
