"""A 驻城站 is closed while it looks after members: the origin has its work at once, and decides who takes over."""

from datetime import date

import httpx

from shared.contracts import registry
from tests.integration.mobility.test_away_http import away, get, leaving, on_file, pass_time, published, send
from tests.integration.mobility.world import World

__all__ = ["away"]

CLOSED = registry.StationClosed(station_id="town", closed_on=date(2026, 11, 1), reason="merged")
FIND = "find_station.origin"


async def second_station(world: World) -> None:
    opened = registry.StationOpened(
        station_id="town2", name="长安站", kind="town", area_code="441900", organisation_id="g2"
    )
    head = registry.PostAssigned(
        post_id="p10", kind="station_head", person_id="h10", scope="station", scope_id="town2", since=date(2025, 1, 1)
    )
    for event in (opened, head):
        await world.hear(event)


async def holders(http: httpx.AsyncClient) -> dict[str, str]:
    return {duty["duty_id"]: duty["person_id"] for duty in (await get(http, "/care/d-m1"))["duties"]}


async def test_whoever_a_closed_station_looked_after_is_the_origins_until_another_takes_over(
    http: httpx.AsyncClient, away: World
) -> None:
    await on_file(http, away)
    assert (await get(http, "/care/d-m1"))["lead"] == "station"
    for _ in range(2):
        await away.hear(CLOSED)

    care = await get(http, "/care/d-m1")
    assert (care["lead"], care["station_id"], care["destination_id"]) == ("origin", None, "b2")
    assert await holders(http) == {
        "contact.origin": "secretary", "yearly_report.origin": "secretary", FIND: "secretary",
        "talk.station": "secretary", "ledger_refresh.station": "secretary", "dues_and_attendance.destination": "host",
    }  # fmt: skip
    departure = await get(http, "/departures/d-m1")
    assert (departure["status"], departure["station_id"]) == ("away", None)
    assert departure["destination_organisation_id"] == "b2", "nothing of the file is lost"

    none = await send(http, "POST", "/departures/d-m1/station", {"by": "b1"}, 409)
    assert none["code"] == "no-station-there"
    closed = await send(http, "POST", "/departures/d-m1/station", {"by": "b1", "station_id": "town"}, 409)
    assert (closed["code"], closed["where"]) == ("station-closed", "station_id")
    await second_station(away)
    assert (await send(http, "POST", "/departures/d-m1/station", {"by": "c2"}, 403))["code"] == "not-your-side"
    for _ in range(2):
        await send(http, "POST", "/departures/d-m1/station", {"by": "b1"})
    holding = await holders(http)
    assert FIND not in holding
    assert (holding["verify.station"], holding["talk.station"]) == ("h10", "h10")

    await send(http, "POST", "/departures/d-m1/verification", {"by": "g2", "outcome": "found"})
    await send(http, "PUT", "/departures/d-m1/file", {"by": "g2"})
    care = await get(http, "/care/d-m1")
    assert (care["lead"], care["station_id"], care["destination_id"]) == ("station", "town2", "b2")


async def test_the_origin_that_finds_no_station_is_reminded_and_then_its_superior_and_may_say_that_there_is_none(
    http: httpx.AsyncClient, away: World
) -> None:
    await send(http, "POST", "/departures", leaving(away), 201)
    await away.hear(CLOSED)
    assert "verify.station" not in await holders(http), "nobody there could do it"
    await pass_time(away, days=30)
    overdue = [event for event in await published(away, "CareDutyOverdue") if event.duty_id == FIND]
    assert [(event.organisation_id, event.person_id) for event in overdue] == [("b1", "secretary")]
    silent = [event for event in await published(away, "CareDutyEscalated") if event.duty_id == FIND]
    assert [event.superior_id for event in silent] == ["c1"]
    said = {"by": "b1", "text": "no other station in the town; the branch keeps in touch itself"}
    await send(http, "POST", f"/care/d-m1/duties/{FIND}/completion", said)
    assert FIND not in await holders(http)
    assert (await get(http, "/care/d-m1"))["lead"] == "origin"


async def test_a_member_who_moves_on_needs_no_station_at_the_old_place_and_none_goes_to_one_that_is_closed(
    http: httpx.AsyncClient, away: World
) -> None:
    await send(http, "POST", "/departures", leaving(away), 201)
    await away.hear(CLOSED)
    moved = {"by": "b1", "destination": {"area_code": "440300", "place": "深圳"}, "place_fixed": True}
    await send(http, "PUT", "/departures/d-m1/destination", moved)
    assert FIND not in await holders(http)
    other = await send(http, "POST", "/departures", leaving(away, "m3"), 201)
    assert (other["station_id"], other["status"]) == (None, "away")
