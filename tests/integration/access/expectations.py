"""What every route must answer to whom, written down by hand: who may at all, and from which seat.

A seat is an organisation of the county (`tests/integration/access/county.py`) for which somebody has a role. Nothing here
is computed from the policy table: a change there that is meant has to be made here as well.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.integration.access.county import FAR_UNIT, UNIT, County, admission

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


def _given(**body: Any) -> Callable[[County, int], Any]:
    return lambda _county, _number: body


def _organisation(_: County, number: int, parent: str = "c1") -> Any:
    return {
        "organisation_id": f"new-{number}",
        "name": "新支部",
        "kind": "branch",
        "parent_id": parent,
        "area_code": "350102",
    }


def _unit(number: int) -> dict[str, Any]:
    from shared.kernel.identifiers import uscc

    code = uscc.make("91", "350102", f"{number:09d}")
    return {"uscc": code, "name": "乙公司", "kind": "enterprise", "area_code": "350102", "staff": 3}


def _post(number: int) -> dict[str, Any]:
    return {"post_id": f"p-{number}", "kind": "liaison", "person_id": "m2", "scope": "organisation", "scope_id": "b1",
            "since": "2026-01-01"}  # fmt: skip


def _transfer(_: County, number: int) -> Any:
    return {"transfer_id": f"t-{number}", "member_id": "m2", "to_committee_id": "c2", "scope": "county",
            "reason": "new employer", "dues_paid_to": "2026-09"}  # fmt: skip


_ON_C1: Final = seats("city", "k1", "c1", others=FORBIDDEN)
_ON_B1: Final = seats("city", "k1", "c1", "b1", others=FORBIDDEN)
# Places: 350102 is c1's own and its branches', and within 350100 (k1) and 350000 (city).
_AREA: Final = ("city", "k1", "c1", "b1", "b1x")
# The list of county names units of 350202.
_OF_LIST: Final = seats("city", "k2", "c3", "b3", others=HIDDEN)
# It is the business of b1 and b1x as well, but they cannot act for c1.
_OF_UNIT_FOR_C1: Final = {**seats("city", "k1", "c1", others=HIDDEN), "b1": FORBIDDEN, "b1x": FORBIDDEN}


# A member of b1 who is away: the origin and what is above it, the station at k2, b3 who looks after the member.
OF_AWAY: Final = seats("city", "k1", "c1", "b1", "k2", "b3", "c3", others=HIDDEN)
OF_CARE: Final = OF_AWAY
_NOT_B1: Final = {"k2": FORBIDDEN, "c3": FORBIDDEN, "b3": FORBIDDEN}
ACTING_FOR_B1: Final = OVER_B1
ACTING_FOR_B1_OF_AWAY: Final = {**OF_AWAY, **_NOT_B1}
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
    return Row(COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, where, url, _given(by=by, **more))


def step(name: str, **more: Any) -> Row:
    return Row(COMMITTEES, ACTING_FOR_C1, f"/transfers/t1/{name}", _given(by="c1", **more))


ROWS: Final[Mapping[tuple[str, str, str], Row]] = {
    # -- registry ---------------------------------------------------------------------------------------------------
    ("registry", "POST", "/units"): Row(COMMITTEES, seats(*_AREA, others=FORBIDDEN), "/units", lambda _, n: _unit(n)),
    ("registry", "POST", "/units/batch"): Row(
        COMMITTEES, seats(*_AREA, others=FORBIDDEN), "/units/batch", lambda _, n: {"units": [_unit(n)]}, batch=True
    ),
    ("registry", "PATCH", "/units/{uscc}"): Row(
        COMMITTEES, seats(*_AREA, others=HIDDEN), f"/units/{UNIT}", _given(staff=9)
    ),
    ("registry", "POST", "/units/{uscc}/closure"): Row(
        COMMITTEES, seats(*_AREA, others=HIDDEN), f"/units/{UNIT}/closure", _given(closed_on="2026-11-01", reason="x")
    ),
    ("registry", "GET", "/units/{uscc}"): Row(
        PERSONS, seats(*_AREA, others=HIDDEN), f"/units/{UNIT}", unlike={SECRETARY: OVER_B1}
    ),
    ("registry", "GET", "/units"): Row(
        PERSONS, seats("city", "k2", "c3", "b3", others=HIDDEN), "/units", shows=FAR_UNIT,
        unlike={SECRETARY: NOWHERE},
    ),
    ("registry", "GET", "/units/{uscc}/ledger"): Row(
        PERSONS, seats(*_AREA, others=HIDDEN), f"/units/{UNIT}/ledger", unlike={SECRETARY: OVER_B1}
    ),
    ("registry", "POST", "/units/{uscc}/surveys"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR}, _OF_UNIT_FOR_C1, f"/units/{UNIT}/surveys", _given(by="c1", on="2026-11-01")
    ),
    ("registry", "PUT", "/units/{uscc}/covers/{organisation_id}"): Row(
        COMMITTEES, OVER_B1, f"/units/{UNIT}/covers/b1", _given(mode="single", on="2026-11-01")
    ),
    ("registry", "POST", "/units/{uscc}/covers/{organisation_id}/end"): Row(
        COMMITTEES, OVER_B1, f"/units/{UNIT}/covers/b1/end", _given(on="2026-11-01", reason="x")
    ),
    ("registry", "PUT", "/units/{uscc}/plan"): Row(
        COMMITTEES, _OF_UNIT_FOR_C1, f"/units/{UNIT}/plan",
        _given(by="c1", mode="single", start_on="2026-11-01", due_on="2099-01-01", contact_person_id="m2"),
    ),
    ("registry", "POST", "/units/{uscc}/plan/abandonment"): Row(
        COMMITTEES, _OF_UNIT_FOR_C1, f"/units/{UNIT}/plan/abandonment", _given(by="c1", reason="x")
    ),
    ("registry", "POST", "/formation/rules/{area_code}"): Row(
        DEPARTMENTS, _ON_C1, "/formation/rules/350102",
        _given(by="c1", effective_from="2099-01-01", source_document="x", rules={}),
    ),
    ("registry", "GET", "/formation/rules/{area_code}"): Row(PERSONS, EVERYWHERE, "/formation/rules/350102"),
    ("registry", "GET", "/formation/gaps"): Row(
        COMMITTEES | {HEAD, AUDITOR}, seats(*_AREA, others=FORBIDDEN), "/formation/gaps?area_code=350102"
    ),
    ("registry", "POST", "/formation/simulations"): Row(
        COMMITTEES | {HEAD, AUDITOR}, seats(*_AREA, others=FORBIDDEN), "/formation/simulations",
        _given(area_code="350102", rules={}),
    ),
    ("registry", "GET", "/formation/plans"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, AUDITOR}, OVER_C1, "/formation/plans", shows=UNIT
    ),
    ("registry", "GET", "/coverage"): Row(
        COMMITTEES | {HEAD, AUDITOR}, seats(*_AREA, others=FORBIDDEN), "/coverage?area_code=350102"
    ),
    ("registry", "POST", "/lists"): Row(
        COMMITTEES, _ON_C1, "/lists?source=census&list_date=2026-11-01&basis=park&area_code=350102&by=c1",
        _given(this="is no list"),
    ),
    ("registry", "GET", "/lists"): Row(
        COMMITTEES | {AUDITOR}, _OF_LIST, "/lists", shows="{list}"
    ),
    ("registry", "GET", "/lists/{list_id}"): Row(COMMITTEES | {AUDITOR}, _OF_LIST, "/lists/{list}"),
    ("registry", "GET", "/lists/{list_id}/findings"): Row(COMMITTEES | {AUDITOR}, _OF_LIST, "/lists/{list}/findings"),
    ("registry", "GET", "/lists/{list_id}/findings.csv"): Row(
        COMMITTEES | {AUDITOR}, _OF_LIST, "/lists/{list}/findings.csv"
    ),
    ("registry", "GET", "/lists/{list_id}/new-units"): Row(COMMITTEES | {AUDITOR}, _OF_LIST, "/lists/{list}/new-units"),
    ("registry", "POST", "/organisations"): Row(COMMITTEES, _ON_C1, "/organisations", _organisation),
    ("registry", "POST", "/organisations/batch"): Row(
        COMMITTEES, _ON_C1, "/organisations/batch", lambda c, n: {"organisations": [_organisation(c, n)]}, batch=True
    ),
    ("registry", "PATCH", "/organisations/{organisation_id}"): Row(
        COMMITTEES, OVER_B1, "/organisations/b1", _given(name="x")
    ),
    ("registry", "PUT", "/organisations/{organisation_id}/parent"): Row(
        DEPARTMENTS, {**OVER_C1, "c1": FORBIDDEN, "b1": FORBIDDEN}, "/organisations/b1/parent", _given(parent_id="c2")
    ),
    ("registry", "PUT", "/organisations/{organisation_id}/guidance"): Row(
        DEPARTMENTS, OVER_B1, "/organisations/b1/guidance", _given(guided_by="k2", since="2026-01-01")
    ),
    ("registry", "GET", "/organisations/{organisation_id}/guidance"): Row(
        PERSONS, OVER_B1, "/organisations/b1/guidance"
    ),
    ("registry", "POST", "/organisations/{organisation_id}/dissolution"): Row(
        COMMITTEES, OVER_B1, "/organisations/b1/dissolution", _given(reason="x")
    ),
    ("registry", "GET", "/organisations/{organisation_id}"): Row(
        PERSONS, OVER_B1, "/organisations/b1", unbound={OPERATOR: HIDDEN, OUTSIDE: HIDDEN}
    ),
    ("registry", "GET", "/organisations"): Row(
        PERSONS, OVER_B1, "/organisations?limit=200", shows="b1", unbound={OPERATOR: HIDDEN, OUTSIDE: HIDDEN}
    ),
    ("registry", "POST", "/foundings"): Row(
        COMMITTEES | {SECRETARY}, _ON_B1, "/foundings",
        _given(by="b1", to="c1", name="x", kind="branch", area_code="350102", formal_members=3),
    ),
    ("registry", "POST", "/foundings/{founding_id}/decision"): Row(
        COMMITTEES, {**OVER_C1, "b1": FORBIDDEN}, "/foundings/f1/decision", _given(by="c1", decision="approved")
    ),
    ("registry", "GET", "/foundings"): Row(COMMITTEES | {SECRETARY, AUDITOR}, OVER_B1, "/foundings", shows="f1"),
    ("registry", "POST", "/organisations/{organisation_id}/restoration"): Row(
        COMMITTEES, OVER_B1, "/organisations/b1/restoration", _given(reason="x")
    ),
    ("registry", "POST", "/organisations/{organisation_id}/upgrade"): Row(
        COMMITTEES, {**OVER_C1, "b1": FORBIDDEN}, "/organisations/b1/upgrade", _given(by="c1", kind="branch")
    ),
    ("registry", "PUT", "/organisations/{organisation_id}/term"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/organisations/b1/term",
        _given(elected_on="2026-01-01", ends_on="2029-01-01"),
    ),
    ("registry", "POST", "/organisations/{organisation_id}/term/extension"): Row(
        COMMITTEES, {**OVER_C1, "b1": FORBIDDEN}, "/organisations/b1/term/extension",
        _given(by="c1", ends_on="2020-06-01", reason="x"),
    ),
    ("registry", "GET", "/elections"): Row(PERSONS, OVER_B1, "/elections", shows="b1"),
    # b1 is handed to c1, where it is: nothing changes while everybody tries.
    ("registry", "POST", "/reorganisations"): Row(
        DEPARTMENTS, _ON_C1, "/reorganisations",
        _given(by="c1", organisation_ids=["b1"], to_parent_id="c1", reason="x"),
    ),
    ("registry", "POST", "/reorganisations/{reorganisation_id}/receipts"): Row(
        COMMITTEES, {**OVER_C1, "b1": FORBIDDEN}, "/reorganisations/ro1/receipts", _given(by="c1", organisation_id="b1")
    ),
    ("registry", "GET", "/reorganisations/{reorganisation_id}"): Row(
        COMMITTEES | {AUDITOR}, OVER_B1, "/reorganisations/ro1"
    ),
    ("registry", "POST", "/stations"): Row(
        COMMITTEES, _ON_C1, "/stations", _given(name="站", kind="town", area_code="350102", organisation_id="c1")
    ),
    ("registry", "GET", "/stations/{station_id}"): Row(
        PERSONS, EVERYWHERE, "/stations/s1", unbound={OPERATOR: OK, OUTSIDE: OK}
    ),
    ("registry", "GET", "/stations/{station_id}/members"): Row(PERSONS, OVER_C1, "/stations/s1/members"),
    ("registry", "POST", "/members"): Row(COMMITTEES, _ON_B1, "/members", lambda _, n: admission(n, "b1")),
    ("registry", "POST", "/members/batch"): Row(
        COMMITTEES, _ON_B1, "/members/batch", lambda _, n: {"members": [admission(n, "b1")]}, batch=True
    ),
    ("registry", "PUT", "/members/{member_id}/contact"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/members/m1/contact", _given(email="m@mail.example")
    ),
    # m1 has moved to b2 long ago, by transfer; m2 is in b1.
    ("registry", "POST", "/members/lookup"): Row(
        COMMITTEES | {SECRETARY, AUDITOR}, OVER_B1, "/members/lookup",
        _given(resident_id=admission(1, "b1")["resident_id"], purpose="verify-identity"), shows="m2",
    ),
    ("registry", "POST", "/members/{member_id}/confirmation"): Row(
        COMMITTEES, OVER_B1, "/members/m1/confirmation", _given(by="b1", confirmed_on="2026-11-01", person_id="m2")
    ),
    ("registry", "POST", "/members/{member_id}/probation"): Row(
        COMMITTEES, OVER_B1, "/members/m1/probation",
        _given(by="b1", probation_ends_on="2027-11-01", person_id="m2", text="x"),
    ),
    ("registry", "POST", "/members/{member_id}/end"): Row(
        COMMITTEES, OVER_B1, "/members/m1/end",
        _given(by="b1", ground="deceased", ended_on="2026-11-01", person_id="m2", text="x"),
    ),
    ("registry", "GET", "/members"): Row(PERSONS, OVER_B1, "/members?names=true", shows="m2"),
    ("registry", "GET", "/members/counts"): Row(PERSONS, OVER_B1, "/members/counts", shows="b1"),
    ("registry", "GET", "/members/{member_id}"): Row(PERSONS, OVER_B1, "/members/m1"),
    ("registry", "GET", "/members/{member_id}/memberships"): Row(PERSONS, OVER_B1, "/members/m1/memberships"),
    ("registry", "POST", "/posts"): Row(COMMITTEES, _ON_B1, "/posts", lambda _, n: _post(n)),
    ("registry", "POST", "/posts/batch"): Row(
        COMMITTEES, _ON_B1, "/posts/batch", lambda _, n: {"posts": [_post(n)]}, batch=True
    ),
    ("registry", "POST", "/posts/{post_id}/departure"): Row(
        COMMITTEES, OVER_B1, "/posts/post-i1/departure", _given(until="2026-11-01")
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
    ("registry", "PATCH", "/stations/{station_id}"): Row(COMMITTEES, OVER_C1, "/stations/s1", _given(pilot=True)),
    ("registry", "POST", "/stations/{station_id}/closure"): Row(
        COMMITTEES, OVER_C1, "/stations/s1/closure", _given(closed_on="2026-11-01", reason="x")
    ),
    ("registry", "PUT", "/stations/{station_id}/duty/{day}"): Row(
        COMMITTEES | {HEAD}, OVER_C1, "/stations/s1/duty/2026-11-02", _given(person_ids=["m2"])
    ),
    ("registry", "POST", "/stations/{station_id}/duty/{day}/replacement"): Row(
        COMMITTEES | {HEAD}, OVER_C1, "/stations/s1/duty/2026-11-02/replacement", _given(person_id="m2", by="m5")
    ),
    ("registry", "GET", "/stations/{station_id}/duty"): Row(
        PERSONS, OVER_C1, "/stations/s1/duty?begins=2026-11-01&ends=2026-11-30"
    ),
    ("registry", "POST", "/places"): Row(
        COMMITTEES, _ON_C1, "/places",
        _given(kind="grid", form="area", name="x", area_code="350102", organisation_id="c1", opened_on="2026-01-01"),
    ),
    ("registry", "PATCH", "/places/{place_id}"): Row(COMMITTEES, OVER_C1, "/places/room", _given(name="y")),
    ("registry", "POST", "/places/{place_id}/steps"): Row(
        COMMITTEES, OVER_C1, "/places/room/steps", _given(step="build_body", reached_on="2026-11-01")
    ),
    ("registry", "POST", "/places/{place_id}/closure"): Row(
        COMMITTEES, OVER_C1, "/places/room/closure", _given(closed_on="2026-11-01", reason="x")
    ),
    ("registry", "GET", "/places/{place_id}"): Row(PERSONS, OVER_C1, "/places/room"),
    ("registry", "GET", "/places"): Row(PERSONS, OVER_C1, "/places?kind=site", shows="room"),
    ("registry", "POST", "/relations"): Row(
        COMMITTEES, _ON_C1, "/relations",
        _given(kind="serves", from_id="s1", to_scope="organisation", to_id="b1", since="2026-01-01"),
    ),
    ("registry", "POST", "/relations/batch"): Row(
        COMMITTEES, _ON_C1, "/relations/batch",
        _given(relations=[{"kind": "serves", "from_id": "s1", "to_scope": "organisation", "to_id": "b1",
                           "since": "2026-01-01"}]),
        batch=True,
    ),
    ("registry", "POST", "/relations/end"): Row(
        COMMITTEES, OVER_C1, "/relations/end", _given(kind="shares", from_id="room", to_id="b1", until="2026-11-01")
    ),
    ("registry", "GET", "/relations"): Row(PERSONS, OVER_C1, "/relations?kind=shares", shows="room"),
    ("registry", "POST", "/inspections"): Row(
        COMMITTEES, _ON_C1, "/inspections",
        _given(by="c1", scope="site", scope_id="room", standard="one", inspected_on="2026-01-02", person_id="m2",
               results=[{"code": "sign", "met": True, "note": "x"}]),
    ),
    ("registry", "POST", "/inspections/{inspection_id}/rectification"): Row(
        COMMITTEES, OVER_C1, "/inspections/look1/rectification",
        _given(rectified_on="2026-01-03", person_id="m2", results=[{"code": "sign", "met": True, "note": "x"}]),
    ),
    ("registry", "GET", "/inspections"): Row(PERSONS, OVER_C1, "/inspections", shows="look1"),
    ("registry", "POST", "/fundings"): Row(
        COMMITTEES, _ON_C1, "/fundings",
        _given(scope="station", scope_id="s1", source="grant", year=2026, amount_fen=1, received_on="2026-01-02",
               source_document="x"),
    ),
    ("registry", "POST", "/fundings/{funding_id}/void"): Row(
        COMMITTEES, OVER_C1, "/fundings/fund1/void", _given(reason="x")
    ),
    ("registry", "GET", "/fundings"): Row(COMMITTEES | {AUDITOR}, OVER_C1, "/fundings", shows="fund1"),
    ("registry", "GET", "/fundings/totals"): Row(COMMITTEES | {AUDITOR}, EVERYWHERE, "/fundings/totals"),
    ("registry", "PUT", "/staffings"): Row(
        COMMITTEES, _ON_C1, "/staffings",
        _given(by="c1", kind="officer", scope="organisation", scope_id="c1", least=2, source_document="x"),
    ),
    ("registry", "GET", "/staffings"): Row(PERSONS, OVER_C1, "/staffings", shows="officer-organisation-c1"),
    ("registry", "POST", "/instructor-applications"): Row(
        COMMITTEES, _ON_C1, "/instructor-applications", _given(person_id="m5", station_id="s1", capacity="other")
    ),
    ("registry", "POST", "/instructor-applications/{application_id}/review"): Row(
        COMMITTEES, OVER_C1, "/instructor-applications/a1/review",
        _given(by="c1", accepted=False, criteria_met=[], text="x", person_id="m2"),
    ),
    # Committees for others, and everybody for themself: nobody here is m5.
    ("registry", "POST", "/instructor-applications/{application_id}/withdrawal"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, OVER_C1, "/instructor-applications/a1/withdrawal",
        unlike={HEAD: NOWHERE, INSTRUCTOR: NOWHERE, SECRETARY: NOWHERE},
    ),
    ("registry", "POST", "/instructor-applications/{application_id}/appointment"): Row(
        COMMITTEES, OVER_C1, "/instructor-applications/a1/appointment", _given(by="c1", since="2026-11-01")
    ),
    ("registry", "GET", "/instructor-applications/{application_id}"): Row(
        PERSONS, OVER_C1, "/instructor-applications/a1"
    ),
    ("registry", "GET", "/instructor-applications"): Row(PERSONS, OVER_C1, "/instructor-applications", shows="a1"),
    ("registry", "POST", "/policy-documents/{document_id}/versions"): Row(
        COMMITTEES, _ON_C1, "/policy-documents/doc1/versions",
        _given(by="c1", kind="mechanism", title="y", effective_from="2026-02-01", source_document="x"),
    ),
    ("registry", "POST", "/policy-documents/{document_id}/repeal"): Row(
        COMMITTEES, OVER_C1, "/policy-documents/doc1/repeal", _given(by="c1", repealed_on="2026-11-01", reason="x")
    ),
    ("registry", "GET", "/policy-documents"): Row(PERSONS, EVERYWHERE, "/policy-documents", shows="doc1"),
    ("registry", "GET", "/policy-documents/counts"): Row(PERSONS, EVERYWHERE, "/policy-documents/counts"),
    # -- mobility ---------------------------------------------------------------------------------------------------
    ("mobility", "POST", "/transfers"): Row(COMMITTEES | {SECRETARY}, OVER_B1, "/transfers", _transfer),
    ("mobility", "POST", "/transfers/{transfer_id}/resending"): step("resending", reason="x"),
    ("mobility", "POST", "/transfers/{transfer_id}/approvals"): step("approvals"),
    ("mobility", "POST", "/transfers/{transfer_id}/letters"): step("letters"),
    ("mobility", "POST", "/transfers/{transfer_id}/acceptance"): step("acceptance", branch_id="b2"),
    ("mobility", "POST", "/transfers/{transfer_id}/rejection"): step("rejection", reason_code="other", text="x"),
    ("mobility", "POST", "/transfers/{transfer_id}/withdrawal"): step("withdrawal"),
    ("mobility", "POST", "/transfers/{transfer_id}/receipt"): step("receipt"),
    ("mobility", "POST", "/transfers/{transfer_id}/closure"): step("closure", text="x"),
    ("mobility", "POST", "/transfers/{transfer_id}/hold"): step("hold", text="x"),
    ("mobility", "POST", "/transfers/{transfer_id}/branch"): step("branch", branch_id="b2"),
    ("mobility", "POST", "/transfers/{transfer_id}/void-acknowledgements"): step(
        "void-acknowledgements", letter_number="x"
    ),
    ("mobility", "POST", "/transfers/{transfer_id}/legs"): step("legs", leg="paper", step="sent", reference="x"),
    ("mobility", "POST", "/transfers/{transfer_id}/outside-receipt"): step(
        "outside-receipt", receipt_reference="x", accepted_on="2026-11-01"
    ),
    ("mobility", "GET", "/transfers/{transfer_id}/letter.pdf"): Row(
        COMMITTEES, ACTING_FOR_C1, "/transfers/t1/letter.pdf?name=false"
    ),
    ("mobility", "GET", "/cases/inbox"): Row(
        PERSONS, seats("city", "k1", "c2", others=FORBIDDEN), "/cases/inbox?organisation=c2"
    ),
    ("mobility", "GET", "/relocations"): Row(
        PERSONS, OF_TRANSFER, "/relocations", shows="t1", unbound={OUTSIDE: HIDDEN}
    ),
    ("mobility", "POST", "/relocations/{relocation_id}/retries"): Row(
        COMMITTEES, ACTING_FOR_C1, "/relocations/t1/retries", lambda county, _: {"by": "c1", "party_id": county.party}
    ),
    # Figures: whoever may look is shown those of what they may see; `test_scopes.py` looks at the numbers.
    ("mobility", "GET", "/outcomes"): Row(COMMITTEES | {AUDITOR}, EVERYWHERE, "/outcomes?month=2026-11"),
    ("mobility", "GET", "/flows"): Row(COMMITTEES | {AUDITOR}, EVERYWHERE, "/flows?since=2026-01&until=2026-12"),
    ("mobility", "POST", "/transfer-rules/{area_code}"): Row(
        DEPARTMENTS, _ON_C1, "/transfer-rules/350102", _given(by="c1", effective_from="2099-01-01", source_document="x")
    ),
    ("mobility", "GET", "/transfer-rules"): Row(PERSONS, EVERYWHERE, "/transfer-rules"),
    ("mobility", "POST", "/retained-relations"): Row(
        COMMITTEES, {**OVER_C1, "b1": FORBIDDEN}, "/retained-relations",
        lambda _, number: {"by": "c1", "retention_id": f"r-{number}", "member_id": "m2", "kind": "graduate",
                           "since": "2026-07-01"},
    ),
    ("mobility", "POST", "/retained-relations/{retention_id}/contacts"): Row(
        COMMITTEES, OVER_C1, "/retained-relations/r1/contacts", _given(by="c1", contacted_on="2026-07-02")
    ),
    ("mobility", "POST", "/retained-relations/{retention_id}/end"): Row(
        COMMITTEES, OVER_C1, "/retained-relations/r1/end",
        _given(by="c1", decision="transferred", reason="x", decided_on="2026-07-02"),
    ),
    ("mobility", "GET", "/retained-relations/{retention_id}"): Row(PERSONS, OVER_C1, "/retained-relations/r1"),
    ("mobility", "GET", "/retained-relations"): Row(PERSONS, OVER_C1, "/retained-relations", shows="r1"),
    ("mobility", "POST", "/reconciliations"): Row(
        COMMITTEES, _ON_C1, "/reconciliations", lambda _, number: {"by": "c1", "run_id": f"run-{number}"}
    ),
    ("mobility", "GET", "/reconciliations/{run_id}"): Row(COMMITTEES | {AUDITOR}, OVER_C1, "/reconciliations/run-1"),
    ("mobility", "GET", "/reconciliations"): Row(
        COMMITTEES | {AUDITOR}, _ON_C1, "/reconciliations?organisation=c1", shows="run-1"
    ),
    ("mobility", "GET", "/transfers/{transfer_id}"): Row(PERSONS, OF_TRANSFER, "/transfers/t1"),
    ("mobility", "GET", "/transfers"): Row(PERSONS, OF_TRANSFER, "/transfers?member_id=m1", shows="t1"),
    ("mobility", "GET", "/cases"): Row(PERSONS, seats("city", "k1", "c2", others=HIDDEN), "/cases", shows="t1"),
    ("mobility", "POST", "/relocations/{relocation_id}/acknowledgements"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, ACTING_FOR_C1, "/relocations/t1/acknowledgements",
        lambda county, _: {"by": "c1", "party_id": county.party}, unbound={OUTSIDE: HIDDEN},
    ),
    ("mobility", "GET", "/relocations/{relocation_id}"): Row(
        PERSONS, OF_TRANSFER, "/relocations/t1", unbound={OUTSIDE: HIDDEN}
    ),
    # -- mobility: members who are away. m2 of b1 is away as d2, looked after by station s3 at k2 and by b3 -----------
    ("mobility", "POST", "/departures"): Row(
        COMMITTEES | {SECRETARY}, ACTING_FOR_B1, "/departures", lambda _, n: going(n, "b1")
    ),
    ("mobility", "POST", "/arrivals"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, seats("city", "k1", "c1", "b1", others=FORBIDDEN), "/arrivals",
        lambda _, n: going(n, "b1"),
    ),
    ("mobility", "GET", "/departures/{departure_id}"): Row(PERSONS, OF_AWAY, "/departures/d2"),
    ("mobility", "GET", "/departures"): Row(PERSONS, OF_AWAY, "/departures?member_id=m2", shows="d2"),
    ("mobility", "GET", "/returns"): Row(PERSONS, EVERYWHERE, "/returns"),
    ("mobility", "PUT", "/departures/{departure_id}/destination"): away(
        "/departures/d2/destination", destination={"area_code": "350202", "place": "x"}, place_fixed=False
    ),
    ("mobility", "POST", "/departures/{departure_id}/verification"): away(
        "/departures/d2/verification", by="k2", outcome="found"
    ),
    ("mobility", "PUT", "/departures/{departure_id}/file"): away("/departures/d2/file", by="k2"),
    ("mobility", "POST", "/departures/{departure_id}/correction"): away("/departures/d2/correction"),
    ("mobility", "POST", "/departures/{departure_id}/return"): away(
        "/departures/d2/return", returned_on="2026-11-02"
    ),
    ("mobility", "POST", "/care/{care_id}/contacts"): away("/care/d2/contacts", role="origin", way="call"),
    ("mobility", "POST", "/care/{care_id}/duties/{duty_id}/completion"): away(
        "/care/d2/duties/yearly_report.origin/completion"
    ),
    ("mobility", "PUT", "/care/{care_id}/parties/{role}"): away("/care/d2/parties/origin", person_id="i1"),
    ("mobility", "POST", "/care/{care_id}/lead"): Row(
        COMMITTEES, ACTING_FOR_B1_OF_AWAY, "/care/d2/lead", _given(by="b1", to_role="origin", reason="x")
    ),
    ("mobility", "GET", "/care/{care_id}"): Row(PERSONS, OF_CARE, "/care/d2"),
    ("mobility", "GET", "/care"): Row(PERSONS, OF_CARE, "/care", shows="d2"),
    ("mobility", "GET", "/care-duties"): Row(PERSONS, OF_CARE, "/care-duties?limit=200", shows="d2"),
    ("mobility", "POST", "/care-rules/{area_code}/versions"): Row(
        DEPARTMENTS, {**seats("city", "k1", "c1", others=FORBIDDEN)}, "/care-rules/350102/versions",
        _given(by="c1", rules_version=1, effective_from="2027-01-01", source_document="x", rules={}),
    ),
    ("mobility", "GET", "/care-rules/{area_code}"): Row(PERSONS, EVERYWHERE, "/care-rules/350102"),
    ("mobility", "POST", "/care/{care_id}/opinions"): away("/care/d2/opinions", text="x"),
    ("mobility", "POST", "/opinions/{opinion_id}/reply"): Row(
        PERSONS - {AUDITOR}, OVER_B1, "/opinions/o2/reply", _given(by="b1", taken_up=True, person_id="m2", text="x")
    ),
    ("mobility", "GET", "/opinions/{opinion_id}"): Row(PERSONS, OVER_B1, "/opinions/o2"),
    ("mobility", "GET", "/opinions"): Row(PERSONS, OVER_B1, "/opinions", shows="o2"),
    ("mobility", "POST", "/cards"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/cards", lambda _, n: {"by": "b1", "card_id": f"card-{n}", "member_id": "m2"}
    ),
    ("mobility", "POST", "/cards/{card_id}/entries"): away("/cards/k2/entries", kind="dues", month="2026-10"),
    ("mobility", "POST", "/cards/{card_id}/reviews"): away("/cards/k2/reviews", year=2026, passed=True),
    ("mobility", "POST", "/cards/{card_id}/end"): away("/cards/k2/end", reason="lost"),
    ("mobility", "GET", "/cards/{card_id}"): Row(PERSONS, OF_AWAY, "/cards/k2"),
    ("mobility", "GET", "/cards"): Row(PERSONS, OVER_B1, "/cards?member_id=m2", shows="k2"),
    ("mobility", "POST", "/lost-contact"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/lost-contact",
        _given(by="b1", member_id="i1", lost_since="2026-06-01", person_id="m2"),
    ),
    ("mobility", "POST", "/lost-contact/{member_id}/searches"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/lost-contact/i1/searches", _given(by="b1", way="phone", text="x")
    ),
    ("mobility", "POST", "/lost-contact/{member_id}/restoration"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/lost-contact/i1/restoration", _given(by="b1", restored_on="2026-11-01")
    ),
    ("mobility", "POST", "/lost-contact/{member_id}/decisions"): Row(
        COMMITTEES, {**OVER_B1, "b1": FORBIDDEN}, "/lost-contact/i1/decisions",
        _given(by="b1", approved_by="c1", proposal="remove", agreed=True, person_id="m2", decided_on="2026-11-01",
               text="x"),
    ),
    ("mobility", "GET", "/lost-contact/{member_id}"): Row(PERSONS, OVER_B1, "/lost-contact/i1"),
    ("mobility", "GET", "/lost-contact"): Row(PERSONS, OVER_B1, "/lost-contact", shows="i1"),
    ("mobility", "PUT", "/talents/{member_id}"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/talents/m2", _given(by="b1", kinds=["local_talent"], consent_document="x")
    ),
    ("mobility", "POST", "/talents/{member_id}/withdrawal"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/talents/m2/withdrawal", _given(by="b1")
    ),
    ("mobility", "POST", "/talents/{member_id}/nominations"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/talents/m2/nominations",
        _given(by="b1", kind="local_talent", body_id="c1", text="x"),
    ),
    ("mobility", "POST", "/talents/{member_id}/nominations/{nomination_id}/decision"): Row(
        COMMITTEES, OVER_C1, "/talents/m2/nominations/n2/decision",
        _given(by="c1", accepted=True, person_id="m2", text="x"),
    ),
    ("mobility", "GET", "/talents/{member_id}"): Row(PERSONS - {HEAD, INSTRUCTOR}, OVER_B1, "/talents/m2"),
    ("mobility", "GET", "/nominations"): Row(PERSONS - {HEAD, INSTRUCTOR}, OVER_C1, "/nominations", shows="n2"),
    ("mobility", "GET", "/talents"): Row(PERSONS - {HEAD, INSTRUCTOR}, OVER_B1, "/talents", shows="m2"),
    ("mobility", "POST", "/branch-proposals/{proposal_id}/decision"): Row(
        COMMITTEES, OVER_C1, "/branch-proposals/{proposal}/decision", _given(by="c1", agreed=False, text="x")
    ),
    ("mobility", "GET", "/branch-proposals/{proposal_id}"): Row(
        COMMITTEES | {AUDITOR}, OVER_C1, "/branch-proposals/{proposal}"
    ),
    ("mobility", "GET", "/branch-proposals"): Row(
        COMMITTEES | {AUDITOR}, OVER_C1, "/branch-proposals", shows="{proposal}"
    ),
    # -- assessment -------------------------------------------------------------------------------------------------
    ("assessment", "POST", "/rule-sets/{rule_set_id}/versions"): Row(
        DEPARTMENTS, EVERYWHERE, "/rule-sets/r/versions",
        _given(version=2, title="x", effective_from="2027-01-01", source_document="x",
               items=[{"id": "visits", "title": "走访", "max_score": 100}]),
    ),
    ("assessment", "GET", "/rule-sets/{rule_set_id}"): Row(PERSONS, EVERYWHERE, "/rule-sets/r"),
    ("assessment", "POST", "/quarters/{quarter}/opening"): Row(
        DEPARTMENTS, EVERYWHERE, "/quarters/2026Q4/opening", _given(rule_set_id="r", closes_on="2027-12-31")
    ),
    ("assessment", "POST", "/quarters/{quarter}/publication"): Row(
        DEPARTMENTS, EVERYWHERE, "/quarters/2026Q4/publication"
    ),
    ("assessment", "POST", "/quarters/{quarter}/assessments/{instructor_id}"): Row(
        DEPARTMENTS, OVER_B1, "/quarters/2026Q4/assessments/i1", _given(scores={"visits": 1})
    ),
    ("assessment", "GET", "/quarters/{quarter}"): Row(
        PERSONS - {SECRETARY}, OVER_B1, "/quarters/2026Q4", shows="i1", unlike={INSTRUCTOR: NOWHERE}
    ),
    ("assessment", "GET", "/roster/{member_id}"): Row(PERSONS, OVER_B1, "/roster/m2"),
    # -- notify -----------------------------------------------------------------------------------------------------
    ("notify", "GET", "/messages/{message_id}"): Row(
        PERSONS, seats("city", "k1", "c1", "b1", "c2", "b2", others=HIDDEN), "/messages/{message}"
    ),
    ("notify", "GET", "/messages"): Row(
        PERSONS, seats("city", "k1", "c1", "b1", "c2", "b2", others=HIDDEN), "/messages?relocation_id=t1&limit=200",
        shows="{message}",
    ),
    ("notify", "POST", "/receipts/email"): Row(
        frozenset(), seats(others=FORBIDDEN), "/receipts/email",
        lambda *_: [{"message_id": "<x@y>", "status": "delivered"}], unbound={PROVIDER: OK},
    ),
    ("notify", "POST", "/receipts/sms"): Row(
        frozenset(), seats(others=FORBIDDEN), "/receipts/sms",
        lambda *_: [{"out_id": "x", "success": True}], unbound={PROVIDER: OK},
    ),
}  # fmt: skip
