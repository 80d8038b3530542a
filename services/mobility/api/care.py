"""`/care`: 三方共管 with its one lead, duties, contact log; `/care-duties`: what a person or organisation has to do."""

from collections.abc import Awaitable, Callable
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import AwareDatetime
from sqlalchemy import or_, select

from services.mobility.api import shapes
from services.mobility.api.concerns import after, seen, visible
from services.mobility.api.fields import Act, Id, Words
from services.mobility.api.words import words_of
from services.mobility.application.whereabouts import party_of
from services.mobility.domain.care.commands import CompleteDuty, HandLead, LogContact, NameParty
from services.mobility.domain.care.decider import CARE as CARES
from services.mobility.domain.care.events import CareParty, ContactWay
from services.mobility.domain.care.state import Care
from services.mobility.domain.care_terms import DutyKind, PartyRole
from services.mobility.projections.care_tables import CARE, CARE_CONTACTS, CARE_DUTIES
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Forbidden, Invalid, Refused
from shared.kernel.sealed import Sealed
from shared.runtime.commands import Asked, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, given, is_set, many, page_of
from shared.security.access import Access, action
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

Step = Callable[[UnitOfWork, Sealed | None], Awaitable[None]]

_ELSEWHERE: dict[DutyKind, str] = {
    "verify": "POST /departures/{id}/verification",
    "correct_registration": "POST /departures/{id}/correction",
    "confirm_membership": "POST /departures/{id}/correction",
    "card_review": "POST /cards/{id}/reviews",
}
"""Duties that are done by an act of their own: to tick them off would be to skip it."""


class ContactRecord(Act):
    """Who of which party spoke with the member, how, and what about. `contacted_at` in the past, or now."""

    contact_id: Id | None = None
    role: PartyRole
    kind: Literal["contact", "talk", "abroad_contact", "yearly_report"] = "contact"
    way: ContactWay
    text: Words | None = None
    contacted_at: AwareDatetime | None = None


class Done(Act):
    """What was done."""

    text: Words | None = None


class Handing(Act):
    """To whom the lead goes, and why."""

    to_role: PartyRole
    reason: Words


class Naming(Act):
    """The person who does the work of a party from now on."""

    person_id: Id
    organisation_id: Id | None = None


