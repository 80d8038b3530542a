"""`/formation`: the rules of forming organisations, what is missing by them (应建未建), and what other rules would do;
`/coverage`: 两个覆盖 on any day.
"""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from pydantic import Field
from sqlalchemy import select

from services.registry.api import unit_shapes as shapes
from services.registry.application.coverage import Figures, coverage
from services.registry.application.gaps import Judged, compared, counted, judge, units_standing
from services.registry.application.rules_in_force import rules_of
from services.registry.domain.formation.decider import FORMATION_RULES, AdoptFormationRules
from services.registry.domain.formation.rules import CitedRules, FormationRules
from services.registry.domain.vocabulary import Id
from services.registry.projections.formation_tables import FORMATION_PLANS
from services.registry.projections.formation_tables import FORMATION_RULES as RULES
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.identifiers.area_code import AreaCode
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

Area = Annotated[str, Path(pattern=r"^[1-8][0-9]{5}$")]
MOST_SHOWN = 200


class Adoption(Body):
    """The next version of an area's rules, from a day on, with the document that says so."""

    by: Id
    effective_from: date
    source_document: str = Field(min_length=1, max_length=200)
    rules: FormationRules


class SimulatedRules(Body):
    """Rules that nobody has adopted."""

    area_code: AreaCode
    rules: FormationRules
    as_of: date | None = None


def formation(running: Running) -> APIRouter:
    """The routes of forming organisations."""
    router = APIRouter(tags=["formation"])

    def _day(as_of: date | None) -> date:
        return as_of or local_date(running.clock.now())

    async def _rules(area_code: str, day: date) -> CitedRules:
        async with running.reading() as connection:
            return await rules_of(connection, area_code, day)

    @router.post("/formation/rules/{area_code}", status_code=201, responses=answers(201, shapes.RULES_DONE))
    @action("formation-rules.adopt")
    async def adopt(area_code: Area, body: Adoption, asked: Request) -> Response:
        await asked.access.check(Concern(area_code=area_code))
        await asked.access.acts_for(body.by)
        facts = dict(body) | {"adopted_by": body.by, "area_code": area_code}
        command = AdoptFormationRules(**{name: value for name, value in facts.items() if name != "by"})

        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(FORMATION_RULES, area_code, command, expected=asked.expected)
            version = await unit.version(FORMATION_RULES, area_code)
            return Answer(201, {"area_code": area_code, "rules_version": version, "version": version})

        return await answer(running, asked, area_code, job)

    @router.get("/formation/rules/{area_code}", responses=answers(200, shapes.RULES))
    @action("formation-rules.read")
    async def read(area_code: Area, access: Access, as_of: date | None = None) -> dict[str, Any]:
        """The rules in force there on a day (of the area itself, or of the narrowest around it), and all versions."""
        await access.check(Concern())
        day = _day(as_of)
        versions = await many(running, select(RULES).where(RULES.c.area_code == area_code).order_by("rules_version"))
        cited = await _rules(area_code, day)
        return {"as_of": day, "in_force": cited.model_dump(mode="json"), "versions": versions}

    @router.get("/formation/gaps", responses=answers(200, shapes.GAPS))
    @action("formation.read")
    async def gaps(
        area_code: AreaCode,
        paging: Paging,
        access: Access,
        by: Literal["unit", "trade", "area_code"] = "unit",
        as_of: date | None = None,
    ) -> dict[str, Any]:
        """Units that should have an organisation and have none: one by one, by trade, or by area (空白点梳理)."""
        await access.check(Concern(area_code=area_code))
        day = _day(as_of)
        cited = await _rules(area_code, day)
        async with running.reading() as connection:
            units = await units_standing(connection, area_code, day)
        found = [one for one in judge(cited.rules, units) if one.gap]
        head = {"as_of": day, "area_code": area_code, "rules": _cited(cited), "units": len(units), "gaps": len(found)}
        if by != "unit":
            return head | {"items": counted(found, by)}
        after = paging.after("gaps", str)
        rest = [one for one in found if not after or one.unit["uscc"] > after[0]][: paging.limit + 1]
        page: Page[dict[str, Any]] = paging.page("gaps", rest, lambda one: (one.unit["uscc"],), _gap)
        return head | page.model_dump()

    @router.post("/formation/simulations", status_code=200, responses=answers(200, shapes.SIMULATION))
    @action("formation.read")
    async def simulate(body: SimulatedRules, access: Access) -> dict[str, Any]:
        """What these rules would say of the area's units, beside what the rules in force say. Changes nothing."""
        await access.check(Concern(area_code=body.area_code))
        day = _day(body.as_of)
        cited = await _rules(body.area_code, day)
        async with running.reading() as connection:
            units = await units_standing(connection, body.area_code, day)
        summary, changed = compared(cited.rules, body.rules, units)
        shown = [
            {"uscc": now.unit["uscc"], "name": now.unit["name"], "now": asdict(now.proposal),
             "then": asdict(then.proposal)}
            for now, then in changed[:MOST_SHOWN]
        ]  # fmt: skip
        return {"as_of": day, "area_code": body.area_code, "rules": _cited(cited)} | summary | {"shown": shown}

    @router.get("/formation/plans", responses=answers(200, page(shapes.PLAN)))
    @action("formation-plan.read")
    async def plans(
        paging: Paging, access: Access, status: Literal["open", "overdue", "fulfilled", "abandoned"] | None = None
    ) -> Page[dict[str, Any]]:
        """The plans of the organisations in the actor's scope; `status=overdue` is the list to work off."""
        key = FORMATION_PLANS.c.uscc
        query = select(FORMATION_PLANS).where(FORMATION_PLANS.c.responsible_id.in_(await access.scope()))
        if status is not None:
            query = query.where(FORMATION_PLANS.c.status == status)
        if after := paging.after("plans", str):
            query = query.where(key > after[0])
        rows = await many(running, query.order_by(key).limit(paging.limit + 1))
        return paging.page("plans", rows, lambda row: (row["uscc"],), dict)

    @router.get("/coverage", responses=answers(200, shapes.COVERAGE))
    @action("coverage.read")
    async def cover(
        area_code: AreaCode, access: Access, as_of: date | None = None, under: Id | None = None
    ) -> dict[str, Any]:
        """组织覆盖 and 工作覆盖 of an area on a day, with what each is a rate of, by place, kind and station. `under`: of units
        that fall to that organisation or to one below it.
        """
        await access.check(Concern(area_code=area_code))
        day = _day(as_of)
        cited = await _rules(area_code, day)
        async with running.reading() as connection:
            found, stations = await coverage(connection, area_code, day, cited, None if under is None else [under])
        return {
            "as_of": day,
            "area_code": area_code,
            "rules": _cited(cited),
            "total": found.total.told(),
            "by_area": _told(found.by_area, "area_code"),
            "by_kind": _told(found.by_kind, "kind"),
            "by_station": [one | found.by_station[one["station_id"]].told() for one in stations],
            "outside_stations": found.outside_stations.told(),
        }

    return router


def _cited(cited: CitedRules) -> dict[str, Any]:
    return cited.model_dump(mode="json", exclude={"rules"})


def _gap(one: Judged) -> dict[str, Any]:
    return dict(one.unit) | {"proposal": asdict(one.proposal)}


def _told(figures: dict[str, Figures], name: str) -> list[dict[str, Any]]:
    return [{name: key} | one.told() for key, one in sorted(figures.items())]
