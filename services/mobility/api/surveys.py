"""`/surveys`: bodies ask the members in their care (征求意见); what comes of it is shown as figures (domain N24).

What was said in words is kept sealed under the key of whoever said it, and opened for each reading (ADR 55).
"""

from typing import Any, cast

from fastapi import APIRouter, Response
from pydantic import Field, model_validator
from sqlalchemy import ColumnElement, or_, select

from services.mobility.api import shapes
from services.mobility.api.concerns import after, decided, seen
from services.mobility.api.fields import Act, Answers, Id, Words
from services.mobility.api.words import in_words, words_of
from services.mobility.domain.care_terms import Day
from services.mobility.domain.form.decider import FORM, Form
from services.mobility.domain.form.items import Items
from services.mobility.domain.survey.decider import AT_MOST, SURVEY, AnswerSurvey, OpenSurvey, Survey
from services.mobility.domain.survey.withdrawal import WithdrawSurvey
from services.mobility.projections.care_tables import CARE
from services.mobility.projections.surveys import SURVEY_ORGANISATIONS, SURVEYS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import end_of_day
from shared.kernel.errors import unknown
from shared.kernel.sealed import Erased
from shared.privacy.words import shown
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, is_set, many, page_of
from shared.security.access import Access, Permit, action, within_scope
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

_PARTIES = ("origin_id", "station_organisation_id", "destination_id")


class FormCited(Body):
    """One version of a questionnaire."""

    form_id: Id
    form_version: int = Field(ge=1, le=10_000)


class SurveyOpening(Act):
    """What is asked, in full or as a version of a questionnaire, and the last day for an answer."""

    survey_id: Id | None = None
    title: str = Field(min_length=1, max_length=100)
    items: Items | None = None
    form: FormCited | None = None
    closes_on: Day

    @model_validator(mode="after")
    def _one_of_both(self) -> "SurveyOpening":
        if (self.items is None) == (self.form is None):
            raise ValueError("give either the items or the form that has them")
        return self


class Answered(Act):
    """What the member says, item by item. An item may be left out."""

    answers: Answers


class Withdrawal(Act):
    """Why the body does not ask this any more."""

    text: Words


