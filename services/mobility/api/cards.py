"""`/cards`: 《流动党员活动证》 from issue to return."""

from dataclasses import asdict
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.concerns import acts_for_member, after, concern_of, visible
from services.mobility.api.fields import Act, Id, Month, Words
from services.mobility.api.words import words_of
from services.mobility.application import cards as work
from services.mobility.application.whereabouts import home_of
from services.mobility.domain.card.decider import CARD, CardCommand, EndCard, EnterCard, EntryKind, ReviewCard
from services.mobility.domain.card.rights import rights
from services.mobility.domain.card.series import CARD_SERIES
from services.mobility.domain.departure.decider import DEPARTURE
from services.mobility.domain.departure.state import Departure
from services.mobility.projections.care_tables import CARDS, DEPARTURES
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused, unknown
from shared.runtime.commands import Asked, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, given, is_set, one, page_of
from shared.security.access import Access, Permit, action
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class CardIssue(Act):
    """For whom."""

    card_id: Id | None = None
    member_id: Id


class Entry(Act):
    """One line: arrival, dues of a month, sessions attended in a month, or what the member leaves with."""

    entry_id: Id | None = None
    kind: EntryKind
    month: Month
    sessions: int | None = Field(default=None, ge=0, le=1000)


class Review(Act):
    """年审."""

    year: int = Field(ge=2000, le=9999)
    passed: bool
    text: Words | None = None


class CardEnding(Act):
    """Given back or lost."""

    reason: Literal["returned", "lost"]


def cards(running: Running) -> APIRouter:
    """Cards and what is written in them."""
    router = APIRouter(prefix="/cards", tags=["cards"])
    words = words_of(running)

    async def card_seen(access: Permit, card_id: str) -> Row:
        """The card, for the issuing side and for the inflow side of the departure: that one fills it in."""
        row = await one(running, CARDS, CARDS.c.card_id == card_id, "card")
        issuing = concern_of(CARDS, row)
        away = await running.store.get_rows(DEPARTURES.name, [(row["departure_id"],)])
        inflow = [concern_of(DEPARTURES, each) for each in away.values()]
        organisations = (*issuing.organisations, *(step for each in inflow for step in each.organisations))
        concern = Concern(tuple(dict.fromkeys(organisations)), issuing.persons)
        await access.check(concern, hidden=unknown("card"))
        return row

    async def may(card_id: str, body: Act, asked: Asked) -> Row:
        row = await card_seen(asked.access, card_id)
        await asked.access.acts_for(body.by)
        return row

    async def write(card_id: str, body: Act, asked: Asked, command: CardCommand, status: int) -> Response:

        async def job(unit: UnitOfWork) -> Answer:
            await work.step(unit, card_id, command, body.by, asked.expected)
            return await after(unit, CARD, card_id, status, card_id=card_id)

        return await answer(running, asked, card_id, job)

    @router.post("", status_code=201, responses=answers(201, shapes.CARD_ISSUED))
    @action("card.issue")
    async def issue(body: CardIssue, asked: Request) -> Response:
        """The branch issues a card, with the next number of its county."""
        await acts_for_member(running, asked.access, body.member_id, body.by, "member_id")
        identity = body.card_id or running.ids()

        async def job(unit: UnitOfWork) -> Answer:
            await _only_card(unit, identity, body.member_id)
            await work.issue(unit, identity, body.member_id, body.by)
            issued = (await unit.state(CARD, identity)).valid
            return await after(unit, CARD, identity, 201, card_id=identity, card_number=issued.card_number)

        return await answer(running, asked, identity, job)

    @router.post("/{card_id}/entries", status_code=201, responses=answers(201, shapes.CARD_DONE))
    @action("card.act")
    async def enter(card_id: Id, body: Entry, asked: Request) -> Response:
        await may(card_id, body, asked)
        command = EnterCard(
            entry_id=body.entry_id or running.ids(),
            kind=body.kind,
            month=body.month,
            sessions=body.sessions,
            entered_by=body.by,
            entered_at=running.clock.now(),
        )
        return await write(card_id, body, asked, command, 201)

    @router.post("/{card_id}/reviews", status_code=201, responses=answers(201, shapes.CARD_DONE))
    @action("card.act")
    async def review(card_id: Id, body: Review, asked: Request) -> Response:
        card = await may(card_id, body, asked)
        command = ReviewCard(
            year=body.year,
            passed=body.passed,
            text=await words.seal_if(card["member_id"], body.text),
            reviewed_by=body.by,
            reviewed_at=running.clock.now(),
        )
        return await write(card_id, body, asked, command, 201)

    @router.post("/{card_id}/end", responses=answers(200, shapes.CARD_DONE))
    @action("card.act")
    async def end(card_id: Id, body: CardEnding, asked: Request) -> Response:
        await may(card_id, body, asked)
        command = EndCard(reason=body.reason, ended_by=body.by, ended_at=running.clock.now())
        return await write(card_id, body, asked, command, 200)

    @router.get("/{card_id}", responses=answers(200, shapes.CARD))
    @action("card.read")
    async def read(card_id: Id, response: Response, access: Access, at: Id | None = None) -> Row:
        """The card; with `at`, what its holder may do in that organisation (domain §1.2)."""
        row = await words.open(await card_seen(access, card_id), access.actor.id)
        response.headers["ETag"] = etag(row["version"])
        if at is None:
            return row
        found = await running.store.get_rows("organisations", [(at,)])
        organisation = next(iter(found.values()), None)
        if organisation is None:
            raise unknown("organisation")
        return row | {"rights": asdict(rights(at, organisation["kind"], row["branch_id"]))}

    @router.get("", responses=answers(200, page(shapes.CARD_LISTED)))
    @action("card.read")
    async def listing(
        paging: Paging,
        access: Access,
        member_id: Id | None = None,
        valid: bool | None = None,
        to_return: bool | None = None,
    ) -> Page[Row]:
        """Cards issued by one's own organisations. `to_return`: those whose holder is not away any more."""
        wanted = given(CARDS, member_id=member_id)
        ended = is_set(CARDS.c.ended_at, None if valid is None else not valid)
        query = select(CARDS).where(
            await visible(CARDS, access), *wanted, *ended, *is_set(CARDS.c.return_due_at, to_return)
        )
        found = await page_of(running, paging, "cards", query, CARDS.c.card_id)
        return await words.open_page(found, access.actor.id)

    return router


async def _only_card(unit: UnitOfWork, card_id: str, member_id: str) -> None:
    """Errors (`Refused`): `card-valid`.

    The numbers of the county are looked at before the cards: of two at once the second one's number is taken when it
    commits, so it is decided again, and finds the card of the first.
    """
    home = await home_of(unit, member_id)
    if home.area_code is not None:
        await unit.state(CARD_SERIES, home.area_code)
    departure: Departure = await unit.state(DEPARTURE, member_id)
    for row in await unit.rows(CARDS.name, member_id=member_id):
        away = departure.open is not None and departure.open.registered.departure_id == row["departure_id"]
        if away and row["ended_at"] is None and row["card_id"] != card_id:
            raise Refused(
                "card-valid",
                f"the member has the card {row['card_number']}",
                remedy="use that one; report it lost, or take it back, before another is issued",
            )