def care(running: Running) -> APIRouter:
    """Three parties, one lead."""
    router = APIRouter(tags=["care"])
    words = words_of(running)

    async def decide(
        care_id: str, body: Act, asked: Asked, step: Step, text: str | None = None, status: int = 200
    ) -> Response:
        """`step` gets the `text` sealed."""
        row = await seen(running, asked.access, CARE, care_id)
        await asked.access.acts_for(body.by)
        said = await words.seal_if(row["member_id"], text)

        async def job(unit: UnitOfWork) -> Answer:
            unit.cause = unit.cause.with_correlation(care_id)
            await step(unit, said)
            state: Care = await unit.state(CARES, care_id)
            return await after(unit, CARES, care_id, status, care_id=care_id, lead=state.lead)

        return await answer(running, asked, care_id, job)

    @router.post("/care/{care_id}/contacts", status_code=201, responses=answers(201, shapes.CARE_DONE))
    @action("care.act")
    async def contact(care_id: Id, body: ContactRecord, asked: Request) -> Response:
        """联系记录 (domain N20); does the duty of that kind where it lies with the party."""
        now = running.clock.now()
        if body.contacted_at is not None and body.contacted_at > now:
            raise Invalid("contacted-later", "that is still to come", remedy="log it afterwards", where="contacted_at")
        identity = body.contact_id or running.ids()

        async def job(unit: UnitOfWork, text: Sealed | None) -> None:
            command = LogContact(
                contact_id=identity,
                role=body.role,
                kind=body.kind,
                way=body.way,
                text=text,
                logged_by=body.by,
                contacted_at=body.contacted_at or now,
            )
            _own_party(await unit.state(CARES, care_id), body.role, body.by)
            await unit.handle(CARES, care_id, command, expected=asked.expected)

        return await decide(care_id, body, asked, job, body.text, 201)

    @router.post("/care/{care_id}/duties/{duty_id}/completion", responses=answers(200, shapes.CARE_DONE))
    @action("care.act")
    async def complete(care_id: Id, duty_id: Id, body: Done, asked: Request) -> Response:
        """办结. Only by the party that has the duty; one that comes round opens again."""

        async def job(unit: UnitOfWork, text: Sealed | None) -> None:
            state: Care = await unit.state(CARES, care_id)
            duty = state.duties.get(duty_id)
            if duty is not None:
                _own_party(state, duty.holder_role, body.by)
                if duty.kind in _ELSEWHERE:
                    act = _ELSEWHERE[duty.kind]
                    raise Refused("duty-has-its-act", f"this duty is done by {act}", remedy=f"use {act}")
            command = CompleteDuty(duty_id=duty_id, done_by=body.by, text=text, done_at=running.clock.now())
            await unit.handle(CARES, care_id, command, expected=asked.expected)

        return await decide(care_id, body, asked, job, body.text)

    @router.post("/care/{care_id}/lead", responses=answers(200, shapes.CARE_DONE))
    @action("care.lead")
    async def hand(care_id: Id, body: Handing, asked: Request) -> Response:
        """The leading party hands over, or takes the lead with what stands above both; one event, no gap."""

        async def job(unit: UnitOfWork, text: Sealed | None) -> None:
            command = HandLead(to_role=body.to_role, text=text, handed_by=body.by, handed_at=running.clock.now())
            await unit.handle(CARES, care_id, command, expected=asked.expected)

        return await decide(care_id, body, asked, job, body.reason)

    @router.put("/care/{care_id}/parties/{role}", responses=answers(200, shapes.CARE_DONE))
    @action("care.act")
    async def name(care_id: Id, role: PartyRole, body: Naming, asked: Request) -> Response:
        """专人: another person of the party; of the destination also another organisation."""

        async def job(unit: UnitOfWork, _text: Sealed | None) -> None:
            state: Care = await unit.state(CARES, care_id)
            _ = state.begun
            party = state.parties.get(role)
            if body.organisation_id is not None and role == "destination":
                party = await party_of(unit, body.organisation_id, body.person_id, "organisation_id")
            elif party is None:
                raise Refused("party-absent", "this party does not take part", remedy="open the file first")
            else:
                _own_party(state, role, body.by)
            named: CareParty = party.model_copy(update={"person_id": body.person_id})
            command = NameParty(role=role, party=named, named_at=running.clock.now())
            await unit.handle(CARES, care_id, command, expected=asked.expected)

        return await decide(care_id, body, asked, job)

    @router.get("/care/{care_id}", responses=answers(200, shapes.CARE))
    @action("care.read")
    async def read(care_id: Id, response: Response, access: Access) -> Row:
        """The parties, the lead, what is open, and the latest contacts."""
        row = await seen(running, access, CARE, care_id, response)
        duties = select(CARE_DUTIES).where(CARE_DUTIES.c.care_id == care_id).order_by(CARE_DUTIES.c.due_at)
        contacts = select(CARE_CONTACTS).where(CARE_CONTACTS.c.care_id == care_id)
        latest = contacts.order_by(CARE_CONTACTS.c.contacted_at.desc()).limit(50)
        shown = row | {"duties": await many(running, duties), "contacts": await many(running, latest)}
        return await words.open(shown, access.actor.id)

    @router.get("/care", responses=answers(200, page(shapes.CARE_LISTED)))
    @action("care.read")
    async def listing(paging: Paging, access: Access, lead: PartyRole | None = None, ended: bool = False) -> Page[Row]:
        mine = await visible(CARE, access)
        query = select(CARE).where(mine, *is_set(CARE.c.ended_at, ended), *given(CARE, lead=lead))
        return await page_of(running, paging, "care", query, CARE.c.care_id)

    @router.get("/care-duties", responses=answers(200, page(shapes.CARE_DUTY)))
    @action("care.read")
    async def duties(
        paging: Paging, access: Access, person_id: Id | None = None, overdue: bool | None = None
    ) -> Page[Row]:
        """待办: open duties of one's own organisations and those that silence brought to them, the most urgent first."""
        scope, table = await access.scope(), CARE_DUTIES.c
        own = or_(table.organisation_id.in_(scope), table.escalated_to.in_(scope), table.person_id == access.actor.id)
        query = select(CARE_DUTIES).where(own, *given(CARE_DUTIES, person_id=person_id))
        if overdue is not None:
            now = running.clock.now()
            query = query.where(table.due_at <= now if overdue else table.due_at > now)
        return await page_of(running, paging, "care-duties", query, table.due_at, table.care_id, table.duty_id)

    return router


def _own_party(state: Care, role: PartyRole, by: str) -> None:
    """Raises `Forbidden` when that organisation is not the party."""
    party = state.parties.get(role)
    if party is not None and by not in (party.organisation_id, party.superior_id):
        raise Forbidden(
            "not-your-side",
            f"this is for {party.organisation_id} as {role}",
            remedy="let that organisation do it",
            where="by",
        )
