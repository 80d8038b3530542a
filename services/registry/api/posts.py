"""`/posts`: who serves what, and since when."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import or_

from services.registry.api import shapes
from services.registry.api.as_of import AsOf, day_of
from services.registry.api.batches import MOST_AT_ONCE, each
from services.registry.api.duties import duties_of
from services.registry.api.listing import listed
from services.registry.api.places_of_posts import concern_at, visible_at
from services.registry.application import posts as jobs
from services.registry.domain.post.commands import AssignPost, LeavePost
from services.registry.domain.post.decider import POST
from services.registry.domain.vocabulary import Id, PostCapacity, PostKind, PostScope, PostSource
from services.registry.projections.tables import POSTS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import one
from shared.security.access import Access, action
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class PostAssignment(Body):
    """A person takes a post."""

    post_id: Id | None = None
    kind: PostKind
    person_id: Id
    scope: PostScope
    scope_id: Id
    since: date
    source: PostSource | None = None
    capacity: PostCapacity | None = None
    under_post_id: Id | None = None
    represents_id: Id | None = None


class Assignments(Body):
    """Several posts at once."""

    posts: list[PostAssignment] = Field(min_length=1, max_length=MOST_AT_ONCE)


class Succession(Body):
    """Who takes over, and from which day."""

    person_id: Id
    since: date


class Departure(Body):
    """The last day in the post, and who takes it over with all that hangs on it; or `end_hanging`: nobody does."""

    until: date
    successor: Succession | None = None
    end_hanging: bool = False


def posts(running: Running) -> APIRouter:
    """The routes of posts."""
    router = APIRouter(prefix="/posts", tags=["posts"])

    @router.post("", status_code=201, responses=answers(201, shapes.POST_DONE))
    @action("post.assign")
    async def assign(body: PostAssignment, asked: Request) -> Response:
        await asked.access.check(await concern_at(running, body.scope, body.scope_id))
        identity = body.post_id or running.ids()

        async def job(unit: UnitOfWork) -> Answer:
            await jobs.assign(unit, AssignPost(**body.model_dump() | {"post_id": identity}))
            return Answer(201, {"post_id": identity, "version": await unit.version(POST, identity)})

        return await answer(running, asked, identity, job)

    @router.post("/batch", responses=answers(200, shapes.BATCH))
    @action("post.assign")
    async def assign_many(body: Assignments, asked: Request) -> dict[str, Any]:
        named = [(one_.post_id or running.ids(), one_) for one_ in body.posts]

        async def enter(item: tuple[str, PostAssignment]) -> None:
            await asked.access.check(await concern_at(running, item[1].scope, item[1].scope_id))
            command = AssignPost(**item[1].model_dump() | {"post_id": item[0]})
            await running.executor.run(lambda unit: jobs.assign(unit, command), asked.cause(item[0]))

        return await each(named, lambda item: item[0], enter)

    @router.post("/{post_id}/departure", responses=answers(200, shapes.POST_DONE))
    @action("post.leave")
    async def leave(post_id: Id, body: Departure, asked: Request) -> Response:
        row = await one(running, POSTS, POSTS.c.post_id == post_id, "post")
        await asked.access.check(await concern_at(running, row["scope"], row["scope_id"]), hidden=unknown("post"))

        async def job(unit: UnitOfWork) -> Answer:
            command = LeavePost(post_id=post_id, until=body.until)
            heir = None if body.successor is None else jobs.Successor(**dict(body.successor))
            await jobs.leave(unit, command, asked.expected, heir, end_hanging=body.end_hanging)
            return Answer(200, {"post_id": post_id, "version": await unit.version(POST, post_id)})

        return await answer(running, asked, post_id, job)

    @router.get("/{post_id}", responses=answers(200, shapes.POST_SHOWN))
    @action("post.read")
    async def read(post_id: Id, response: Response, access: Access) -> dict[str, Any]:
        row = await one(running, POSTS, POSTS.c.post_id == post_id, "post")
        concern = await concern_at(running, row["scope"], row["scope_id"], row["person_id"])
        await access.check(concern, hidden=unknown("post"))
        response.headers["ETag"] = etag(row["version"])
        return row | {"duties": await duties_of(running, row["kind"], concern)}

    @router.get("", responses=answers(200, page(shapes.POST)))
    @action("post.read")
    async def listing(
        paging: Paging,
        access: Access,
        scope: PostScope | None = None,
        scope_id: Id | None = None,
        kind: PostKind | None = None,
        person_id: Id | None = None,
        as_of: AsOf = None,
    ) -> Page[dict[str, Any]]:
        """Posts at the places within the actor's scope, and the actor's own; with `as_of`, those that were held that day."""
        where = [or_(await visible_at(POSTS, access), POSTS.c.person_id == access.actor.id)]
        if as_of is not None:
            day = day_of(running, as_of)
            where += [POSTS.c.since <= day, or_(POSTS.c.until.is_(None), POSTS.c.until >= day)]
        equal = {"scope": scope, "scope_id": scope_id, "kind": kind, "person_id": person_id}
        return await listed(running, paging, "posts", POSTS, ("post_id",), *where, equal=equal)

    return router
