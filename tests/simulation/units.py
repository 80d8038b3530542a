"""两新组织 as people live it: entered, looked into, worked with step by step until there is an organisation, or closed."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from services.registry.application import closing_units, covering, founding, posts
from services.registry.domain.formation_plan.commands import AbandonPlan, AdoptPlan
from services.registry.domain.formation_plan.decider import FORMATION_PLAN
from services.registry.domain.founding.decider import ApplyForFounding, DecideFounding
from services.registry.domain.post.commands import AssignPost
from services.registry.domain.ripening.decider import RIPENING, EndRipening, PlanRipening
from services.registry.domain.ripening.events import Step
from services.registry.domain.unit.commands import ChangeUnit, CloseUnit, CoverUnit, EndCover, RegisterUnit, SurveyUnit
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.kinds import kind_of
from services.registry.domain.vocabulary import WorkMeans
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.event import Command
from tests.simulation.clerk import Clerk
from tests.simulation.transfers import DAY, HOUR, MINUTE

_MEANS: Final[tuple[WorkMeans, ...]] = ("instructor", "trade_union", "youth_league", "womens_federation")
MOST_DOINGS: Final = 6

Done = Callable[[UnitOfWork, Any], Awaitable[Any]]
"""Carries out the command that was made."""


class UnitLife:
    """What is done about one unit. Several look after the same one: there are few."""

    def __init__(self, clerk: Clerk) -> None:
        self.clerk = clerk
        self.rng = clerk.rng
        self.unit = clerk.rng.choice(clerk.world.territory.units)
        self.uscc = self.unit.uscc
        self.body = clerk.rng.choice(clerk.world.committees[:2])

    async def live(self) -> None:
        """Entered by one or by two at once, looked into, planned for; then a few things that happen to units."""
        await self.clerk.at_once(*(self.entered() for _ in range(self.rng.choice((1, 1, 2)))))
        await self.clerk.at_once(self.looked_into(), self.looked_into())
        await self.clerk.at_once(self.worked_with(), self.planned())
        for _ in range(self.rng.randint(2, MOST_DOINGS)):
            await self.clerk.pause(MINUTE, HOUR, DAY, 3 * DAY)
            if self.clerk.world.closing:
                return
            await self.clerk.at_once(*(one() for one in self.rng.sample(self._doings(), self.rng.choice((1, 1, 2)))))
        if self.rng.random() < 0.3:
            await self.clerk.at_once(self.looked_into(5), self.worked_with())

    def _doings(self) -> list[Callable[[], Any]]:
        again = [self.looked_into, self.worked_with, self.served]
        ends = [self.covered, self.uncovered, self.applied_for, self.let_be, self.moved]
        return [*again, *again, *ends, self.closed]

    def entered(self) -> Any:
        staff = self.unit.staff if self.rng.random() < 0.8 else self.unit.staff + 1
        return self._of_unit("register", lambda on: RegisterUnit(
            uscc=self.uscc, name=self.unit.name, kind=kind_of(self.uscc), area_code=self.unit.area_code, staff=staff,
            on=on,
        ))  # fmt: skip

    def looked_into(self, members: int | None = None) -> Any:
        """摸底: who works there, and who of them is a member; the next one may find it otherwise."""
        found: dict[str, Any] = {
            "formal_members": members or self.rng.choice((0, 0, 1, 2, 3, 5)), "operation": "operating",
            "trade_union": self.rng.random() < 0.5, "youth_league": self.rng.random() < 0.3,
        }  # fmt: skip
        if self.rng.random() < 0.1:
            found["operation"] = "suspended"
        return self._of_unit("look into", lambda on: SurveyUnit(uscc=self.uscc, surveyed_by=self.body, on=on, **found))

    def moved(self) -> Any:
        """To another place, or back: today, or from a day on that is to come."""
        area = self.rng.choice((self.unit.area_code, "430703"))
        later = timedelta(days=self.rng.choice((0, 0, 2)))
        return self._of_unit("move", lambda on: ChangeUnit(uscc=self.uscc, area_code=area, on=on + later))

    def closed(self) -> Any:
        return self._ask("close", closing_units.close, lambda on: CloseUnit(
            uscc=self.uscc, closed_on=on, reason="注销",
        ))  # fmt: skip

    # -- towards an organisation --------------------------------------------------------------------------------

    def worked_with(self) -> Any:
        """逐步组建: a step or some, by days that come soon."""
        chosen = self.rng.sample(_MEANS, self.rng.randint(1, 3))
        days = [timedelta(days=self.rng.choice((0, 1, 2, 4))) for _ in chosen]

        async def plan(unit: UnitOfWork, command: PlanRipening) -> None:
            state = await unit.state(UNIT, self.uscc)
            if state.status == "operating" and not state.covers:
                await unit.handle(RIPENING, self.uscc, command)

        return self._ask("work with", plan, lambda on: PlanRipening(
            uscc=self.uscc, responsible_id=self.body, today=on,
            steps=tuple(Step(means=one, due_on=on + day) for one, day in zip(chosen, days, strict=True)),
        ))  # fmt: skip

    def let_be(self) -> Any:
        async def given_up(unit: UnitOfWork, command: EndRipening) -> None:
            await unit.handle(RIPENING, self.uscc, command)
            abandoned = AbandonPlan(uscc=self.uscc, responsible_id=self.body, reason="暂缓")
            await unit.handle(FORMATION_PLAN, self.uscc, abandoned)

        return self._ask("let be", given_up, lambda on: EndRipening(ground="abandoned", reason="暂缓", on=on))

    def planned(self) -> Any:
        """一企一对策: by a day that comes soon."""
        person, days = self.rng.choice(self.clerk.world.movable), self.rng.choice((0, 1, 4))

        async def adopt(unit: UnitOfWork, command: AdoptPlan) -> None:
            await unit.handle(FORMATION_PLAN, self.uscc, command)

        return self._ask("plan", adopt, lambda on: AdoptPlan(
            uscc=self.uscc, mode="joint", start_on=on, due_on=on + timedelta(days=days), contact_person_id=person,
            responsible_id=self.body, today=on,
        ))  # fmt: skip

    def served(self) -> Any:
        """党建指导员 of the unit."""
        person, number = self.rng.choice(self.clerk.world.movable), self.rng.getrandbits(32)
        return self._ask("serve", posts.assign, lambda on: AssignPost(
            post_id=f"guide-{number}", kind="instructor", person_id=person, scope="unit", scope_id=self.uscc, since=on,
        ))  # fmt: skip

    def covered(self) -> Any:
        branch: str = self.rng.choice(sorted(self.clerk.world.parents))
        return self._ask("cover", covering.cover, lambda on: CoverUnit(
            uscc=self.uscc, organisation_id=branch, mode="attached", on=on,
        ))  # fmt: skip

    async def uncovered(self) -> None:
        rows = self.clerk.world.stores["registry"].data.rows.get("unit_covers", {})
        for organisation in [key[1] for key, row in sorted(rows.items()) if key[0] == self.uscc and not row["until"]]:
            await self._ended(organisation)

    def _ended(self, organisation: str) -> Any:
        return self._ask("uncover", covering.uncover, lambda on: EndCover(
            uscc=self.uscc, organisation_id=organisation, on=on, reason="调整",
        ))  # fmt: skip

    async def applied_for(self) -> None:
        """组建程序: the unit applies, the body answers, or two people answer for it at once."""
        identity = f"founding-{self.clerk.name}-{self.rng.getrandbits(16)}"

        async def answer(unit: UnitOfWork, command: DecideFounding) -> None:
            await founding.answer(unit, identity, command, None)

        async def apply(unit: UnitOfWork) -> Any:
            await founding.apply(unit, ApplyForFounding(
                founding_id=identity, organisation_id=f"{identity}-o", name=f"{self.unit.name}党支部", kind="branch",
                area_code=self.unit.area_code, unit_uscc=self.uscc, formal_members=3, applied_by=self.body,
                decided_by=self.body, applied_at=unit.clock.now(),
            ))  # fmt: skip
            return {"founding_id": identity}

        def answered(said: Any) -> Any:
            return self._ask(f"answer {said}", answer, lambda on: DecideFounding(
                decision=said, decided_by=self.body, person_id="secretary", decided_on=on,
                reason=None if said == "approved" else "条件不足",
            ))  # fmt: skip

        await self.clerk.ask("registry", "apply", apply, identity)
        await self.clerk.pause(MINUTE, DAY)
        both = ("approved", "refused") if self.rng.random() < 0.3 else (self.rng.choice(("approved", "refused")),)
        await self.clerk.at_once(*map(answered, both))

    def _of_unit(self, what: str, make: Callable[[Any], Command]) -> Any:
        async def handled(unit: UnitOfWork, command: Command) -> None:
            await unit.handle(UNIT, self.uscc, command)

        return self._ask(what, handled, make)

    def _ask(self, what: str, act: Done, make: Callable[[Any], Command]) -> Any:
        """`make` is given the day, which is the replica's when it is carried out."""

        async def job(unit: UnitOfWork) -> Any:
            await act(unit, make(local_date(unit.clock.now())))
            return {"uscc": self.uscc}

        return self.clerk.ask("registry", what, job, self.uscc)


async def unit_life(clerk: Clerk) -> None:
    """A unit is entered and worked with."""
    await UnitLife(clerk).live()
