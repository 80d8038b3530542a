"""`/relations`: which station serves whom, what belongs to a platform, a grid, a functional group; since when, until when."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import ColumnElement, or_

from services.registry.api import shapes
from services.registry.api.acting import after
from services.registry.api.as_of import AsOf, day_of
from services.registry.api.batches import MOST_AT_ONCE, each
from services.registry.api.listing import listed
from services.registry.api.places_of_posts import concern_at
from services.registry.application import relations as jobs
from services.registry.domain.relation.decider import RELATION, relation_id
from services.registry.domain.relation.kinds import KINDS
from services.registry.domain.vocabulary import Id, RelationKind, Scope
from services.registry.projections.place_tables import RELATIONS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.security.access import Access, action
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class RelationBeginning(Body):
    """From what to what, and since when."""

    kind: RelationKind
    from_id: Id
    to_scope: Scope
    to_id: Id
    since: date


class Beginnings(Body):
    """Several at once; each is entered or refused on its own."""

    relations: list[RelationBeginning] = Field(min_length=1, max_length=MOST_AT_ONCE)


class Ending(Body):
    """Which pair, and the last day."""

    kind: RelationKind
    from_id: Id
    to_id: Id
    until: date


def relations(running: Running) -> APIRouter:
    """The routes of relations. They belong to whoever answers for where they lead from."""
    router = APIRouter(prefix="/relations", tags=["places"])

    @router.post("", status_code=201, responses=answers(201, shapes.RELATION_DONE))
    @action("place.keep")
    async def begin(body: RelationBeginning, asked: Request) -> Response:
        await asked.access.check(await concern_at(running, KINDS[body.kind].source, body.from_id))
        identity = relation_id(body.kind, body.from_id, body.to_id)

        async def job(unit: UnitOfWork) -> Answer:
            await jobs.begin(unit, **dict(body))
            return await after(unit, RELATION, identity, 201, relation_id=identity)

        return await answer(running, asked, identity, job)

    @router.post("/batch", responses=answers(200, shapes.BATCH))
    @action("place.keep")
    async def begin_many(body: Beginnings, asked: Request) -> dict[str, Any]:
        async def enter(one: RelationBeginning) -> None:
            await asked.access.check(await concern_at(running, KINDS[one.kind].source, one.from_id))
            await running.executor.run(lambda unit: jobs.begin(unit, **dict(one)), asked.cause(one.from_id))

        return await each(body.relations, lambda one: relation_id(one.kind, one.from_id, one.to_id), enter)

    @router.post("/end", responses=answers(200, shapes.RELATION_DONE))
    @action("place.keep")
    async def end(body: Ending, asked: Request) -> Response:
        concern = await concern_at(running, KINDS[body.kind].source, body.from_id)
        await asked.access.check(concern, hidden=unknown("relation"))
        identity = relation_id(body.kind, body.from_id, body.to_id)

        async def job(unit: UnitOfWork) -> Answer:
            await jobs.end(unit, identity, body.until, asked.expected)
            return await after(unit, RELATION, identity, 200, relation_id=identity)

        return await answer(running, asked, identity, job)

    @router.get("", responses=answers(200, page(shapes.RELATION)))
    @action("place.read")
    async def listing(
        paging: Paging,
        access: Access,
        kind: RelationKind | None = None,
        from_id: Id | None = None,
        to_id: Id | None = None,
        as_of: AsOf = None,
    ) -> Page[dict[str, Any]]:
        """Relations of what the actor's organisations answer for; with `as_of`, those that held that day."""
        where: list[ColumnElement[bool]] = [RELATIONS.c.organisation_id.in_(await access.scope())]
        if as_of is not None:
            day = day_of(running, as_of)
            where += [RELATIONS.c.since <= day, or_(RELATIONS.c.until.is_(None), RELATIONS.c.until >= day)]
        equal = {"kind": kind, "from_id": from_id, "to_id": to_id}
        key = ("relation_id", "since")
        return await listed(running, paging, "relations", RELATIONS, key, *where, equal=equal)

    return router
