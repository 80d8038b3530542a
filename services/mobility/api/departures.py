"""`/departures`: 外出登记, and the match list of a station. `/arrivals`: who reports in without one."""

from typing import Literal

from fastapi import APIRouter, Response
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.concerns import acts_for_member, after, seen, visible
from services.mobility.api.fields import Act, Id, Words
from services.mobility.api.words import words_of
from services.mobility.application.departures import Going, register
from services.mobility.domain.care_terms import Day, DepartureReason, Place
from services.mobility.domain.departure.decider import DEPARTURE
from services.mobility.projections.care_tables import DEPARTURES
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.runtime.commands import Asked, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, given, page_of
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

DepartureStatus = Literal["away", "to_verify", "found", "not_found", "wrong", "on_file", "ended"]


class Leaving(Act):
    """Who goes where, why, and for how long. The phone number goes to the registry, which seals it."""

    departure_id: Id | None = None
    member_id: Id
    reason: DepartureReason
    destination: Place
    departs_on: Day
    expected_until: Day | None = None
    place_fixed: bool
    kept_because: Words | None = None
    contact_person_id: Id
    station_id: Id | None = None
    station_person_id: Id | None = None


def departures(running: Running) -> APIRouter:
    """Registering and reading."""
    router = APIRouter(tags=["departures"])
    words = words_of(running)

    async def begin(body: Leaving, asked: Asked, reported_in: bool) -> Response:
        identity = body.departure_id or running.ids()
        kept_because = await words.seal_if(body.member_id, body.kept_because)
        said = {**dict(body), "departure_id": identity, "kept_because": kept_because}
        going = Going(**said, reported_in=reported_in)

        async def job(unit: UnitOfWork) -> Answer:
            await register(unit, going)
            away = (await unit.state(DEPARTURE, body.member_id)).away(identity)
            done = {
                "departure_id": identity,
                "member_id": body.member_id,
                "status": away.status,
                "credential": away.registered.credential,
                "must_transfer": away.registered.must_transfer,
                "station_id": away.station_id,
            }
            return await after(unit, DEPARTURE, body.member_id, 201, **done)

        return await answer(running, asked, identity, job)

    @router.post("/departures", status_code=201, responses=answers(201, shapes.DEPARTURE_BEGUN))
    @action("departure.register")
    async def leave(body: Leaving, asked: Request) -> Response:
        """The member's branch, or a committee above it, registers the departure."""
        await acts_for_member(running, asked.access, body.member_id, body.by, "member_id")
        return await begin(body, asked, reported_in=False)

    @router.post("/arrivals", status_code=201, responses=answers(201, shapes.DEPARTURE_BEGUN))
    @action("departure.report-in")
    async def arrive(body: Leaving, asked: Request) -> Response:
        """报到: the inflow side takes in who was not registered as leaving; the origin confirms, with a time."""
        await asked.access.check(Concern((body.by,)))
        await asked.access.acts_for(body.by)
        return await begin(body, asked, reported_in=True)

    @router.get("/departures/{departure_id}", responses=answers(200, shapes.DEPARTURE))
    @action("departure.read")
    async def read(departure_id: Id, response: Response, access: Access) -> Row:
        return await words.open(await seen(running, access, DEPARTURES, departure_id, response), access.actor.id)

    @router.get("/departures", responses=answers(200, page(shapes.DEPARTURE)))
    @action("departure.read")
    async def listing(
        paging: Paging,
        access: Access,
        status: DepartureStatus | None = None,
        station_id: Id | None = None,
        member_id: Id | None = None,
        origin_branch_id: Id | None = None,
        area_code: Id | None = None,
    ) -> Page[Row]:
        """Filtered by `station_id` and `status=to_verify` it is the match list of that station."""
        wanted = given(
            DEPARTURES,
            status=status,
            station_id=station_id,
            member_id=member_id,
            origin_branch_id=origin_branch_id,
            area_code=area_code,
        )
        query = select(DEPARTURES).where(await visible(DEPARTURES, access), *wanted)
        found = await page_of(running, paging, "departures", query, DEPARTURES.c.departure_id)
        return await words.open_page(found, access.actor.id)

    return router
