"""`/opinions`: 意见、“金点子”、“一件实事” of members who are away, each with the answer of a named body (domain N24, Y27)."""

from datetime import timedelta

from fastapi import APIRouter, Response
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.concerns import after, decided, seen, visible
from services.mobility.api.fields import Act, Id, Words
from services.mobility.api.words import words_of
from services.mobility.application.organisations import organisations_above
from services.mobility.domain.opinion.decider import OPINION, OpinionKind, SubmitOpinion
from services.mobility.projections.care_tables import CARE, OPINIONS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import end_of_day, local_date
from shared.kernel.opinion import REPLY_DAYS, ReplyOpinion
from shared.runtime.commands import Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, given, is_set, page_of
from shared.security.access import Access, action
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class Said(Act):
    """What the member said; to the branch of the membership unless another body is named."""

    opinion_id: Id | None = None
    kind: OpinionKind = "opinion"
    text: Words
    body_id: Id | None = None


class Reply(Act):
    """The answer, and who gives it."""

    taken_up: bool
    person_id: Id
    text: Words


def opinions(running: Running) -> APIRouter:
    """Entered by any of the three parties, answered by the body; the member reads both."""
    router = APIRouter(tags=["care"])
    words = words_of(running)

    @router.post("/care/{care_id}/opinions", status_code=201, responses=answers(201, shapes.OPINION_DONE))
    @action("care.act")
    async def submit(care_id: Id, body: Said, asked: Request) -> Response:
        care = await seen(running, asked.access, CARE, care_id)
        await asked.access.acts_for(body.by)
        identity, asks = body.opinion_id or running.ids(), body.body_id or str(care["origin_id"])
        said = await words.seal(care["member_id"], body.text)

        async def job(unit: UnitOfWork) -> Answer:
            unit.cause = unit.cause.with_correlation(care_id)
            now, tree = unit.clock.now(), await organisations_above(unit, body_id=asks)
            tree.require_active(body_id=asks)
            command = SubmitOpinion(
                opinion_id=identity,
                care_id=care_id,
                member_id=care["member_id"],
                branch_id=care["origin_id"],
                body_id=asks,
                superior_id=tree.rows[asks]["parent_id"],
                kind=body.kind,
                text=said,
                entered_by=body.by,
                due_at=end_of_day(local_date(now) + timedelta(days=REPLY_DAYS)),
                submitted_at=now,
            )
            await unit.handle(OPINION, identity, command, expected=asked.expected)
            return await after(unit, OPINION, identity, 201, opinion_id=identity)

        return await answer(running, asked, identity, job)

    @router.post("/opinions/{opinion_id}/reply", responses=answers(200, shapes.OPINION_DONE))
    @action("care.act")
    async def reply(opinion_id: Id, body: Reply, asked: Request) -> Response:
        opinion = await seen(running, asked.access, OPINIONS, opinion_id)
        await asked.access.acts_for(body.by)
        command = ReplyOpinion(
            taken_up=body.taken_up,
            text=await words.seal(opinion["member_id"], body.text),
            replied_by=body.by,
            person_id=body.person_id,
            replied_at=running.clock.now(),
        )
        return await decided(running, asked, OPINION, opinion_id, command, 200, opinion_id=opinion_id)

    @router.get("/opinions/{opinion_id}", responses=answers(200, shapes.OPINION))
    @action("care.read")
    async def read(opinion_id: Id, response: Response, access: Access) -> Row:
        return await words.open(await seen(running, access, OPINIONS, opinion_id, response), access.actor.id)

    @router.get("/opinions", responses=answers(200, page(shapes.OPINION)))
    @action("care.read")
    async def listing(
        paging: Paging, access: Access, kind: OpinionKind | None = None, replied: bool | None = None
    ) -> Page[Row]:
        wanted = (*given(OPINIONS, kind=kind), *is_set(OPINIONS.c.replied_at, replied))
        query = select(OPINIONS).where(await visible(OPINIONS, access), *wanted)
        found = await page_of(running, paging, "opinions", query, OPINIONS.c.opinion_id)
        return await words.open_page(found, access.actor.id)

    return router