def surveys(running: Running) -> APIRouter:
    """Opened by a body, answered by each member once, closed by time."""
    router = APIRouter(prefix="/surveys", tags=["surveys"])
    words = words_of(running)

    async def asked_by(body_id: str) -> tuple[list[str], list[str]]:
        """Members whom the body, or one below it, is caring for now, and every party of theirs."""
        own = within_scope([body_id], [])
        mine = or_(*(CARE.c[name].in_(own) for name in _PARTIES))
        query = select(CARE).where(CARE.c.ended_at.is_(None), mine).order_by(CARE.c.member_id).limit(AT_MOST + 1)
        rows = await many(running, query)
        parties = {row[name] for row in rows for name in _PARTIES} - {None}
        return list(dict.fromkeys(row["member_id"] for row in rows)), sorted(parties)

    async def visible(access: Permit) -> ColumnElement[bool]:
        of = SURVEY_ORGANISATIONS.c
        return SURVEYS.c.survey_id.in_(select(of.survey_id).where(of.organisation_id.in_(await access.scope())))

    async def seen_survey(survey_id: str, access: Permit) -> Row:
        rows = await many(running, select(SURVEYS).where(SURVEYS.c.survey_id == survey_id, await visible(access)))
        if not rows:
            raise unknown("survey")
        return rows[0]

    @router.post("", status_code=201, responses=answers(201, shapes.SURVEY_OPENED))
    @action("survey.open")
    async def open_(body: SurveyOpening, asked: Request) -> Response:
        """Asks whoever is in the care of the organisation, or of one below it, at this moment."""
        await asked.access.acts_for(body.by)
        identity = body.survey_id or running.ids()
        members, parties = await asked_by(body.by)

        async def job(unit: UnitOfWork) -> Answer:
            items, cited = body.items, body.form
            if cited is not None:
                form: Form = await unit.state(FORM, cited.form_id)
                items = form.cited(cited.form_version, "questionnaire").items
            command = OpenSurvey(
                survey_id=identity,
                body_id=body.by,
                title=body.title,
                items=items or (),
                form_id=cited and cited.form_id,
                form_version=cited and cited.form_version,
                member_ids=tuple(members),
                organisation_ids=tuple(parties),
                closes_at=end_of_day(body.closes_on),
                opened_at=unit.clock.now(),
            )
            await unit.handle(SURVEY, identity, command, expected=asked.expected)
            opened = (await unit.state(SURVEY, identity)).opened
            return await after(unit, SURVEY, identity, 201, survey_id=identity, asked=opened.asked)

        return await answer(running, asked, identity, job)

    @router.put("/{survey_id}/answers/{care_id}", responses=answers(200, shapes.SURVEY_ANSWERED))
    @action("survey.answer")
    async def put(survey_id: Id, care_id: Id, body: Answered, asked: Request) -> Response:
        """The member's answer, by the member or by whoever of the parties heard it; again corrects it, until it closes."""
        care = await seen(running, asked.access, CARE, care_id)
        await asked.access.acts_for(body.by)
        open_items = select(SURVEYS.c["items"]).where(SURVEYS.c.survey_id == survey_id)
        items = [item for row in await many(running, open_items) for item in row["items"]]
        command = AnswerSurvey(
            member_id=care["member_id"],
            branch_id=care["origin_id"],
            answers=await words.seal_items(care["member_id"], body.answers, in_words(items)),
            entered_by=body.by,
            answered_at=running.clock.now(),
        )
        return await decided(running, asked, SURVEY, survey_id, command, 200, survey_id=survey_id)

    @router.post("/{survey_id}/withdrawal", responses=answers(200, shapes.SURVEY_ANSWERED))
    @action("survey.open")
    async def take_back(survey_id: Id, body: Withdrawal, asked: Request) -> Response:
        """撤回, by the body that asked, while it is open. What was answered until then is shown to nobody."""
        await asked.access.acts_for(body.by)
        command = WithdrawSurvey(text=body.text, withdrawn_by=body.by, withdrawn_at=running.clock.now())
        return await decided(running, asked, SURVEY, survey_id, command, 200, survey_id=survey_id)

    @router.get("/{survey_id}", responses=answers(200, shapes.SURVEY))
    @action("survey.read")
    async def read(survey_id: Id, response: Response, access: Access) -> dict[str, Any]:
        """What is asked, and from closing on what came of it."""
        row = await seen_survey(survey_id, access)
        response.headers["ETag"] = etag(row["version"])
        return row

    @router.get("/{survey_id}/items/{item_id}/words", responses=answers(200, shapes.SURVEY_WORDS))
    @action("survey.read")
    async def said(survey_id: Id, item_id: Id, asked: Request) -> dict[str, Any]:
        """What was said to one item, sorted, so that no order tells who said what. Nothing before it has closed, nor of
        few who answered. `erased` counts those whose data was erased since.
        """
        await seen_survey(survey_id, asked.access)

        async def job(unit: UnitOfWork) -> Survey:
            return cast("Survey", await unit.state(SURVEY, survey_id))

        state = await running.executor.run(job, asked.cause(survey_id))
        opened = await words.open_each(state.in_words(item_id), asked.access.actor.id)
        readable = [shown(one) for one in opened if not isinstance(one, Erased)]
        return {
            "survey_id": survey_id, "item_id": item_id, "words": sorted(readable), "erased": len(opened) - len(readable)
        }  # fmt: skip

    @router.get("", responses=answers(200, page(shapes.SURVEY)))
    @action("survey.read")
    async def listing(paging: Paging, access: Access, closed: bool | None = None) -> Page[Row]:
        """Of one's own organisations, and of bodies that asked a member whom one of these cares for. One that was withdrawn is
        neither open nor closed.
        """
        of = SURVEYS.c
        standing = [*is_set(of.closed_at, closed), *([] if closed is None else is_set(of.withdrawn_at, False))]
        query = select(SURVEYS).where(await visible(access), *standing)
        return await page_of(running, paging, "surveys", query, SURVEYS.c.survey_id)

    return router
