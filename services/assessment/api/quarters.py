"""`/quarters`: the quarterly assessment of instructors, from its opening to its results."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field

from services.assessment.api import shapes
from services.assessment.api.posted import posted
from services.assessment.api.reading import reading
from services.assessment.application import quarters as jobs
from services.assessment.domain.quarter.decider import QUARTER
from services.assessment.domain.quarter.state import QuarterState
from services.assessment.domain.quarterly_assessment.decider import ASSESSMENT, assessment_of
from services.assessment.domain.quarterly_assessment.state import AssessmentState
from services.assessment.domain.vocabulary import Id, Points
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import Quarter
from shared.kernel.errors import NotFound, unknown
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.shapes import answers


class Opening(Body):
    """What a quarter is measured by. Without a version: the one in force on its first day."""

    rule_set_id: Id
    rule_set_version: Annotated[int, Field(ge=1, le=10_000)] | None = None
    closes_on: date


class Scores(Body):
    """Points by item, every item of the rule set; `reason` says why they change."""

    scores: Annotated[dict[Id, Points], Field(min_length=1, max_length=200)]
    reason: Annotated[str, Field(min_length=1, max_length=500)] | None = None


def quarters(running: Running) -> APIRouter:
    """The routes of the quarterly assessment."""
    router = APIRouter(prefix="/quarters", tags=["quarters"])

    @router.post("/{quarter}/opening", status_code=201, responses=answers(201, shapes.QUARTER_OPENED))
    @action("quarter.open")
    async def open_(quarter: Quarter, body: Opening, asked: Request) -> Response:
        await asked.access.check(Concern())

        async def job(unit: UnitOfWork) -> Answer:
            await jobs.open_quarter(
                unit, quarter, body.rule_set_id, body.rule_set_version, body.closes_on, asked.expected
            )
            state: QuarterState = await unit.state(QUARTER, quarter)
            return Answer(
                201,
                {
                    "quarter": quarter,
                    "rule_set_version": state.rule_set_version,
                    "instructor_ids": state.instructor_ids,
                    "version": await unit.version(QUARTER, quarter),
                },
            )

        return await answer(running, asked, quarter, job)

    @router.post("/{quarter}/assessments/{instructor_id}", responses=answers(200, shapes.SCORED))
    @action("assessment.score")
    async def score(quarter: Quarter, instructor_id: Id, body: Scores, asked: Request) -> Response:
        concern = (await posted(running, [instructor_id]))[instructor_id]
        await asked.access.check(concern, hidden=unknown("instructor"))

        async def job(unit: UnitOfWork) -> Answer:
            await jobs.score(unit, quarter, instructor_id, body.scores, body.reason, asked.expected)
            identity = assessment_of(quarter, instructor_id)
            state: AssessmentState = await unit.state(ASSESSMENT, identity)
            total = None if state.current is None else state.current.total
            version = await unit.version(ASSESSMENT, identity)
            return Answer(200, {"quarter": quarter, "instructor_id": instructor_id, "total": total, "version": version})

        return await answer(running, asked, quarter, job)

    @router.post("/{quarter}/publication", responses=answers(200, shapes.QUARTER_PUBLISHED))
    @action("quarter.publish")
    async def publish(quarter: Quarter, asked: Request) -> Response:
        await asked.access.check(Concern())

        async def job(unit: UnitOfWork) -> Answer:
            await jobs.publish(unit, quarter, asked.expected)
            state: QuarterState = await unit.state(QUARTER, quarter)
            version = await unit.version(QUARTER, quarter)
            return Answer(200, {"quarter": quarter, **_results(state, set(state.instructor_ids)), "version": version})

        return await answer(running, asked, quarter, job)

    @router.get("/{quarter}", responses=answers(200, shapes.QUARTER))
    @action("assessment.read")
    async def read(quarter: Quarter, response: Response, access: Access) -> dict[str, Any]:
        """The quarter, and of the assessments and results those of the instructors whom the actor is responsible for."""
        unit = reading(running)
        state: QuarterState = await unit.state(QUARTER, quarter)
        if state.status == "unknown":
            raise NotFound("quarter-unknown", f"{quarter} was not opened", remedy="open it first")
        response.headers["ETag"] = etag(await unit.version(QUARTER, quarter))
        concerns = await posted(running, state.instructor_ids)
        seen = {one for one in state.instructor_ids if await access.allows(concerns[one])}
        found = await jobs.assessments(unit, quarter)
        return {
            "quarter": quarter,
            "status": state.status,
            "rule_set_id": state.rule_set_id,
            "rule_set_version": state.rule_set_version,
            "items": [item.model_dump(mode="json") for item in state.items],
            "closes_on": state.closes_on,
            "assessments": [_shown(one, each) for one, each in found.items() if one in seen],
            **(_results(state, seen) if state.status == "published" else {}),
        }

    return router


def _results(state: QuarterState, seen: set[str]) -> dict[str, Any]:
    return {
        "results": {one: total for one, total in state.results.items() if one in seen},
        "unscored": [one for one in state.instructor_ids if one not in state.results and one in seen],
    }


def _shown(instructor_id: str, state: AssessmentState) -> dict[str, Any]:
    current = state.current
    return {
        "instructor_id": instructor_id,
        "total": None if current is None else current.total,
        "scores": {} if current is None else current.scores,
        "times_scored": len(state.scorings),
        "sealed": state.is_sealed,
    }
