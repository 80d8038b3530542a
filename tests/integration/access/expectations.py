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
    ("registry", "POST", "/organisations/{organisation_id}/dissolution"): Row(
        COMMITTEES, OVER_B1, "/organisations/b1/dissolution", _given(reason="x")
    ),
    ("registry", "GET", "/organisations/{organisation_id}"): Row(
        PERSONS, OVER_B1, "/organisations/b1", unbound={OPERATOR: HIDDEN, OUTSIDE: HIDDEN}
    ),
    ("registry", "GET", "/organisations"): Row(
        PERSONS, OVER_B1, "/organisations?limit=200", shows="b1", unbound={OPERATOR: HIDDEN, OUTSIDE: HIDDEN}
    ),
    ("registry", "POST", "/stations"): Row(
        COMMITTEES, _ON_C1, "/stations", _given(name="站", kind="town", area_code="350102", organisation_id="c1")
    ),
    ("registry", "GET", "/stations/{station_id}"): Row(
        PERSONS, EVERYWHERE, "/stations/s1", unbound={OPERATOR: OK, OUTSIDE: OK}
    ),
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
        COMMITTEES, ACTING_FOR_C1, "/transfers/t1/letter.pdf"
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
