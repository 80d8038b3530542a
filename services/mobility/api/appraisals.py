"""`/appraisals`: 双向评议 of a member's year in care, by both ends, by the member, and at last by a body (domain N13)."""

from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Response
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.concerns import after, decided, seen, visible
from services.mobility.api.fields import Act, Answers, Id, Words, YearAsked
from services.mobility.api.surveys import FormCited
from services.mobility.api.words import in_words, words_of
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
from services.mobility.projections.appraisals import APPRAISALS, SIDES
from services.mobility.projections.care_tables import CARE
from services.mobility.projections.forms import FORMS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import end_of_day, local_date
from shared.kernel.sealed import Sealed
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
    words = words_of(running)

    async def may(appraisal_id: str, asked: Asked, by: str) -> Row:
        row = await seen(running, asked.access, APPRAISALS, appraisal_id)
        await asked.access.acts_for(by)
        return row

    async def step(appraisal_id: str, asked: Asked, command: AppraisalCommand) -> Response:
        return await decided(running, asked, APPRAISAL, appraisal_id, command, 200, appraisal_id=appraisal_id)

    async def sealed(row: Row, form: str, given: Answers) -> dict[str, Sealed | str]:
        """The answers to a form that the row cites, those in words sealed: all of it is by or about the member."""
        cited = (FORMS.c.form_id == row[f"{form}_id"], FORMS.c.form_version == row[f"{form}_version"])
        [found] = await many(running, select(FORMS.c["items"]).where(*cited))
        return await words.seal_items(row["member_id"], given, in_words(found["items"]))

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
        row = await may(appraisal_id, asked, body.by)
        now = running.clock.now()
        command = Appraise(
            role=role,
            grade=body.grade,
            answers=await sealed(row, "form", body.answers),
            text=await words.seal(row["member_id"], body.text),
            appraised_by=body.by,
            person_id=body.person_id,
            appraised_at=now,
            decide_by=end_of_day(local_date(now) + timedelta(days=DECIDE_DAYS)),
        )
        return await step(appraisal_id, asked, command)

    @router.put("/appraisals/{appraisal_id}/sides/{role}/of-body", responses=answers(200, shapes.APPRAISAL_DONE))
    @action("appraisal.act")
    async def appraise_body(appraisal_id: Id, role: PartyRole, body: OfBody, asked: Request) -> Response:
        """What the member says of that side, entered by another organisation."""
        row = await may(appraisal_id, asked, body.by)
        given = await sealed(row, "bodies_form", body.answers)
        command = AppraiseBody(role=role, answers=given, entered_by=body.by, said_at=running.clock.now())
        return await step(appraisal_id, asked, command)

    @router.post("/appraisals/{appraisal_id}/decision", responses=answers(200, shapes.APPRAISAL_DONE))
    @action("appraisal.decide")
    async def decide(appraisal_id: Id, body: Result, asked: Request) -> Response:
        row = await may(appraisal_id, asked, body.by)
        command = DecideAppraisal(
            grade=body.grade,
            text=await words.seal(row["member_id"], body.text),
            decided_by=body.by,
            person_id=body.person_id,
            decided_at=running.clock.now(),
        )
        return await step(appraisal_id, asked, command)

    @router.get("/appraisals/{appraisal_id}", responses=answers(200, shapes.APPRAISAL))
    @action("appraisal.read")
    async def read(appraisal_id: Id, response: Response, access: Access) -> dict[str, Any]:
        row = await seen(running, access, APPRAISALS, appraisal_id, response)
        sides = await many(running, select(SIDES).where(SIDES.c.appraisal_id == appraisal_id).order_by(SIDES.c.role))
        shown = row | {"sides": sides if row["both_at"] else [side | _BLIND for side in sides]}
        return await words.open(shown, access.actor.id)

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
        found = await page_of(running, paging, "appraisals", query, APPRAISALS.c.appraisal_id)
        return await words.open_page(found, access.actor.id)

    return router
