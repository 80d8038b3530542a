"""A small tree with its stations, posts and two members, as the registry has published it.

city ── k1 ── c1 ── b1 (members m1, m2), b1x    station s1 serves c1, its head is h1; instructor i1 at b1
           └─ c2 ── g2 (总支) ── b2              station s2 serves c2; grid head g1 at the unit of b2
"""

from datetime import date
from typing import Final

from shared.contracts import registry
from shared.contracts.base import PublicEvent

USCC: Final = "91350100M000100Y43"

_TREE: Final = (
    ("city", "working_committee", None, False),
    ("k1", "committee", "city", False),
    ("c1", "committee", "k1", True),
    ("c2", "committee", "k1", True),
    ("g2", "general_branch", "c2", False),
    ("b1", "branch", "c1", False),
    ("b1x", "branch", "c1", False),
    ("b2", "branch", "g2", False),
)


def roll() -> list[PublicEvent]:
    """What the registry has published."""
    founded: list[PublicEvent] = [
        registry.PartyOrganisationFounded(
            organisation_id=one,
            name=one,
            kind=kind,
            parent_id=parent,
            area_code="350102",
            can_approve_probationary=capable,
            unit_uscc=USCC if one == "b2" else None,
        )
        for one, kind, parent, capable in _TREE
    ]
    stations = [
        registry.StationOpened(station_id=s, name=s, kind="guidance", area_code="350102", organisation_id=o)
        for s, o in (("s0", "city"), ("s1", "c1"), ("s2", "c2"))
    ]
    since = date(2025, 1, 1)
    posts = [
        registry.PostAssigned(post_id=p, kind=kind, person_id=person, scope=scope, scope_id=at, since=since)
        for p, kind, person, scope, at in (
            ("p1", "station_head", "h1", "station", "s1"),
            ("p2", "instructor", "i1", "organisation", "b1"),
            ("p3", "grid_head", "g1", "unit", USCC),
            ("p4", "officer", "o1", "station", "s1"),
            ("p5", "liaison", "gone", "organisation", "b2"),
            ("p6", "instructor", "far", "organisation", "k1"),
        )
    ]
    left = registry.PostLeft(
        post_id="p5", kind="liaison", person_id="gone", scope="organisation", scope_id="b2", until=date(2025, 6, 30)
    )
    return [*founded, *stations, *posts, left, admitted("m1"), admitted("m2")]


def admitted(member_id: str, organisation_id: str = "b1") -> registry.MemberAdmitted:
    return registry.MemberAdmitted.model_validate(
        {
            "member_id": member_id,
            "organisation_id": organisation_id,
            "status": "formal",
            "admitted_on": "2020-07-01",
            "name": "sealed:1:key:" + "A" * 38,
        }
    )
