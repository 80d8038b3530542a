"""`/units/{uscc}/ripening`: how a unit that is not ripe is worked with until it is (逐步组建, domain L05); `/ripenings`: all of
them, and in which founding is proposed.
"""

from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import and_, select

from services.registry.api import unit_shapes as shapes
from services.registry.api.acting import Act, after
from services.registry.api.concerns import of_unit
from services.registry.api.listing import listed
from services.registry.domain.ripening.decider import RIPENING, EndRipening, PlanRipening, RipeningCommand
from services.registry.domain.ripening.events import Step
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.state import UnitState
from services.registry.domain.vocabulary import Reason
from services.registry.projections.ripening import RIPENINGS, STEPS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.errors import Refused, unknown
from shared.kernel.identifiers.uscc import Uscc
from shared.runtime.commands import Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many, one
from shared.security.access import Access, action
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class Steps(Act):
    """Which steps, each by when; `by` is responsible for them."""

    steps: tuple[Step, ...] = Field(min_length=1, max_length=5)


class Abandonment(Act):
    """Why nobody works on it any more."""

    reason: Reason


def ripenings(running: Running) -> APIRouter:
    """Kept and read by whoever keeps and reads formation plans."""
    router = APIRouter(tags=["formation"])

    @router.put("/units/{uscc}/ripening", responses=answers(200, shapes.RIPENING_DONE))
    @action("formation-plan.keep")
    async def plan(uscc: Uscc, body: Steps, asked: Request) -> Response:
        """Adopt steps for the unit, or others in their place."""
        today = local_date(running.clock.now())
        command = PlanRipening(uscc=uscc, responsible_id=body.by, steps=body.steps, today=today)
        return await _decide(uscc, body.by, command, asked)

    @router.post("/units/{uscc}/ripening/abandonment", responses=answers(200, shapes.RIPENING_DONE))
    @action("formation-plan.keep")
    async def abandon(uscc: Uscc, body: Abandonment, asked: Request) -> Response:
        end = EndRipening(ground="abandoned", reason=body.reason, on=local_date(running.clock.now()))
        return await _decide(uscc, body.by, end, asked)

    @router.get("/units/{uscc}/ripening", responses=answers(200, shapes.RIPENING))
    @action("formation-plan.read")
    async def read(uscc: Uscc, access: Access) -> dict[str, Any]:
        """Its steps: by when, since when they are there, and whether they are late; and what is proposed."""
        await access.check(await of_unit(running, uscc), hidden=unknown("unit"))
        row = await one(running, RIPENINGS, RIPENINGS.c.uscc == uscc, "ripening")
        newest = and_(STEPS.c.uscc == uscc, STEPS.c.revision == row["revision"])
        steps = select(STEPS).where(newest).order_by(STEPS.c.due_on, STEPS.c.means)
        return row | {"steps": await many(running, steps)}

    @router.get("/ripenings", responses=answers(200, page(shapes.RIPENING_LISTED)))
    @action("formation-plan.read")
    async def listing(
        paging: Paging, access: Access, status: Literal["open", "ripe", "ended"] | None = None
    ) -> Page[dict[str, Any]]:
        """Those that the organisations in the actor's scope are responsible for; `status=ripe` is where to found."""
        own = RIPENINGS.c.responsible_id.in_(await access.scope())
        return await listed(running, paging, "ripenings", RIPENINGS, ("uscc",), own, equal={"status": status})

    async def _decide(uscc: str, by: str, command: RipeningCommand, asked: Request) -> Response:
        await asked.access.check(await of_unit(running, uscc), hidden=unknown("unit"))
        await asked.access.acts_for(by)

        async def job(unit: UnitOfWork) -> Answer:
            state: UnitState = await unit.state(UNIT, uscc)
            if isinstance(command, PlanRipening) and (state.status != "operating" or state.covers):
                raise Refused(
                    "unit-not-waiting",
                    "an organisation covers the unit, or it is closed",
                    remedy="nothing has to ripen there",
                )
            await unit.handle(RIPENING, uscc, command, expected=asked.expected)
            return await after(unit, RIPENING, uscc, 200, uscc=uscc)

        return await answer(running, asked, uscc, job)

    return router
