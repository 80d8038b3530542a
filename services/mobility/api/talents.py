"""`/talents`: 乡土人才库 with consent, nominations and what bodies decided about them."""

from datetime import timedelta

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.concerns import acts_for_member, after, decided, member_seen
from services.mobility.api.fields import Act, Id, Words
from services.mobility.api.words import words_of
from services.mobility.application.organisations import organisations_above
from services.mobility.domain.talent.decider import (
    TALENT,
    DecideNomination,
    ListTalent,
    Nominate,
    TalentKind,
    WithdrawConsent,
)
from services.mobility.projections.care_tables import NOMINATIONS, TALENTS
from services.mobility.projections.tables import MEMBERS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import end_of_day, local_date
from shared.kernel.errors import unknown
from shared.runtime.commands import Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, many, one, page_of
from shared.security.access import Access, action
from shared.security.policy import Concern, Relation
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

DECIDE_DAYS = 30


class Listing(Act):
    """What the member agreed to, and the document that says so."""

    kinds: tuple[TalentKind, ...] = Field(min_length=1, max_length=4)
    consent_document: str = Field(min_length=1, max_length=200)


class NominationBody(Act):
    """To which body, as what, and why."""

    nomination_id: Id | None = None
    kind: TalentKind
    body_id: Id
    text: Words


class Verdict(Act):
    """The body's answer, who signs, and why."""

    accepted: bool
    person_id: Id
    text: Words


def talents(running: Running) -> APIRouter:
    """One entry per member, under the member's id."""
    router = APIRouter(prefix="/talents", tags=["talents"])
    words = words_of(running)

    @router.put("/{member_id}", responses=answers(200, shapes.TALENT_DONE))
    @action("talent.keep")
    async def put(member_id: Id, body: Listing, asked: Request) -> Response:
        await acts_for_member(running, asked.access, member_id, body.by)
        kinds, document = tuple(dict.fromkeys(body.kinds)), body.consent_document
        command = ListTalent(
            member_id=member_id,
            kinds=kinds,
            consent_document=document,
            listed_by=body.by,
            listed_at=running.clock.now(),
        )
        return await decided(running, asked, TALENT, member_id, command, 200, member_id=member_id)

    @router.post("/{member_id}/withdrawal", responses=answers(200, shapes.TALENT_DONE))
    @action("talent.keep")
    async def withdraw(member_id: Id, body: Act, asked: Request) -> Response:
        """The member takes the consent back: no reason is asked for."""
        await acts_for_member(running, asked.access, member_id, body.by)
        command = WithdrawConsent(recorded_by=body.by, withdrawn_at=running.clock.now())
        return await decided(running, asked, TALENT, member_id, command, 200, member_id=member_id)

    @router.post("/{member_id}/nominations", status_code=201, responses=answers(201, shapes.TALENT_DONE))
    @action("talent.keep")
    async def nominate(member_id: Id, body: NominationBody, asked: Request) -> Response:
        await acts_for_member(running, asked.access, member_id, body.by)
        identity, why = body.nomination_id or running.ids(), await words.seal(member_id, body.text)

        async def job(unit: UnitOfWork) -> Answer:
            now, tree = unit.clock.now(), await organisations_above(unit, body_id=body.body_id)
            tree.require_active(body_id=body.body_id)
            command = Nominate(
                nomination_id=identity,
                kind=body.kind,
                body_id=body.body_id,
                text=why,
                nominated_by=body.by,
                nominated_at=now,
                due_at=end_of_day(local_date(now) + timedelta(days=DECIDE_DAYS)),
                superior_id=tree.rows[body.body_id]["parent_id"],
            )
            await unit.handle(TALENT, member_id, command, expected=asked.expected)
            return await after(unit, TALENT, member_id, 201, member_id=member_id, nomination_id=identity)

        return await answer(running, asked, member_id, job)

    @router.post("/{member_id}/nominations/{nomination_id}/decision", responses=answers(200, shapes.TALENT_DONE))
    @action("talent.decide")
    async def decide(member_id: Id, nomination_id: Id, body: Verdict, asked: Request) -> Response:
        rows = await running.store.get_rows(NOMINATIONS.name, [(member_id, nomination_id)])
        concern = Concern(tuple(str(row["body_id"]) for row in rows.values()))
        await asked.access.check(concern, hidden=unknown("nomination"))
        await asked.access.acts_for(body.by)
        command = DecideNomination(
            nomination_id=nomination_id,
            accepted=body.accepted,
            text=await words.seal(member_id, body.text),
            decided_by=body.by,
            person_id=body.person_id,
            decided_at=running.clock.now(),
        )
        return await decided(
            running, asked, TALENT, member_id, command, 200, member_id=member_id, nomination_id=nomination_id
        )

    @router.get("/{member_id}", responses=answers(200, shapes.TALENT))
    @action("talent.read")
    async def read(member_id: Id, response: Response, access: Access) -> Row:
        await member_seen(running, access, member_id)
        row = await one(running, TALENTS, TALENTS.c.member_id == member_id, "talent")
        response.headers["ETag"] = etag(row["version"])
        found = select(NOMINATIONS).where(NOMINATIONS.c.member_id == member_id).order_by(NOMINATIONS.c.nomination_id)
        return await words.open(row | {"nominations": await many(running, found)}, access.actor.id)

    @router.get("", responses=answers(200, page(shapes.TALENT_LISTED)))
    @action("talent.read")
    async def listing(paging: Paging, access: Access, kind: TalentKind | None = None) -> Page[Row]:
        """Who is in the pool, of the members of one's own organisations as they are today."""
        key, scope = TALENTS.c.member_id, await access.scope(Relation.WITHIN)
        own = select(MEMBERS.c.member_id).where(MEMBERS.c.organisation_id.in_(scope))
        query = select(TALENTS).where(TALENTS.c.in_pool, key.in_(own))
        if kind is not None:
            query = query.where(TALENTS.c.kinds.contains([kind]))
        return await page_of(running, paging, "talents", query, key)

    return router
