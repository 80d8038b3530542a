"""`/units/{uscc}/covers`: which party organisations cover a unit; `/units/{uscc}/plan`: how it shall get one (一企一对策)."""

from datetime import date

from fastapi import APIRouter, Response

from services.registry.api import shapes
from services.registry.api.concerns import of_unit
from services.registry.application import covering
from services.registry.domain.formation_plan.commands import AbandonPlan, AdoptPlan
from services.registry.domain.formation_plan.decider import FORMATION_PLAN
from services.registry.domain.unit.commands import CoverUnit, EndCover
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.state import UnitState
from services.registry.domain.vocabulary import FormationMode, Id, Reason
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.errors import Refused, unknown
from shared.kernel.identifiers.uscc import Uscc
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.security.access import action
from shared.security.policy import Concern
from shared.web.shapes import answers


class CoverBody(Body):
    """How and since when the organisation covers the unit."""

    mode: FormationMode
    on: date


class EndBody(Body):
    """The first day without it, and why."""

    on: date
    reason: Reason


class PlanBody(Body):
    """组建时间、方式、完成时间、联系人. `by` is the organisation that is responsible for it."""

    by: Id
    mode: FormationMode
    start_on: date
    due_on: date
    contact_person_id: Id


class AbandonBody(Body):
    """Why nothing is planned any more."""

    by: Id
    reason: Reason


def covers(running: Running) -> APIRouter:
    """The routes of covers and plans."""
    router = APIRouter(prefix="/units/{uscc}", tags=["units"])

    @router.put("/covers/{organisation_id}", responses=answers(200, shapes.UNIT_DONE))
    @action("unit.cover")
    async def cover(uscc: Uscc, organisation_id: Id, body: CoverBody, asked: Request) -> Response:
        await _both(uscc, organisation_id, asked)
        command = CoverUnit(uscc=uscc, organisation_id=organisation_id, **body.model_dump())

        async def job(unit: UnitOfWork) -> Answer:
            await covering.cover(unit, command, asked.expected)
            return Answer(200, {"uscc": uscc, "version": await unit.version(UNIT, uscc)})

        return await answer(running, asked, uscc, job)

    @router.post("/covers/{organisation_id}/end", responses=answers(200, shapes.UNIT_DONE))
    @action("unit.cover")
    async def end(uscc: Uscc, organisation_id: Id, body: EndBody, asked: Request) -> Response:
        await _both(uscc, organisation_id, asked)
        command = EndCover(uscc=uscc, organisation_id=organisation_id, **body.model_dump())

        async def job(unit: UnitOfWork) -> Answer:
            await covering.uncover(unit, command, asked.expected)
            return Answer(200, {"uscc": uscc, "version": await unit.version(UNIT, uscc)})

        return await answer(running, asked, uscc, job)

    async def _both(uscc: str, organisation_id: str, asked: Request) -> None:
        await asked.access.check(await of_unit(running, uscc), hidden=unknown("unit"))
        await asked.access.check(Concern((organisation_id,)), hidden=unknown("organisation"))

    @router.put("/plan", responses=answers(200, shapes.UNIT_DONE))
    @action("formation-plan.keep")
    async def adopt(uscc: Uscc, body: PlanBody, asked: Request) -> Response:
        """Adopt a plan for the unit, or another in its place."""
        await asked.access.check(await of_unit(running, uscc), hidden=unknown("unit"))
        await asked.access.acts_for(body.by)
        facts = body.model_dump(exclude={"by"}) | {"responsible_id": body.by, "today": local_date(running.clock.now())}
        return await _plan(AdoptPlan(uscc=uscc, **facts), asked)

    @router.post("/plan/abandonment", responses=answers(200, shapes.UNIT_DONE))
    @action("formation-plan.keep")
    async def abandon(uscc: Uscc, body: AbandonBody, asked: Request) -> Response:
        await asked.access.check(await of_unit(running, uscc), hidden=unknown("unit"))
        await asked.access.acts_for(body.by)
        return await _plan(AbandonPlan(uscc=uscc, responsible_id=body.by, reason=body.reason), asked)

    async def _plan(command: AdoptPlan | AbandonPlan, asked: Request) -> Response:
        async def job(unit: UnitOfWork) -> Answer:
            state: UnitState = await unit.state(UNIT, command.uscc)
            if state.status != "operating":
                raise Refused("unit-closed", "the unit is closed", remedy="nothing is to be formed there")
            await unit.handle(FORMATION_PLAN, command.uscc, command, expected=asked.expected)
            return Answer(200, {"uscc": command.uscc, "version": await unit.version(FORMATION_PLAN, command.uscc)})

        return await answer(running, asked, command.uscc, job)

    return router
