"""The policy as a table: what it must never say, whatever else is changed in it."""

import pytest
from fastapi import APIRouter

from shared.security.access import Access, action, refuse_undeclared
from shared.security.actor import Actor, Assignment, Line, Role
from shared.security.policy import TABLE, Concern, Ground, Relation, allowed, area_prefix, eligible

CHANGING = {name for name, rule in TABLE.items() if not rule.looks}
WORLD = Ground(paths={"b": ("b", "c", "w"), "b2": ("b2", "c2", "w")})


def test_what_is_not_in_the_table_is_refused() -> None:
    everything = Actor("u", tuple(Assignment(role, "w") for role in Role))
    assert eligible("transfer.delete-everything", everything) == ()
    assert not allowed("transfer.delete-everything", everything, Concern(("b",)), WORLD)
    with pytest.raises(LookupError):
        action("transfer.delete-everything")


def test_who_looks_changes_nothing() -> None:
    for name in CHANGING:
        assert Role.AUDITOR not in TABLE[name].grants, name
        assert not eligible(name, Actor("u", (Assignment(Role.CITY_DEPARTMENT, "w", line=Line.AUTHORITY),))), name


def test_those_who_keep_it_running_have_no_business_with_members() -> None:
    of_operators = {name for name, rule in TABLE.items() if Role.OPERATOR in rule.grants}
    assert of_operators == {
        "organisation.found", "organisation.empower", "organisation.read", "station.read", "installation.operate",
    }  # fmt: skip
    of_routes = of_operators & CHANGING - {"installation.operate"}
    assert {TABLE[name].grants[Role.OPERATOR] for name in of_routes} == {frozenset({Relation.ROOT})}


def test_carriers_report_receipts_and_nothing_else_and_nobody_else_does() -> None:
    assert {name for name, rule in TABLE.items() if Role.PROVIDER in rule.grants} == {"receipt.report"}
    assert set(TABLE["receipt.report"].grants) == {Role.PROVIDER}


def test_only_what_concerns_no_organisation_is_allowed_anywhere() -> None:
    anywhere = {name for name, rule in TABLE.items() for given in rule.grants.values() if Relation.ANYWHERE in given}
    assert anywhere == {
        "station.read", "rule-set.adopt", "rule-set.read", "quarter.open", "quarter.publish", "receipt.report",
        "transfer-rules.read", "care-rules.read", "form.read", "installation.operate", "formation-rules.read",
        "policy-document.read",
    }  # fmt: skip


def test_an_assignment_whose_organisation_nobody_knows_gives_nothing() -> None:
    actor = Actor("u", (Assignment(Role.CITY_DEPARTMENT, "w"),))
    known = Ground(WORLD.paths, {actor.assignments[0]: "w"})
    assert allowed("member.read", actor, Concern(("b",)), known)
    assert not allowed("member.read", actor, Concern(("b",)), WORLD)
    assert not allowed("member.read", actor, Concern(()), known)
    assert not allowed("member.read", actor, Concern(("b", "elsewhere")), known)


def test_two_roles_do_not_add_up_to_a_third() -> None:
    actor = Actor("u", (Assignment(Role.CITY_DEPARTMENT, "c"), Assignment(Role.AUDITOR, "w")))
    ground = Ground(WORLD.paths, {actor.assignments[0]: "c", actor.assignments[1]: "w"})
    assert allowed("member.admit", actor, Concern(("b",)), ground)
    assert not allowed("member.admit", actor, Concern(("b2",)), ground)
    assert allowed("member.read", actor, Concern(("b2",)), ground)


@pytest.mark.parametrize(
    ("code", "prefix"),
    [("350000", "35"), ("350900", "3509"), ("350921", "350921"), ("351000", "3510"), ("110101", "110101")],
)
def test_an_area_holds_what_its_code_begins(code: str, prefix: str) -> None:
    assert area_prefix(code) == prefix


def test_a_route_that_does_not_say_what_it_does_keeps_its_service_from_starting() -> None:
    router = APIRouter()

    @router.get("/open")
    async def undeclared(access: Access) -> None: ...

    with pytest.raises(LookupError, match="declares no action"):
        refuse_undeclared([router])

    other = APIRouter()

    @other.get("/careless")
    @action("transfer.read")
    async def careless() -> None: ...

    with pytest.raises(LookupError, match="never asks for access"):
        refuse_undeclared([other])
