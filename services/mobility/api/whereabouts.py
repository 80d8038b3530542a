"""`/departures/{id}/…`: what station and origin say of a member who is away; `/returns`: what came of those who are back."""

from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any, Protocol

from fastapi import APIRouter, Response
from sqlalchemy import func, select

from services.mobility.api import shapes
from services.mobility.api.concerns import after, seen, visible
from services.mobility.api.fields import Act, Id, Words
from services.mobility.api.words import words_of
from services.mobility.application import departures as away
from services.mobility.application import verification
from services.mobility.application.stations import name_station
from services.mobility.domain.care_terms import Day, Groups, Place, ReturnOutcome, VerificationOutcome
from services.mobility.domain.departure.commands import (
    ChangeDestination,
    CorrectRegistration,
    OpenFile,
    VerifyMember,
)
from services.mobility.domain.departure.decider import DEPARTURE
from services.mobility.domain.departure.state import Departure
from services.mobility.projections.care_tables import DEPARTURES
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.errors import Forbidden
from shared.runtime.commands import Asked, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.security.access import Access, action
from shared.web.days import DayAsked
from shared.web.shapes import answers


class Move(Act):
    """The new place; a station that serves it is found unless one is named."""

    destination: Place
    expected_until: Day | None = None
    place_fixed: bool
    station_id: Id | None = None
    station_person_id: Id | None = None


class StationNaming(Act):
    """The station that takes over; the one that serves the place is found unless one is named."""

    station_id: Id | None = None
    station_person_id: Id | None = None


class Verification(Act):
    """找到、未找到、信息有误."""

    outcome: VerificationOutcome
    text: Words | None = None


class Correction(Act):
    """The origin's answer. `our_member: false` says that who reported in is not its member."""

    our_member: bool = True


class FileOpening(Act):
    """Branch or place that looks after the member, with its person; grid and groups."""

    destination_organisation_id: Id | None = None
    person_id: Id | None = None
    grid_id: Id | None = None
    group_ids: Groups = ()


class Homecoming(Act):
    """When, and what they do at home."""

    returned_on: Day
    outcome: ReturnOutcome = "none"


class Step(Protocol):
    """What is decided about a member who is away, once everything but the version it expects was filled in."""

    def __call__(self, unit: UnitOfWork, member_id: str, *, expected: int | None) -> Awaitable[None]: ...


_ORIGIN = ("origin_branch_id", "origin_committee_id")
_STATION = ("station_organisation_id",)
"""The columns that name whose decision it is."""


