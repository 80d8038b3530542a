"""`/posts`: who serves what, and since when."""

from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from services.registry.api import shapes
from services.registry.api.batches import MOST_AT_ONCE, each
from services.registry.api.concerns import of_unit
from services.registry.api.queries import many, one
from services.registry.application import posts as jobs
from services.registry.domain.post.commands import AssignPost, LeavePost
from services.registry.domain.post.decider import POST
from services.registry.domain.vocabulary import Id, PostKind, PostScope
from services.registry.projections.tables import POSTS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.shapes import answers


class Assignment(Body):
    """A person takes a post."""

    post_id: Id | None = None
    kind: PostKind
    person_id: Id
    scope: PostScope
    scope_id: Id
    since: date


class Assignments(Body):
    """Several posts at once."""

    posts: list[Assignment] = Field(min_length=1, max_length=MOST_AT_ONCE)


class Departure(Body):
    """The last day in the post."""

    until: date


def posts(running: Running) -> APIRouter:
    """The routes of posts."""
    router = APIRouter(prefix="/posts", tags=["posts"])

    async def _concern(scope: str, scope_id: str, person_id: str = "") -> Concern:
        """Whose business a post is: that of the organisation it is at, of its station, or those founded in its unit."""
        if scope == "organisation":
            places: tuple[str, ...] = (scope_id,)
        elif scope == "station":
            places = tuple(str(r["organisation_id"]) for r in (await running.directory.stations([scope_id])).values())
        else:
            # Where nobody is organised yet, which is what liaisons are sent for, the place decides.
            return replace(await of_unit(running, scope_id), persons=(person_id,))
        return Concern(places, persons=(person_id,))

    @router.post("", status_code=201, responses=answers(201, shapes.POST_DONE))
    @action("post.assign")
    async def assign(body: Assignment, asked: Request) -> Response:
        await asked.access.check(await _concern(body.scope, body.scope_id))
        identity = body.post_id or running.ids()

        async def job(unit: UnitOfWork) -> Answer:
            await jobs.assign(unit, AssignPost(**body.model_dump() | {"post_id": identity}))
            return Answer(201, {"post_id": identity, "version": await unit.version(POST, identity)})

        return await answer(running, asked, identity, job)

    @router.post("/batch", responses=answers(200, shapes.BATCH))
    @action("post.assign")
    async def assign_many(body: Assignments, asked: Request) -> dict[str, Any]:
        named = [(one_.post_id or running.ids(), one_) for one_ in body.posts]

        async def enter(item: tuple[str, Assignment]) -> None:
            await asked.access.check(await _concern(item[1].scope, item[1].scope_id))
            command = AssignPost(**item[1].model_dump() | {"post_id": item[0]})
            await running.executor.run(lambda unit: jobs.assign(unit, command), asked.cause(item[0]))

        return await each(named, lambda item: item[0], enter)

    @router.post("/{post_id}/departure", responses=answers(200, shapes.POST_DONE))
    @action("post.leave")
    async def leave(post_id: Id, body: Departure, asked: Request) -> Response:
        row = await one(running, POSTS, POSTS.c.post_id == post_id, "post")
        await asked.access.check(await _concern(row["scope"], row["scope_id"]), hidden=unknown("post"))

        async def job(unit: UnitOfWork) -> Answer:
            await jobs.leave(unit, LeavePost(post_id=post_id, until=body.until), asked.expected)
            return Answer(200, {"post_id": post_id, "version": await unit.version(POST, post_id)})

        return await answer(running, asked, post_id, job)

    @router.get("/{post_id}", responses=answers(200, shapes.POST))
    @action("post.read")
    async def read(post_id: Id, response: Response, access: Access) -> dict[str, Any]:
        row = await one(running, POSTS, POSTS.c.post_id == post_id, "post")
        concern = await _concern(row["scope"], row["scope_id"], row["person_id"])
        await access.check(concern, hidden=unknown("post"))
        response.headers["ETag"] = etag(row["version"])
        return row

    @router.get("", responses=answers(200, shapes.POSTS))
    @action("post.read")
    async def of(scope: PostScope, scope_id: Id, access: Access) -> list[dict[str, Any]]:
        """The posts at one place; outside of the actor's scope the own ones only."""
        query = select(POSTS).where(POSTS.c.scope == scope, POSTS.c.scope_id == scope_id).order_by(POSTS.c.post_id)
        if not await access.allows(await _concern(scope, scope_id)):
            query = query.where(POSTS.c.person_id == access.actor.id)
        return await many(running, query)

    return router
