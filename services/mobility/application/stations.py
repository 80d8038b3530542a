"""驻城站 that go and that take over. Whatever a station does for members who are away is somebody's at every moment."""

from datetime import datetime

from services.mobility.application.verification import done
from services.mobility.application.whereabouts import station_for
from services.mobility.domain.care.commands import DropDuty, HandLead, NameParty, OpenDuty, RemoveParty
from services.mobility.domain.care.decider import CARE
from services.mobility.domain.care.events import CareParty
from services.mobility.domain.departure.commands import LoseStation, NameStation
from services.mobility.domain.departure.decider import DEPARTURE
from services.mobility.domain.departure.state import Away
from shared.contracts.registry import StationClosed
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused

_FIND = "find_station.origin"
_VERIFY = "verify.station"


async def station_closed(event: StationClosed, unit: UnitOfWork) -> None:
    """Every member it looked after is the origin's again, whose named person finds another station in time, or says that
    there is none. Which one it is, the origin decides: a station nearby may not be the one that knows these members.
    """
    at = unit.clock.now()
    for row in await unit.rows("departures", station_id=event.station_id, ended_at=None):
        departure_id, member_id = str(row["departure_id"]), str(row["member_id"])
        command = LoseStation(station_id=event.station_id, lost_at=at)
        if not await unit.handle(DEPARTURE, member_id, command):
            continue
        away: Away = (await unit.state(DEPARTURE, member_id)).away(departure_id)
        await gone(unit, departure_id, str(row["station_organisation_id"]), at)
        days = away.rules.rules.correct_days
        await unit.handle(CARE, departure_id, OpenDuty(kind="find_station", party="origin", days=days, opened_at=at))


async def name_station(
    unit: UnitOfWork,
    member_id: str,
    departure_id: str,
    station_id: str | None,
    person_id: str | None,
    by: str,
    expected: int | None,
) -> None:
    """Another station takes over where the member is; the one that is named, or the one that serves the place.

    Errors: `no-station-there`, and those of `station_for` and of the departure.
    """
    away: Away = (await unit.state(DEPARTURE, member_id)).away(departure_id)
    _, station = await station_for(unit, away.destination, station_id, person_id)
    if station is None or station.station_id is None:
        raise Refused(
            "no-station-there",
            f"no station serves {away.destination.place}",
            remedy=f"name one, or complete the duty {_FIND} and say that there is none",
            where="station_id",
        )
    at = unit.clock.now()
    command = NameStation(
        departure_id=departure_id,
        station_id=station.station_id,
        station_organisation_id=station.organisation_id,
        named_by=by,
        named_at=at,
    )
    if not await unit.handle(DEPARTURE, member_id, command, expected=expected):
        return
    if (await unit.state(CARE, departure_id)).lead == "station":
        # It has verified nobody yet. Whoever else leads goes on: the member has not moved.
        back = HandLead(to_role="origin", reason="not_served", handed_by=by, handed_at=at)
        await unit.handle(CARE, departure_id, back)
    await done(unit, departure_id, _FIND, by)
    await joined(unit, departure_id, station, away.rules.rules.verify_days, at)


async def joined(unit: UnitOfWork, departure_id: str, station: CareParty, verify_days: int, at: datetime) -> None:
    """The station is a party of the care, and verifies."""
    await unit.handle(CARE, departure_id, NameParty(role="station", party=station, named_at=at))
    duty = OpenDuty(kind="verify", party="station", days=verify_days, opened_at=at)
    await unit.handle(CARE, departure_id, duty)
    await unit.handle(CARE, departure_id, DropDuty(duty_id=_FIND, dropped_at=at))


async def gone(unit: UnitOfWork, departure_id: str, by: str, at: datetime) -> None:
    """No station is a party of the care, so nobody verifies; what it had to do besides is the lead's."""
    await unit.handle(CARE, departure_id, RemoveParty(role="station", removed_by=by, removed_at=at))
    for duty_id in (_VERIFY, _FIND):
        await unit.handle(CARE, departure_id, DropDuty(duty_id=duty_id, dropped_at=at))
