"""`/party-groups`: 党小组 of branches, who heads them, and who is in which. Their members are read from the roster."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Select, func, select

from services.registry.api import shapes
from services.registry.api.acting import after
from services.registry.api.as_of import AsOf, day_of, latest, require_past
from services.registry.api.batches import MOST_AT_ONCE, each
from services.registry.api.concerns import of_member
from services.registry.api.listing import listed
from services.registry.api.roll import grouped_on, standing_on
from services.registry.application import party_groups as jobs
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.party_group.commands import ChangePartyGroup, DissolvePartyGroup
from services.registry.domain.party_group.decider import PARTY_GROUP
from services.registry.domain.vocabulary import Id, Name
from services.registry.projections.party_groups import HEADS, PARTY_GROUPS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.runtime.commands import Asked, Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many, one
from shared.security.access import Access, Permit, action
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class GroupFounding(Body):
    """A group of that branch, perhaps in a department."""

    group_id: Id | None = None
    organisation_id: Id
    name: Name
    department: Name | None = None
    founded_on: date


class Head(Body):
    """Who heads it; null: nobody does."""

    member_id: Id | None
    since: date


class Joining(Body):
    """Members of the branch who belong to the group from that day on; each is assigned or refused on their own."""

    member_ids: list[Id] = Field(min_length=1, max_length=MOST_AT_ONCE)
    since: date


class GroupAssignment(Body):
    """The group that the member belongs to from that day on; null: none."""

    group_id: Id | None
    since: date


def _stood(day: date) -> Select[Any]:
    """The groups of that day, each with its head and how many belong to it."""
    heads = latest(HEADS, (HEADS.c.group_id,), HEADS.c.since, HEADS.c.since <= day).subquery("heads")
    grouped = grouped_on(day).subquery("grouped")
    members = select(func.count()).where(grouped.c.group_id == PARTY_GROUPS.c.group_id).scalar_subquery()
    return (
        select(PARTY_GROUPS, heads.c.member_id.label("head_id"), members.label("members"))
        .outerjoin(heads, heads.c.group_id == PARTY_GROUPS.c.group_id)
        .where(standing_on(day))
    )


def party_groups(running: Running) -> APIRouter:
    """The routes of groups."""
    router = APIRouter(tags=["organisations"])

    async def _seen(access: Permit, group_id: str) -> dict[str, Any]:
        row = await one(running, PARTY_GROUPS, PARTY_GROUPS.c.group_id == group_id, "party-group")
        await access.check(Concern((row["organisation_id"],)), hidden=unknown("party-group"))
        return row

    async def _answer(unit: UnitOfWork, group_id: str, status: int = 200) -> Answer:
        return await after(unit, PARTY_GROUP, group_id, status, group_id=group_id)

    async def _do(group_id: str, command: ChangePartyGroup | DissolvePartyGroup, asked: Asked) -> Response:
        await _seen(asked.access, group_id)

        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(PARTY_GROUP, group_id, command, expected=asked.expected)
            return await _answer(unit, group_id)

        return await answer(running, asked, group_id, job)

    @router.post("/party-groups", status_code=201, responses=answers(201, shapes.PARTY_GROUP_DONE))
    @action("party-group.keep")
    async def found(body: GroupFounding, asked: Request) -> Response:
        await asked.access.check(Concern((body.organisation_id,)))
        require_past(running, body.founded_on, "founded_on")
        identity = body.group_id or running.ids()

        async def job(unit: UnitOfWork) -> Answer:
            await jobs.found(unit, **dict(body) | {"group_id": identity})
            return await _answer(unit, identity, 201)

        return await answer(running, asked, identity, job)

    @router.patch("/party-groups/{group_id}", responses=answers(200, shapes.PARTY_GROUP_DONE))
    @action("party-group.keep")
    async def change(group_id: Id, body: ChangePartyGroup, asked: Request) -> Response:
        return await _do(group_id, body, asked)

    @router.post("/party-groups/{group_id}/dissolution", responses=answers(200, shapes.PARTY_GROUP_DONE))
    @action("party-group.keep")
    async def dissolve(group_id: Id, body: DissolvePartyGroup, asked: Request) -> Response:
        require_past(running, body.dissolved_on, "dissolved_on")
        return await _do(group_id, body, asked)

    @router.put("/party-groups/{group_id}/head", responses=answers(200, shapes.PARTY_GROUP_DONE))
    @action("party-group.keep")
    async def name_head(group_id: Id, body: Head, asked: Request) -> Response:
        await _seen(asked.access, group_id)
        require_past(running, body.since, "since")

        async def job(unit: UnitOfWork) -> Answer:
            await jobs.name_head(unit, group_id, body.member_id, body.since, asked.expected)
            return await _answer(unit, group_id)

        return await answer(running, asked, group_id, job)

    @router.post("/party-groups/{group_id}/members", responses=answers(200, shapes.BATCH))
    @action("party-group.keep")
    async def join(group_id: Id, body: Joining, asked: Request) -> dict[str, Any]:
        await _seen(asked.access, group_id)
        require_past(running, body.since, "since")

        async def enter(member_id: str) -> None:
            await asked.access.check(await of_member(running, member_id), hidden=unknown("member"))
            await running.executor.run(
                lambda unit: jobs.assign(unit, member_id, group_id, body.since), asked.cause(member_id)
            )

        return await each(body.member_ids, str, enter)

    @router.put("/members/{member_id}/party-group", responses=answers(200, shapes.MEMBER_DONE))
    @action("party-group.keep")
    async def assign(member_id: Id, body: GroupAssignment, asked: Request) -> Response:
        await asked.access.check(await of_member(running, member_id), hidden=unknown("member"))
        require_past(running, body.since, "since")

        async def job(unit: UnitOfWork) -> Answer:
            await jobs.assign(unit, member_id, body.group_id, body.since, asked.expected)
            return await after(unit, MEMBER, member_id, 200, member_id=member_id)

        return await answer(running, asked, member_id, job)

    @router.get("/party-groups/{group_id}", responses=answers(200, shapes.PARTY_GROUP))
    @action("party-group.read")
    async def read(group_id: Id, response: Response, access: Access, as_of: AsOf = None) -> dict[str, Any]:
        """The group as it stood at the end of that day; its members are `GET /members?party_group_id=`."""
        row = await _seen(access, group_id)
        found = await many(running, _stood(day_of(running, as_of)).where(PARTY_GROUPS.c.group_id == group_id))
        if not found:
            raise unknown("party-group")
        response.headers["ETag"] = etag(row["version"])
        return found[0]

    @router.get("/party-groups", responses=answers(200, page(shapes.PARTY_GROUP)))
    @action("party-group.read")
    async def listing(
        paging: Paging, access: Access, organisation_id: Id | None = None, as_of: AsOf = None
    ) -> Page[dict[str, Any]]:
        """Groups of the actor's branches that stood at the end of that day."""
        rows = _stood(day_of(running, as_of)).where(PARTY_GROUPS.c.organisation_id.in_(await access.scope()))
        equal = {"organisation_id": organisation_id}
        return await listed(running, paging, "party-groups", rows.subquery(), ("group_id",), equal=equal)

    return router
