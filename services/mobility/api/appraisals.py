"""`/appraisals`: 双向评议 of a member's year in care, by both ends, by the member, and at last by a body (domain N13)."""

from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Response
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.concerns import after, decided, seen, visible
from services.mobility.api.fields import Act, Id, Words, YearAsked
from services.mobility.api.surveys import FormCited
from services.mobility.application.appraisals import sides_of, standard
from services.mobility.domain.appraisal.commands import (
    AppraisalCommand,
    Appraise,
    AppraiseBody,
    DecideAppraisal,
    Grade,
    OpenAppraisal,
)
from services.mobility.domain.appraisal.decider import APPRAISAL
from services.mobility.domain.care_terms import Day, PartyRole
from services.mobility.domain.form.items import Answers
from services.mobility.projections.appraisals import APPRAISALS, SIDES
from services.mobility.projections.care_tables import CARE
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import end_of_day, local_date
from shared.runtime.commands import Asked, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, given, is_set, many, page_of
from shared.security.access import Access, action
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

DECIDE_DAYS: Final = 30
_BLIND: Final = dict.fromkeys(("grade", "answers", "text", "person_id", "of_body"))

Year = Annotated[int, Path(ge=2000, le=9999)]


class AppraisalOpening(Act):
    """By which standard the sides appraise, by which form the member, and up to when."""

    standard: FormCited
    of_bodies: FormCited
    due_on: Day


class Appraised(Act):
    """What one side says of the member, item by item of the standard."""

    grade: Grade
    answers: Answers
    text: Words
    person_id: Id


class OfBody(Act):
    """What the member says of one side."""

    answers: Answers


class Result(Act):
    """The body's decision."""

    grade: Grade
    text: Words
    person_id: Id


def appraisals(running: Running) -> APIRouter:
    """One per care and year, under the id `<care id>.<year>`."""
    router = APIRouter(tags=["appraisals"])

    async def step(appraisal_id: str, asked: Asked, by: str, command: AppraisalCommand) -> Response:
        await seen(running, asked.access, APPRAISALS, appraisal_id)
        await asked.access.acts_for(by)
        return await decided(running, asked, APPRAISAL, appraisal_id, command, 200, appraisal_id=appraisal_id)

    @router.post("/care/{care_id}/appraisals/{year}", status_code=201, responses=answers(201, shapes.APPRAISAL_DONE))
    @action("appraisal.open")
    async def open_(care_id: Id, year: Year, body: AppraisalOpening, asked: Request) -> Response:
        """The origin's organisation and the 驻城 one (or, without a station, the destination's) are asked."""
        await seen(running, asked.access, CARE, care_id)
        await asked.access.acts_for(body.by)
        identity = f"{care_id}.{year}"

        async def job(unit: UnitOfWork) -> Answer:
            unit.cause = unit.cause.with_correlation(care_id)
            sides = await sides_of(unit, care_id, body.by)
            command = OpenAppraisal(
                appraisal_id=identity,
                care_id=care_id,
                year=year,
                standard=await standard(unit, body.standard.form_id, body.standard.form_version, "appraisal"),
                of_bodies=await standard(
                    unit, body.of_bodies.form_id, body.of_bodies.form_version, "appraisal_of_bodies"
                ),
                due_at=end_of_day(body.due_on),
                opened_by=body.by,
                opened_at=unit.clock.now(),
                **sides,
            )
            await unit.handle(APPRAISAL, identity, command, expected=asked.expected)
            return await after(unit, APPRAISAL, identity, 201, appraisal_id=identity)

        return await answer(running, asked, identity, job)

    @router.put("/appraisals/{appraisal_id}/sides/{role}", responses=answers(200, shapes.APPRAISAL_DONE))
    @action("appraisal.act")
    async def appraise(appraisal_id: Id, role: PartyRole, body: Appraised, asked: Request) -> Response:
        """What a side says is shown to nobody until the other one has spoken; until then it can be corrected."""
        now = running.clock.now()
        command = Appraise(
            role=role,
            grade=body.grade,
            answers=body.answers,
            text=body.text,
            appraised_by=body.by,
            person_id=body.person_id,
            appraised_at=now,
            decide_by=end_of_day(local_date(now) + timedelta(days=DECIDE_DAYS)),
        )
        return await step(appraisal_id, asked, body.by, command)

    @router.put("/appraisals/{appraisal_id}/sides/{role}/of-body", responses=answers(200, shapes.APPRAISAL_DONE))
    @action("appraisal.act")
    async def appraise_body(appraisal_id: Id, role: PartyRole, body: OfBody, asked: Request) -> Response:
        """What the member says of that side, entered by another organisation."""
        command = AppraiseBody(role=role, answers=body.answers, entered_by=body.by, said_at=running.clock.now())
        return await step(appraisal_id, asked, body.by, command)

    @router.post("/appraisals/{appraisal_id}/decision", responses=answers(200, shapes.APPRAISAL_DONE))
    @action("appraisal.decide")
    async def decide(appraisal_id: Id, body: Result, asked: Request) -> Response:
        command = DecideAppraisal(
            grade=body.grade,
            text=body.text,
            decided_by=body.by,
            person_id=body.person_id,
            decided_at=running.clock.now(),
        )
        return await step(appraisal_id, asked, body.by, command)

    @router.get("/appraisals/{appraisal_id}", responses=answers(200, shapes.APPRAISAL))
    @action("appraisal.read")
    async def read(appraisal_id: Id, response: Response, access: Access) -> dict[str, Any]:
        row = await seen(running, access, APPRAISALS, appraisal_id, response)
        sides = await many(running, select(SIDES).where(SIDES.c.appraisal_id == appraisal_id).order_by(SIDES.c.role))
        return row | {"sides": sides if row["both_at"] else [side | _BLIND for side in sides]}

    @router.get("/appraisals", responses=answers(200, page(shapes.APPRAISAL_LISTED)))
    @action("appraisal.read")
    async def listing(
        paging: Paging,
        access: Access,
        year: YearAsked | None = None,
        member_id: Id | None = None,
        decided: bool | None = None,
    ) -> Page[Row]:
        """In the order of their ids: no list says who is better."""
        wanted = (*given(APPRAISALS, year=year, member_id=member_id), *is_set(APPRAISALS.c.decided_at, decided))
        query = select(APPRAISALS).where(await visible(APPRAISALS, access), *wanted)
        return await page_of(running, paging, "appraisals", query, APPRAISALS.c.appraisal_id)

    return router
