"""`/care-rules`: thresholds, periods and management models of an area, each version with its document."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import Field
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.concerns import decided
from services.mobility.api.fields import Act
from services.mobility.domain.care_rules.decider import CARE_RULES as RULES
from services.mobility.domain.care_rules.decider import AdoptCareRules
from services.mobility.domain.care_rules.rules import CareRules
from services.mobility.domain.care_terms import Day
from services.mobility.projections.care_tables import CARE_RULES
from shared.kernel.calendar import local_date
from shared.runtime.commands import Request
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.days import DayAsked
from shared.web.shapes import answers

Area = Annotated[str, Path(pattern=r"^[1-8][0-9]{5}$")]


class CareRulesAdoption(Act):
    """The next version, from a day on."""

    rules_version: int = Field(ge=1, le=10_000)
    effective_from: Day
    source_document: str = Field(min_length=1, max_length=200)
    rules: CareRules


def care_rules(running: Running) -> APIRouter:
    """One resource per area."""
    router = APIRouter(prefix="/care-rules", tags=["care rules"])

    @router.post("/{area_code}/versions", status_code=201, responses=answers(201, shapes.CARE_RULES_DONE))
    @action("care-rules.adopt")
    async def adopt(area_code: Area, body: CareRulesAdoption, asked: Request) -> Response:
        """A department adopts rules for a place within its area."""
        await asked.access.check(Concern(area_code=area_code))
        await asked.access.acts_for(body.by)
        command = AdoptCareRules(
            area_code=area_code,
            rules_version=body.rules_version,
            effective_from=body.effective_from,
            source_document=body.source_document,
            rules=body.rules,
            adopted_by=body.by,
            adopted_at=running.clock.now(),
        )
        said = {"area_code": area_code, "rules_version": body.rules_version}
        return await decided(running, asked, RULES, area_code, command, 201, **said)

    @router.get("/{area_code}", responses=answers(200, shapes.CARE_RULES))
    @action("care-rules.read")
    async def read(area_code: Area, access: Access, as_of: DayAsked | None = None) -> dict[str, Any]:
        """Every version of the area, and which was in force on a day; none means the defaults, which are shown."""
        await access.check(Concern())
        day = as_of or local_date(running.clock.now())
        query = select(CARE_RULES).where(CARE_RULES.c.area_code == area_code).order_by(CARE_RULES.c.rules_version)
        versions = [{name: row[name] for name in row if name != "version"} for row in await many(running, query)]
        current = [row["rules_version"] for row in versions if row["effective_from"] <= day]
        return {
            "area_code": area_code,
            "as_of": day,
            "in_force": current[-1] if current else None,
            "defaults": CareRules().model_dump(mode="json"),
            "versions": versions,
        }

    return router
