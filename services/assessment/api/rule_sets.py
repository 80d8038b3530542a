"""`/rule-sets`: by what instructors are measured, version by version."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field

from services.assessment.api import shapes
from services.assessment.api.reading import reading
from services.assessment.domain.rule_set.commands import AdoptRuleSet, ItemGiven
from services.assessment.domain.rule_set.decider import RULE_SET
from services.assessment.domain.rule_set.state import RuleSetState
from services.assessment.domain.vocabulary import Id, Points
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import NotFound
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.shapes import answers


class Adoption(Body):
    """The next version of a rule set, as a document says it."""

    version: int = Field(ge=1, le=10_000)
    title: Annotated[str, Field(min_length=1, max_length=200)]
    effective_from: date
    items: Annotated[list[ItemGiven], Field(min_length=1, max_length=200)]
    full_score: Annotated[Points, Field(gt=0)] = Decimal(100)
    source_document: Annotated[str, Field(min_length=1, max_length=300)]


def rule_sets(running: Running) -> APIRouter:
    """The routes of rule sets."""
    router = APIRouter(prefix="/rule-sets", tags=["rule sets"])

    @router.post("/{rule_set_id}/versions", status_code=201, responses=answers(201, shapes.RULE_SET_ADOPTED))
    @action("rule-set.adopt")
    async def adopt(rule_set_id: Id, body: Adoption, asked: Request) -> Response:
        await asked.access.check(Concern())
        command = AdoptRuleSet(
            rule_set_id=rule_set_id,
            version=body.version,
            title=body.title,
            effective_from=body.effective_from,
            items=tuple(body.items),
            full_score=body.full_score,
            source_document=body.source_document,
            adopted_at=running.clock.now(),
        )

        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(RULE_SET, rule_set_id, command, expected=asked.expected)
            # The stream's version, which the ETag is; that of the rules has a name of its own.
            version = await unit.version(RULE_SET, rule_set_id)
            return Answer(201, {"rule_set_id": rule_set_id, "rule_set_version": command.version, "version": version})

        return await answer(running, asked, rule_set_id, job)

    @router.get("/{rule_set_id}", responses=answers(200, shapes.RULE_SET))
    @action("rule-set.read")
    async def read(rule_set_id: Id, response: Response, access: Access) -> dict[str, Any]:
        await access.check(Concern())
        unit = reading(running)
        state: RuleSetState = await unit.state(RULE_SET, rule_set_id)
        if not state.versions:
            raise NotFound("rule-set-unknown", "there is no such rule set", remedy="check the id in the path")
        response.headers["ETag"] = etag(await unit.version(RULE_SET, rule_set_id))
        return {"rule_set_id": rule_set_id, "versions": [each.model_dump(mode="json") for each in state.versions]}

    return router
