"""`/transfer-rules`: the numbers a place has adopted for transfers, each version with its source document."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.configured import settings_of
from services.mobility.api.fields import Act, AreaCode, Id
from services.mobility.domain.terms import TransferScope
from services.mobility.domain.transfer_rules.decider import TRANSFER_RULES, AdoptRules
from services.mobility.projections.rules_tables import TRANSFER_RULES as TABLE
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.runtime.commands import Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, given, page_of
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

Days = Annotated[int, Field(ge=1, le=366)]


class TransferRulesAdoption(Act):
    """What holds from a day on in an area, and which document says so. What is left out stays as it was configured."""

    effective_from: date
    source_document: Annotated[str, Field(min_length=1, max_length=100)]
    letter_days: Mapping[TransferScope, Days] = {}
    overdue_after_days: Days | None = None
    escalate_after_days: Days | None = None
    dossier_hold_days: Days | None = None
    on_time_days: Days | None = None
    examination_demanded: bool | None = None


def transfer_rules(running: Running) -> APIRouter:
    """Adopting and reading rules."""
    router = APIRouter(prefix="/transfer-rules", tags=["transfer rules"])
    default = settings_of(running).policy("county")

    @router.post("/{area_code}", status_code=201, responses=answers(201, shapes.RULES_ADOPTED))
    @action("transfer-rules.adopt")
    async def adopt(area_code: AreaCode, body: TransferRulesAdoption, asked: Request) -> Response:
        await asked.access.check(Concern(area_code=area_code))
        await asked.access.acts_for(body.by)

        async def job(unit: UnitOfWork) -> Answer:
            command = AdoptRules(
                area_code=area_code,
                **body.model_dump(exclude={"by"}),
                adopted_by=body.by,
                adopted_at=unit.clock.now(),
                default=default,
            )
            await unit.handle(TRANSFER_RULES, area_code, command, expected=asked.expected)
            version = await unit.version(TRANSFER_RULES, area_code)
            return Answer(201, {"area_code": area_code, "rules_version": version, "version": version})

        return await answer(running, asked, f"transfer-rules-{area_code}", job)

    @router.get("", responses=answers(200, page(shapes.TRANSFER_RULES)))
    @action("transfer-rules.read")
    async def listing(paging: Paging, access: Access, area_code: Id | None = None) -> Page[Row]:
        """Every version of every place, so that a letter of any year can be explained."""
        query = select(TABLE).where(*given(TABLE, area_code=area_code))
        return await page_of(running, paging, "transfer-rules", query, TABLE.c.area_code, TABLE.c.rules_version)

    return router
