"""`/inbound-letters`: members who come with a paper letter from a place that is not connected (非建库, domain T14)."""

from datetime import date
from typing import Literal

from fastapi import APIRouter, Response
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.concerns import after, decided, seen, visible
from services.mobility.api.configured import settings_of
from services.mobility.api.fields import Act, Id, LetterNumber, Month, Reference, Words
from services.mobility.api.transfers import Outside
from services.mobility.application import inbound_letters as application
from services.mobility.domain.inbound_letter.commands import LetterCommand, RejectLetter, SendReceipt
from services.mobility.domain.inbound_letter.decider import INBOUND_LETTER
from services.mobility.domain.inbound_letter.events import PaperCarrying
from services.mobility.domain.terms import RejectionReason
from services.mobility.domain.transfer.outside import OutsideCommittee
from services.mobility.projections.inbound_letters import INBOUND_LETTERS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.runtime.commands import Asked, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, given, page_of
from shared.security.access import Access, action
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

LetterStatus = Literal["registered", "accepted", "rejected", "completed"]


class Brought(Act):
    """What stands on the letter that a member brought, or that came by 机要. `by` is the receiving committee."""

    outside: Outside
    letter_number: LetterNumber
    valid_until: date
    dues_paid_to: Month
    carrying: PaperCarrying = "in_person"


class TakenIn(Act):
    """The member was entered in the registry, in that branch."""

    member_id: Id
    branch_id: Id


class SentBack(Act):
    """Why the letter goes back."""

    reason_code: RejectionReason
    text: Words


class ReceiptOnPaper(Act):
    """How and when the 回执 left, and what proves it."""

    reference: Reference
    carrying: PaperCarrying
    sent_on: date


def inbound_letters(running: Running) -> APIRouter:
    """One case per letter, from its registration to the receipt."""
    router = APIRouter(prefix="/inbound-letters", tags=["inbound letters"])
    days = settings_of(running).policy("national").escalate_after_days

    async def decide(letter_id: str, body: Act, asked: Asked, command: LetterCommand) -> Response:
        await seen(running, asked.access, INBOUND_LETTERS, letter_id)
        await asked.access.acts_for(body.by)
        return await decided(running, asked, INBOUND_LETTER, letter_id, command, 200, letter_id=letter_id)

    @router.post("", status_code=201, responses=answers(201, shapes.INBOUND_LETTER_DONE))
    @action("inbound-letter.handle")
    async def register(body: Brought, asked: Request) -> Response:
        await asked.access.acts_for(body.by)
        outside = OutsideCommittee(**body.outside.model_dump())
        said = body.model_dump(exclude={"outside"}) | {"outside": outside}
        identity = application.letter_id(outside, body.letter_number)

        async def job(unit: UnitOfWork) -> Answer:
            await application.register(unit, **said, answer_days=days)
            return await after(unit, INBOUND_LETTER, identity, 201, letter_id=identity)

        return await answer(running, asked, identity, job)

    @router.post("/{letter_id}/acceptance", responses=answers(200, shapes.INBOUND_LETTER_DONE))
    @action("inbound-letter.handle")
    async def accept(letter_id: Id, body: TakenIn, asked: Request) -> Response:
        await seen(running, asked.access, INBOUND_LETTERS, letter_id)
        await asked.access.acts_for(body.by)

        async def job(unit: UnitOfWork) -> Answer:
            await application.accept(unit, letter_id, **body.model_dump(), expected=asked.expected)
            return await after(unit, INBOUND_LETTER, letter_id, 200, letter_id=letter_id)

        return await answer(running, asked, letter_id, job)

    @router.post("/{letter_id}/rejection", responses=answers(200, shapes.INBOUND_LETTER_DONE))
    @action("inbound-letter.handle")
    async def reject(letter_id: Id, body: SentBack, asked: Request) -> Response:
        said = body.model_dump(exclude={"by"}) | {"rejected_by": body.by, "rejected_at": running.clock.now()}
        return await decide(letter_id, body, asked, RejectLetter(**said))

    @router.post("/{letter_id}/receipt", responses=answers(200, shapes.INBOUND_LETTER_DONE))
    @action("inbound-letter.handle")
    async def receipt(letter_id: Id, body: ReceiptOnPaper, asked: Request) -> Response:
        said = body.model_dump(exclude={"by"}) | {"sent_by": body.by, "sent_at": running.clock.now()}
        return await decide(letter_id, body, asked, SendReceipt(**said))

    @router.get("/{letter_id}", responses=answers(200, shapes.INBOUND_LETTER))
    @action("inbound-letter.read")
    async def read(letter_id: Id, response: Response, access: Access) -> Row:
        return await seen(running, access, INBOUND_LETTERS, letter_id, response)

    @router.get("", responses=answers(200, page(shapes.INBOUND_LETTER)))
    @action("inbound-letter.read")
    async def listing(
        paging: Paging, access: Access, holder_id: Id | None = None, status: LetterStatus | None = None
    ) -> Page[Row]:
        wanted = given(INBOUND_LETTERS, holder_id=holder_id, status=status)
        query = select(INBOUND_LETTERS).where(await visible(INBOUND_LETTERS, access), *wanted)
        return await page_of(running, paging, "inbound-letters", query, INBOUND_LETTERS.c.letter_id)

    return router
