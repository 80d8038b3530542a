"""`/lost-contact`: 失联, the search log, and the decisions of named bodies."""

from typing import Literal

from fastapi import APIRouter, Response
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.concerns import acts_for_member, after, seen, visible
from services.mobility.api.fields import Act, Id, Words
from services.mobility.api.words import words_of
from services.mobility.application.whereabouts import home_of
from services.mobility.domain.care_terms import Day
from services.mobility.domain.lost_contact.commands import (
    DecideLoss,
    LogSearch,
    LossCommand,
    ReportLoss,
    RestoreContact,
)
from services.mobility.domain.lost_contact.decider import LOST_CONTACT
from services.mobility.domain.lost_contact.events import Proposal
from services.mobility.domain.lost_contact.state import Loss
from services.mobility.projections.care_tables import LOST_CONTACTS, SEARCHES
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.runtime.commands import Asked, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, given, is_set, many, page_of
from shared.security.access import Access, action
from shared.security.policy import Relation
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

LossStatus = Literal["searching", "stopped", "removed", "cancelled", "back", "ended"]


class Report(Act):
    """Since when, and which person searches."""

    member_id: Id
    lost_since: Day
    person_id: Id


class Search(Act):
    """One way that was tried."""

    search_id: Id | None = None
    way: Literal["phone", "family", "visit", "employer", "public_notice", "other"]
    text: Words


class Decision(Act):
    """What was decided, by whom: the deciding and the approving body, the person who signs, the day, the reason."""

    proposal: Proposal
    agreed: bool
    approved_by: Id
    person_id: Id
    decided_on: Day
    text: Words


class Restoration(Act):
    """The member was found, or applies to come back."""

    restored_on: Day
    application_document: Words | None = None


def lost_contact(running: Running) -> APIRouter:
    """Nothing here happens to a member by itself."""
    router = APIRouter(prefix="/lost-contact", tags=["lost contact"])
    words = words_of(running)

    async def may(member_id: str, asked: Asked, *bodies: str) -> None:
        await seen(running, asked.access, LOST_CONTACTS, member_id)
        for body in bodies:
            await asked.access.acts_for(body)

    async def decide(member_id: str, asked: Asked, command: LossCommand, status: int) -> Response:

        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(LOST_CONTACT, member_id, command, expected=asked.expected)
            return await _stands(unit, member_id, status)

        return await answer(running, asked, member_id, job)

    @router.post("", status_code=201, responses=answers(201, shapes.LOSS_DONE))
    @action("lost-contact.report")
    async def report(body: Report, asked: Request) -> Response:
        await acts_for_member(running, asked.access, body.member_id, body.by, "member_id")

        async def job(unit: UnitOfWork) -> Answer:
            home = await home_of(unit, body.member_id)
            command = ReportLoss(
                member_id=body.member_id,
                branch_id=home.branch_id,
                committee_id=home.committee_id,
                superior_id=home.superior_id,
                probationary=home.member["status"] == "probationary",
                lost_since=body.lost_since,
                person_id=body.person_id,
                reported_by=body.by,
                reported_at=running.clock.now(),
            )
            await unit.handle(LOST_CONTACT, body.member_id, command, expected=asked.expected)
            return await _stands(unit, body.member_id, 201)

        return await answer(running, asked, body.member_id, job)

    @router.post("/{member_id}/searches", status_code=201, responses=answers(201, shapes.LOSS_DONE))
    @action("lost-contact.report")
    async def search(member_id: Id, body: Search, asked: Request) -> Response:
        await may(member_id, asked, body.by)
        command = LogSearch(
            search_id=body.search_id or running.ids(),
            way=body.way,
            text=await words.seal(member_id, body.text),
            searched_by=body.by,
            searched_at=running.clock.now(),
        )
        return await decide(member_id, asked, command, 201)

    @router.post("/{member_id}/restoration", responses=answers(200, shapes.LOSS_DONE))
    @action("lost-contact.report")
    async def restore(member_id: Id, body: Restoration, asked: Request) -> Response:
        await may(member_id, asked, body.by)
        command = RestoreContact(
            restored_on=body.restored_on,
            application_document=body.application_document,
            recorded_by=body.by,
            recorded_at=running.clock.now(),
        )
        return await decide(member_id, asked, command, 200)

    @router.post("/{member_id}/decisions", status_code=201, responses=answers(201, shapes.LOSS_DONE))
    @action("lost-contact.decide")
    async def judge(member_id: Id, body: Decision, asked: Request) -> Response:
        """`by` is the deciding body. Whoever records it answers for the approving one as well."""
        await may(member_id, asked, body.approved_by, body.by)
        command = DecideLoss(
            proposal=body.proposal,
            agreed=body.agreed,
            decided_by=body.by,
            approved_by=body.approved_by,
            person_id=body.person_id,
            decided_on=body.decided_on,
            text=await words.seal(member_id, body.text),
            decided_at=running.clock.now(),
        )
        return await decide(member_id, asked, command, 201)

    @router.get("/{member_id}", responses=answers(200, shapes.LOSS))
    @action("lost-contact.read")
    async def read(member_id: Id, response: Response, access: Access) -> Row:
        row = await seen(running, access, LOST_CONTACTS, member_id, response)
        log = select(SEARCHES).where(SEARCHES.c.member_id == member_id).order_by(SEARCHES.c.searched_at)
        return await words.open(row | {"log": await many(running, log)}, access.actor.id)

    @router.get("", responses=answers(200, page(shapes.LOSS_LISTED)))
    @action("lost-contact.read")
    async def listing(
        paging: Paging, access: Access, status: LossStatus | None = None, proposed: bool | None = None
    ) -> Page[Row]:
        """`proposed=true`: those that a body has to decide about."""
        table, mine = LOST_CONTACTS.c, await visible(LOST_CONTACTS, access, Relation.WITHIN)
        wanted = (*given(LOST_CONTACTS, status=status), *is_set(table.proposal, proposed))
        query = select(LOST_CONTACTS).where(mine, *wanted)
        found = await page_of(running, paging, "lost-contact", query, table.member_id)
        return await words.open_page(found, access.actor.id)

    return router


async def _stands(unit: UnitOfWork, member_id: str, status: int) -> Answer:
    state: Loss = await unit.state(LOST_CONTACT, member_id)
    proposed = state.proposed
    said = {
        "member_id": member_id,
        "status": state.status,
        "proposal": proposed.proposal if proposed else None,
        "holder_id": proposed.body_id if proposed else None,
        "due_at": proposed.due_at if proposed else None,
    }
    return await after(unit, LOST_CONTACT, member_id, status, **said)
