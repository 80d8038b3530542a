"""Stations, places, posts and what hangs on them: the rest of the registry."""

from collections.abc import Mapping
from typing import Final

from tests.integration.access.expectations.terms import (
    COMMITTEES,
    EVERYWHERE,
    FORBIDDEN,
    HEAD,
    INSTRUCTOR,
    NOWHERE,
    OK,
    ON_B1,
    ON_C1,
    OPERATOR,
    OUTSIDE,
    OVER_B1,
    OVER_C1,
    PERSONS,
    SECRETARY,
    Row,
    given,
    post,
)

ROWS: Final[Mapping[tuple[str, str, str], Row]] = {
    ("registry", "POST", "/stations"): Row(
        COMMITTEES, ON_C1, "/stations", given(name="站", kind="town", area_code="350102", organisation_id="c1")
    ),
    ("registry", "GET", "/stations/{station_id}"): Row(
        PERSONS, EVERYWHERE, "/stations/s1", unbound={OPERATOR: OK, OUTSIDE: OK}
    ),
    ("registry", "GET", "/stations/{station_id}/services"): Row(
        PERSONS, EVERYWHERE, "/stations/s1/services", unbound={OPERATOR: OK, OUTSIDE: OK}
    ),
    ("registry", "GET", "/stations/{station_id}/members"): Row(PERSONS, OVER_C1, "/stations/s1/members"),
    ("registry", "POST", "/posts"): Row(COMMITTEES, ON_B1, "/posts", lambda _, n: post(n)),
    ("registry", "POST", "/posts/batch"): Row(
        COMMITTEES, ON_B1, "/posts/batch", lambda _, n: {"posts": [post(n)]}, batch=True
    ),
    ("registry", "POST", "/posts/{post_id}/departure"): Row(
        COMMITTEES, OVER_B1, "/posts/post-i1/departure", given(until="2026-11-01")
    ),
    ("registry", "GET", "/posts/{post_id}"): Row(PERSONS, OVER_B1, "/posts/post-i1"),
    ("registry", "GET", "/posts"): Row(PERSONS, OVER_B1, "/posts?scope=organisation&scope_id=b1", shows="post-i1"),
    # Names of committees everybody finds, of branches whoever is above or below.
    ("registry", "GET", "/search"): Row(PERSONS, OVER_B1, "/search?q=b1&kind=organisation", shows="b1"),
    ("registry", "GET", "/stations"): Row(
        PERSONS, EVERYWHERE, "/stations", shows="s1", unbound={OPERATOR: OK, OUTSIDE: OK}
    ),
    ("registry", "GET", "/stations/counts"): Row(
        PERSONS, EVERYWHERE, "/stations/counts", shows="s1", unbound={OPERATOR: OK, OUTSIDE: OK}
    ),
    ("registry", "PATCH", "/stations/{station_id}"): Row(COMMITTEES, OVER_C1, "/stations/s1", given(pilot=True)),
    ("registry", "POST", "/stations/{station_id}/closure"): Row(
        COMMITTEES, OVER_C1, "/stations/s1/closure", given(closed_on="2026-11-01", reason="x")
    ),
    ("registry", "PUT", "/stations/{station_id}/duty/{day}"): Row(
        COMMITTEES | {HEAD}, OVER_C1, "/stations/s1/duty/2026-11-02", given(person_ids=["m2"])
    ),
    ("registry", "POST", "/stations/{station_id}/duty/{day}/replacement"): Row(
        COMMITTEES | {HEAD}, OVER_C1, "/stations/s1/duty/2026-11-02/replacement", given(person_id="m2", by="m5")
    ),
    ("registry", "GET", "/stations/{station_id}/duty"): Row(
        PERSONS, OVER_C1, "/stations/s1/duty?begins=2026-11-01&ends=2026-11-30"
    ),
    ("registry", "POST", "/places"): Row(
        COMMITTEES, ON_C1, "/places",
        given(kind="grid", form="area", name="x", area_code="350102", organisation_id="c1", opened_on="2026-01-01"),
    ),
    ("registry", "PATCH", "/places/{place_id}"): Row(COMMITTEES, OVER_C1, "/places/room", given(name="y")),
    ("registry", "POST", "/places/{place_id}/steps"): Row(
        COMMITTEES, OVER_C1, "/places/room/steps", given(step="build_body", reached_on="2026-11-01")
    ),
    ("registry", "POST", "/places/{place_id}/closure"): Row(
        COMMITTEES, OVER_C1, "/places/room/closure", given(closed_on="2026-11-01", reason="x")
    ),
    ("registry", "GET", "/places/{place_id}"): Row(PERSONS, OVER_C1, "/places/room"),
    ("registry", "GET", "/places"): Row(PERSONS, OVER_C1, "/places?kind=site", shows="room"),
    ("registry", "POST", "/relations"): Row(
        COMMITTEES, ON_C1, "/relations",
        given(kind="serves", from_id="s1", to_scope="organisation", to_id="b1", since="2026-01-01"),
    ),
    ("registry", "POST", "/relations/batch"): Row(
        COMMITTEES, ON_C1, "/relations/batch",
        given(relations=[{"kind": "serves", "from_id": "s1", "to_scope": "organisation", "to_id": "b1",
                           "since": "2026-01-01"}]),
        batch=True,
    ),
    ("registry", "POST", "/relations/end"): Row(
        COMMITTEES, OVER_C1, "/relations/end", given(kind="shares", from_id="room", to_id="b1", until="2026-11-01")
    ),
    ("registry", "GET", "/relations"): Row(PERSONS, OVER_C1, "/relations?kind=shares", shows="room"),
    # Committees for others, and everybody for themself: nobody here is i1.
    ("registry", "POST", "/visits"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, OVER_B1, "/visits",
        given(post_id="post-i1", visited_on="2026-02-01", services=["policy"]),
        unlike={HEAD: NOWHERE, INSTRUCTOR: NOWHERE, SECRETARY: NOWHERE},
    ),
    ("registry", "POST", "/visits/{visit_id}/void"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, OVER_B1, "/visits/visit1/void", given(reason="x"),
        unlike={HEAD: NOWHERE, INSTRUCTOR: NOWHERE, SECRETARY: NOWHERE},
    ),
    ("registry", "GET", "/visits"): Row(PERSONS, OVER_B1, "/visits", shows="visit1"),
    ("registry", "GET", "/visits/counts"): Row(PERSONS, EVERYWHERE, "/visits/counts"),
    ("registry", "POST", "/practices"): Row(
        COMMITTEES, {**ON_B1, "b1": FORBIDDEN}, "/practices",
        given(by="c1", kind="carrier", scope="organisation", scope_id="b1", name="x", since="2026-01-01"),
    ),
    ("registry", "POST", "/practices/{practice_id}/end"): Row(
        COMMITTEES, OVER_B1, "/practices/brand:b1/end", given(until="2026-11-01", reason="x")
    ),
    ("registry", "GET", "/practices"): Row(PERSONS, OVER_B1, "/practices?kind=brand", shows="brand:b1"),
    ("registry", "GET", "/practices/missing"): Row(
        PERSONS, OVER_B1, "/practices/missing?kind=activity_site&limit=200", shows="b1"
    ),
    ("registry", "GET", "/practices/counts"): Row(PERSONS, EVERYWHERE, "/practices/counts?kind=carrier"),
    ("registry", "POST", "/opinions"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, ON_C1, "/opinions",
        given(by="c1", scope="station", scope_id="s1", voice="resident", text="x"),
    ),
    ("registry", "POST", "/opinions/{opinion_id}/reply"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, OVER_C1, "/opinions/op1/reply",
        given(by="c1", taken_up=True, person_id="m2", text="x"),
    ),
    ("registry", "GET", "/opinions/{opinion_id}"): Row(PERSONS, OVER_C1, "/opinions/op1"),
    ("registry", "GET", "/opinions"): Row(PERSONS, OVER_C1, "/opinions", shows="op1"),
    ("registry", "GET", "/opinions/counts"): Row(PERSONS, EVERYWHERE, "/opinions/counts"),
    ("registry", "POST", "/inspections"): Row(
        COMMITTEES, ON_C1, "/inspections",
        given(by="c1", scope="site", scope_id="room", standard="one", inspected_on="2026-01-02", person_id="m2",
               results=[{"code": "sign", "met": True, "note": "x"}]),
    ),
    ("registry", "POST", "/inspections/{inspection_id}/rectification"): Row(
        COMMITTEES, OVER_C1, "/inspections/look1/rectification",
        given(rectified_on="2026-01-03", person_id="m2", results=[{"code": "sign", "met": True, "note": "x"}]),
    ),
    ("registry", "GET", "/inspections"): Row(PERSONS, OVER_C1, "/inspections", shows="look1"),
    ("registry", "POST", "/instructor-applications"): Row(
        COMMITTEES, ON_C1, "/instructor-applications", given(person_id="m5", station_id="s1", capacity="other")
    ),
    ("registry", "POST", "/instructor-applications/{application_id}/review"): Row(
        COMMITTEES, OVER_C1, "/instructor-applications/a1/review",
        given(by="c1", accepted=False, criteria_met=[], text="x", person_id="m2"),
    ),
    # Committees for others, and everybody for themself: nobody here is m5.
    ("registry", "POST", "/instructor-applications/{application_id}/withdrawal"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, OVER_C1, "/instructor-applications/a1/withdrawal",
        unlike={HEAD: NOWHERE, INSTRUCTOR: NOWHERE, SECRETARY: NOWHERE},
    ),
    ("registry", "POST", "/instructor-applications/{application_id}/appointment"): Row(
        COMMITTEES, OVER_C1, "/instructor-applications/a1/appointment", given(by="c1", since="2026-11-01")
    ),
    ("registry", "GET", "/instructor-applications/{application_id}"): Row(
        PERSONS, OVER_C1, "/instructor-applications/a1"
    ),
    ("registry", "GET", "/instructor-applications"): Row(PERSONS, OVER_C1, "/instructor-applications", shows="a1"),
    ("registry", "POST", "/policy-documents/{document_id}/versions"): Row(
        COMMITTEES, ON_C1, "/policy-documents/doc1/versions",
        given(by="c1", kind="mechanism", title="y", effective_from="2026-02-01", source_document="x"),
    ),
    ("registry", "POST", "/policy-documents/{document_id}/repeal"): Row(
        COMMITTEES, OVER_C1, "/policy-documents/doc1/repeal", given(by="c1", repealed_on="2026-11-01", reason="x")
    ),
    ("registry", "GET", "/policy-documents"): Row(PERSONS, EVERYWHERE, "/policy-documents", shows="doc1"),
    ("registry", "GET", "/policy-documents/counts"): Row(PERSONS, EVERYWHERE, "/policy-documents/counts"),
}  # fmt: skip