def whereabouts(running: Running) -> APIRouter:
    """The decisions about one departure, each by the side whose it is."""
    router = APIRouter(tags=["departures"])
    words = words_of(running)

    async def decide(departure_id: str, body: Act, asked: Asked, step: Step, sides: tuple[str, ...] = ()) -> Response:
        row = await seen(running, asked.access, DEPARTURES, departure_id)
        await asked.access.acts_for(body.by)
        _check_side(row, body.by, sides)
        member_id = str(row["member_id"])

        async def job(unit: UnitOfWork) -> Answer:
            unit.cause = unit.cause.with_correlation(departure_id)
            await step(unit, member_id, expected=asked.expected)
            state: Departure = await unit.state(DEPARTURE, member_id)
            status = state.open.status if state.open else "ended"
            return await after(
                unit, DEPARTURE, member_id, 200, departure_id=departure_id, member_id=member_id, status=status
            )

        return await answer(running, asked, departure_id, job)

    @router.put("/departures/{departure_id}/destination", responses=answers(200, shapes.DEPARTURE_DONE))
    @action("departure.act")
    async def move(departure_id: Id, body: Move, asked: Request) -> Response:
        """The member reported another place (domain M6)."""
        command = ChangeDestination(
            departure_id=departure_id,
            destination=body.destination,
            expected_until=body.expected_until,
            place_fixed=body.place_fixed,
            station_id=body.station_id,
            changed_by=body.by,
            changed_at=running.clock.now(),
        )
        step = partial(away.change, command=command, station_person_id=body.station_person_id)
        return await decide(departure_id, body, asked, step)

    @router.post("/departures/{departure_id}/station", responses=answers(200, shapes.DEPARTURE_DONE))
    @action("departure.act")
    async def station(departure_id: Id, body: StationNaming, asked: Request) -> Response:
        """The origin says which station looks after the member where they are: theirs was closed, or there was none."""
        step = partial(
            name_station,
            departure_id=departure_id,
            station_id=body.station_id,
            person_id=body.station_person_id,
            by=body.by,
        )
        return await decide(departure_id, body, asked, step, _ORIGIN)

    @router.post("/departures/{departure_id}/verification", responses=answers(200, shapes.DEPARTURE_DONE))
    @action("departure.act")
    async def verify(departure_id: Id, body: Verification, asked: Request) -> Response:
        """The station's organisation says what it found (domain N09)."""
        row = await seen(running, asked.access, DEPARTURES, departure_id)
        command = VerifyMember(
            departure_id=departure_id,
            outcome=body.outcome,
            text=await words.seal_if(row["member_id"], body.text),
            verified_by=body.by,
            verified_at=running.clock.now(),
        )
        return await decide(departure_id, body, asked, partial(verification.verify, command=command), _STATION)

    @router.post("/departures/{departure_id}/correction", responses=answers(200, shapes.DEPARTURE_DONE))
    @action("departure.act")
    async def correct(departure_id: Id, body: Correction, asked: Request) -> Response:
        """The origin corrected or confirmed the registration, or does not know the member."""
        if not body.our_member:
            step = partial(away.disown, departure_id=departure_id, by=body.by)
            return await decide(departure_id, body, asked, step, _ORIGIN)
        command = CorrectRegistration(departure_id=departure_id, corrected_by=body.by, corrected_at=running.clock.now())
        return await decide(departure_id, body, asked, partial(verification.correct, command=command), _ORIGIN)

    @router.put("/departures/{departure_id}/file", responses=answers(200, shapes.DEPARTURE_DONE))
    @action("departure.act")
    async def file(departure_id: Id, body: FileOpening, asked: Request) -> Response:
        """建档立卡 (domain N09–N11)."""
        command = OpenFile(
            departure_id=departure_id,
            destination_organisation_id=body.destination_organisation_id,
            grid_id=body.grid_id,
            group_ids=body.group_ids,
            opened_by=body.by,
            opened_at=running.clock.now(),
        )
        step = partial(verification.open_file, command=command, person_id=body.person_id)
        return await decide(departure_id, body, asked, step, _STATION)

    @router.post("/departures/{departure_id}/return", responses=answers(200, shapes.DEPARTURE_DONE))
    @action("departure.act")
    async def come_back(departure_id: Id, body: Homecoming, asked: Request) -> Response:
        """返乡: ends the care of all three parties."""
        step = partial(
            away.record_return,
            departure_id=departure_id,
            returned_on=body.returned_on,
            outcome=body.outcome,
            by=body.by,
        )
        return await decide(departure_id, body, asked, step, _ORIGIN)

    @router.get("/returns", responses=answers(200, shapes.RETURNS))
    @action("departure.read")
    async def returns(access: Access, as_of: DayAsked | None = None, since: DayAsked | None = None) -> dict[str, Any]:
        """返乡结果 (domain N31): how many came back by a day, by what came of it. Counted in members' returns."""
        day = as_of or local_date(running.clock.now())
        query = (
            select(DEPARTURES.c.return_outcome, func.count().label("returns"))
            .where(await visible(DEPARTURES, access), DEPARTURES.c.returned_on <= day)
            .group_by(DEPARTURES.c.return_outcome)
        )
        if since is not None:
            query = query.where(DEPARTURES.c.returned_on >= since)
        outcomes = {row["return_outcome"]: row["returns"] for row in await many(running, query)}
        return {"as_of": day, "since": since, "returns": sum(outcomes.values()), "outcomes": outcomes}

    return router


def _check_side(row: Mapping[str, Any], by: str, sides: tuple[str, ...]) -> None:
    """Raises `Forbidden` when the decision is one side's, and the organisation is not of that side."""
    named = [row[side] for side in sides if row[side] is not None]
    if sides and by not in named:
        raise Forbidden(
            "not-your-side",
            "this is for another party to say",
            remedy=f"let {' or '.join(named) or 'a station that serves the place'} do it",
            where="by",
        )
