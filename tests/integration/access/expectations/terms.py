"""The words in which expectations are written: who acts, from which seat, and what a route is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.integration.access.county import County

CITY, COUNTY, WORKING = "city-department", "county-department", "working-committee"
HEAD, INSTRUCTOR, SECRETARY = "station-head", "instructor", "branch-secretary"
AUDITOR, OPERATOR, OUTSIDE, PROVIDER = "auditor", "operator", "outside-system", "provider"

DEPARTMENTS: Final = frozenset({CITY, COUNTY})
COMMITTEES: Final = DEPARTMENTS | {WORKING}
PERSONS: Final = COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY, AUDITOR}

SEATS: Final = ("city", "k1", "c1", "b1", "b1x", "c2", "b2", "c4", "k2", "c3", "b3")

OK, FORBIDDEN, HIDDEN = "ok", "403", "404"


def seats(*allowed: str, others: str) -> Mapping[str, str]:
    """From these seats it is allowed; from all others the answer is this one."""
    return {seat: OK if seat in allowed else others for seat in SEATS}


EVERYWHERE: Final = seats(*SEATS, others=OK)
NOWHERE: Final = seats(others=HIDDEN)
OVER_B1: Final = seats("city", "k1", "c1", "b1", others=HIDDEN)
OVER_C1: Final = seats("city", "k1", "c1", others=HIDDEN)
# Both sides, and the path between; not the neighbours b1x and c4, not the county next door.
OF_TRANSFER: Final = seats("city", "k1", "c1", "b1", "c2", "b2", others=HIDDEN)
ACTING_FOR_C1: Final = {**OF_TRANSFER, "b1": FORBIDDEN, "c2": FORBIDDEN, "b2": FORBIDDEN}


@dataclass(frozen=True)
class Row:
    """One route. `shows`: of a list, the id that must be in it where the seat allows, and must not be elsewhere."""

    roles: frozenset[str]
    by_seat: Mapping[str, str]
    url: str
    body: Callable[[County, int], Any] | None = None
    shows: str | None = None
    batch: bool = False
    unlike: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Roles that are answered from the seats in another way than the others."""
    unbound: Mapping[str, str] = field(default_factory=dict)
    """What roles without an organisation are answered, where they are not simply refused."""


def given(**body: Any) -> Callable[[County, int], Any]:
    return lambda _county, _number: body


def organisation(_: County, number: int, parent: str = "c1") -> Any:
    return {
        "organisation_id": f"new-{number}",
        "name": "新支部",
        "kind": "branch",
        "parent_id": parent,
        "area_code": "350102",
    }


def unit(number: int) -> dict[str, Any]:
    from shared.kernel.identifiers import uscc

    code = uscc.make("91", "350102", f"{number:09d}")
    return {"uscc": code, "name": "乙公司", "kind": "enterprise", "area_code": "350102", "staff": 3}


def post(number: int) -> dict[str, Any]:
    return {"post_id": f"p-{number}", "kind": "liaison", "person_id": "m2", "scope": "organisation", "scope_id": "b1",
            "since": "2026-01-01"}  # fmt: skip


def transfer(_: County, number: int) -> Any:
    return {"transfer_id": f"t-{number}", "member_id": "m2", "to_committee_id": "c2", "scope": "city",
            "reason": "new employer", "dues_paid_to": "2026-09"}  # fmt: skip


ON_C1: Final = seats("city", "k1", "c1", others=FORBIDDEN)
ON_B1: Final = seats("city", "k1", "c1", "b1", others=FORBIDDEN)
# Places: 350102 is c1's own and its branches', and within 350100 (k1) and 350000 (city).
AREA: Final = ("city", "k1", "c1", "b1", "b1x")
# The list of county names units of 350202.
OF_LIST: Final = seats("city", "k2", "c3", "b3", others=HIDDEN)
# It is the business of b1 and b1x as well, but they cannot act for c1.
OF_UNIT_FOR_C1: Final = {**seats("city", "k1", "c1", others=HIDDEN), "b1": FORBIDDEN, "b1x": FORBIDDEN}


# A member of b1 who is away: the origin and what is above it, the station at k2, b3 who looks after the member.
OF_AWAY: Final = seats("city", "k1", "c1", "b1", "k2", "b3", "c3", others=HIDDEN)
OF_CARE: Final = OF_AWAY
NOT_B1: Final = {"k2": FORBIDDEN, "c3": FORBIDDEN, "b3": FORBIDDEN}
ACTING_FOR_B1: Final = OVER_B1
ACTING_FOR_B1_OF_AWAY: Final = {**OF_AWAY, **NOT_B1}
ACTING_FOR_K2_OF_AWAY: Final = {
    **OF_AWAY,
    "k1": FORBIDDEN,
    "c1": FORBIDDEN,
    "b1": FORBIDDEN,
    "c3": FORBIDDEN,
    "b3": FORBIDDEN,
}


def going(number: int, by: str) -> dict[str, Any]:
    """m2 leaves (once more, which is refused: nothing changes while everybody tries)."""
    return {"departure_id": f"d-{number}", "member_id": "m2", "reason": "work", "by": by, "place_fixed": True,
            "destination": {"area_code": "350202", "place": "x"}, "departs_on": "2026-11-01",
            "contact_person_id": "i1", "station_id": "s3", "station_person_id": "i3"}  # fmt: skip


def away(url: str, by: str = "b1", **more: Any) -> Row:
    where = ACTING_FOR_B1_OF_AWAY if by == "b1" else ACTING_FOR_K2_OF_AWAY
    return Row(COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, where, url, given(by=by, **more))


def step(name: str, **more: Any) -> Row:
    return Row(COMMITTEES, ACTING_FOR_C1, f"/transfers/t1/{name}", given(by="c1", **more))
