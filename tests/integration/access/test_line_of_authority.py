"""Every route × every role by the line of authority (主管部门): before anybody is guided, and when c3 guides c1."""

import uuid
from collections.abc import AsyncIterator

import pytest

from shared.security.actor import UNBOUND, Actor, Assignment, Line, Role
from tests.integration.access.county import CITY, County, county
from tests.integration.access.expectations import ROWS
from tests.integration.access.expectations.terms import FORBIDDEN, OK, Row
from tests.integration.access.test_every_route import answered, expected
from tests.support.servers import Servers

pytestmark = pytest.mark.timeout(900)
SEAT = "k2"
"""c3 lies below it."""
LOOKS = {("registry", "POST", "/members/lookup"), ("registry", "POST", "/formation/simulations")}
"""What changes nothing although it is posted."""


@pytest.fixture
async def made(servers: Servers) -> AsyncIterator[County]:
    async with county(servers, f"a{uuid.uuid4().hex[:8]}") as made:
        yield made


async def test_by_the_line_of_authority_one_sees_what_one_guides_and_decides_nothing(made: County) -> None:
    """One county for both: it takes longer to make than to ask."""
    nobody_guided = await _seen(made)
    assert nobody_guided == {
        (route, role.value)
        for route, role in _asked()
        if _looks(route) and set(_by_seat(ROWS[route], role).values()) == {OK}
    }, "what everybody with the role may see, wherever they sit, and nothing else"

    await made.do("registry", "PUT", "/organisations/c1/guidance", {"guided_by": "c3", "since": "2026-03-01"}, who=CITY)
    for name in ("mobility", "assessment", "notify"):
        await made.services[name].hear(made.services["registry"])
    for service in made.services.values():
        service.app.state.guard.directory.forget()
    guided = await _seen(made)

    assert guided > nobody_guided
    c1_itself = {(route, role.value) for route, role in _asked() if _by_seat(ROWS[route], role)["c1"] == OK}
    assert guided - c1_itself == set(), "more than the organisation that is guided sees itself"
    assert {route for route, _ in guided if not _looks(route)} == set()


def _asked() -> list[tuple[tuple[str, str, str], Role]]:
    return [(route, role) for route in ROWS for role in Role if role not in UNBOUND]


def _looks(route: tuple[str, str, str]) -> bool:
    return route[1] == "GET" or route in LOOKS


def _by_seat(row: Row, role: Role) -> dict[str, str]:
    return {seat: expected(row, role, seat) for seat in row.by_seat}


async def _seen(made: County) -> set[tuple[tuple[str, str, str], str]]:
    """What is answered, of all that is asked; and whoever has no business there at all is told so."""
    seen = set()
    for number, (route, role) in enumerate(_asked(), 5000):
        row = ROWS[route]
        who = Actor("somebody", (Assignment(role, SEAT, line=Line.AUTHORITY),))
        found = await answered(made, route[0], route[1], row, who, number)
        if found == OK:
            seen.add((route, role.value))
        elif role.value not in row.roles:
            assert found == FORBIDDEN, (route, role)
    return seen
