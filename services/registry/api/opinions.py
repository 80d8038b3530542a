"""`/opinions`: what people say at a 党员综合服务中心 or on a platform, each with the answer of a named body (domain L20)."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import ColumnElement, and_, func, or_, select

from services.registry.api import shapes
from services.registry.api.acting import Act, after
from services.registry.api.as_of import AsOf, day_of, moment_of
from services.registry.api.listing import listed
from services.registry.api.places_of_posts import concern_at
from services.registry.api.words import words_of
from services.registry.application.scopes import organisation_of, require
from services.registry.application.tree import active
from services.registry.domain.opinion.decider import OPINION, OpinionKind, SubmitOpinion, Voice, check_speaker
from services.registry.domain.vocabulary import Id, OpinionScope
from services.registry.projections.opinions import TABLE as OPINIONS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import end_of_day, local_date
from shared.kernel.errors import unknown
from shared.kernel.opinion import REPLY_DAYS, ReplyOpinion
from shared.runtime.commands import Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import given, is_set, many, one
from shared.security.access import Access, Permit, action
from shared.security.policy import Concern
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

Words = Annotated[str, Field(min_length=1, max_length=500)]


class Said(Act):
    """What was said, where and by whom; to the organisation that answers for the place unless another body is named."""

    opinion_id: Id | None = None
    scope: OpinionScope
    scope_id: Id
    kind: OpinionKind = "opinion"
    voice: Voice
    speaker_id: Id | None = None
    text: Words
    body_id: Id | None = None


class Reply(Act):
    """The answer of the body, and who gives it."""

    taken_up: bool
    person_id: Id
    text: Words


def opinions(running: Running) -> APIRouter:
    """Entered where it was said, answered by the body; both read both."""
    router = APIRouter(prefix="/opinions", tags=["places"])
    words = words_of(running)

    async def spoken(voice: str, speaker_id: str | None, text: str) -> str:
        """Sealed when a member said it, or is answered."""
        return await words.seal(speaker_id, text) if voice == "member" and speaker_id else text

    @router.post("", status_code=201, responses=answers(201, shapes.OPINION_DONE))
    @action("opinion.handle")
    async def submit(body: Said, asked: Request) -> Response:
        await asked.access.check(await concern_at(running, body.scope, body.scope_id))
        await asked.access.acts_for(body.by)
        check_speaker(body.voice, body.speaker_id)
        identity = body.opinion_id or running.ids()

        async def job(unit: UnitOfWork) -> Answer:
            place = await require(unit, body.scope, body.scope_id)
            if body.voice != "resident" and body.speaker_id is not None:
                await require(unit, body.voice, body.speaker_id, where="speaker_id")
            organisation_id = organisation_of(body.scope, body.scope_id, place)
            asks = body.body_id or organisation_id
            now = unit.clock.now()
            command = SubmitOpinion(
                **body.model_dump(exclude={"by", "opinion_id", "body_id", "text"}),
                text=await spoken(body.voice, body.speaker_id, body.text),
                opinion_id=identity,
                organisation_id=organisation_id,
                body_id=asks,
                superior_id=(await active(unit, asks, where="body_id")).parent_id,
                entered_by=body.by,
                due_at=end_of_day(local_date(now) + timedelta(days=REPLY_DAYS)),
                submitted_at=now,
            )
            await unit.handle(OPINION, identity, command, expected=asked.expected)
            return await after(unit, OPINION, identity, 201, opinion_id=identity)

        return await answer(running, asked, identity, job)

    @router.post("/{opinion_id}/reply", responses=answers(200, shapes.OPINION_DONE))
    @action("opinion.handle")
    async def reply(opinion_id: Id, body: Reply, asked: Request) -> Response:
        row = await _seen(opinion_id, asked.access)
        await asked.access.acts_for(body.by)
        said = body.model_dump(exclude={"by", "text"})
        command = ReplyOpinion(
            replied_by=body.by, replied_at=running.clock.now(), **said,
            text=await spoken(row["voice"], row["speaker_id"], body.text),
        )  # fmt: skip

        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(OPINION, opinion_id, command, expected=asked.expected)
            return await after(unit, OPINION, opinion_id, 200, opinion_id=opinion_id)

        return await answer(running, asked, opinion_id, job)

    @router.get("/counts", responses=answers(200, shapes.OPINION_COUNTS))
    @action("opinion.read")
    async def counts(access: Access, scope_id: Id | None = None, as_of: AsOf = None) -> dict[str, Any]:
        """How many had come in by the end of that day, and what had become of them by then."""
        moment = moment_of(running, as_of)
        answered = and_(OPINIONS.c.replied_at.is_not(None), OPINIONS.c.replied_at <= moment)
        figures: tuple[ColumnElement[Any], ...] = (
            func.count().label("received"),
            func.count().filter(answered).label("answered"),
            func.count().filter(answered, OPINIONS.c.taken_up).label("taken_up"),
            func.count().filter(~answered, OPINIONS.c.due_at <= moment).label("late"),
        )
        where = (await _visible(access), OPINIONS.c.submitted_at <= moment, *given(OPINIONS, scope_id=scope_id))
        [found] = await many(running, select(*figures).where(*where))
        return {"as_of": day_of(running, as_of), **found}

    @router.get("/{opinion_id}", responses=answers(200, shapes.OPINION))
    @action("opinion.read")
    async def read(opinion_id: Id, access: Access) -> dict[str, Any]:
        return await words.open(await _seen(opinion_id, access), access.actor.id, "speaker_id")

    @router.get("", responses=answers(200, page(shapes.OPINION)))
    @action("opinion.read")
    async def listing(
        paging: Paging,
        access: Access,
        scope_id: Id | None = None,
        body_id: Id | None = None,
        kind: OpinionKind | None = None,
        replied: bool | None = None,
    ) -> Page[dict[str, Any]]:
        """Those that were said at places of the actor's organisations, or put to these, or are told to them."""
        where = (await _visible(access), *is_set(OPINIONS.c.replied_at, replied))
        equal = {"scope_id": scope_id, "body_id": body_id, "kind": kind}
        found = await listed(running, paging, "opinions", OPINIONS, ("opinion_id",), *where, equal=equal)
        return await words.open_page(found, access.actor.id, "speaker_id")

    async def _seen(opinion_id: str, access: Permit) -> dict[str, Any]:
        row = await one(running, OPINIONS, OPINIONS.c.opinion_id == opinion_id, "opinion")
        await access.check(Concern((row["organisation_id"], row["body_id"])), hidden=unknown("opinion"))
        return row

    async def _visible(access: Permit) -> ColumnElement[bool]:
        own = await access.scope()
        return or_(OPINIONS.c.organisation_id.in_(own), OPINIONS.c.body_id.in_(own))

    return router
