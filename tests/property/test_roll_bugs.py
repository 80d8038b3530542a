"""Faults of the roll and of units that the state machines found, each as small as it can be told."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from services.registry.application import closing_units, covering, membership_decisions, party_groups, posts, tree
from services.registry.application.reactions import FOLLOWS, INBOUND
from services.registry.application.roll import SealedEntrant, admit
from services.registry.domain.formation_plan.commands import AdoptPlan
from services.registry.domain.formation_plan.decider import FORMATION_PLAN
from services.registry.domain.member.commands import AdmitMember, EndMembership
from services.registry.domain.organisation.commands import FoundOrganisation
from services.registry.domain.post.commands import AssignPost
from services.registry.domain.seat.decider import SEAT, load_of
from services.registry.domain.unit.commands import CloseUnit, CoverUnit, RegisterUnit, SurveyUnit
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.events import UnitClosed
from shared.contracts.inbound import UnitChangeReported
from shared.contracts.mobility import MemberTransferredOut
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import end_of_day
from shared.kernel.identifiers import uscc
from shared.kernel.sealed import Sealed
from shared.messaging.cloudevents import OutsideEvent
from tests.property.registry_parts import T0, TODAY, Decision, Registry
from tests.support.sealed_words import sealed_words

SEALED = Sealed("sealed:1:key:" + "A" * 40)
COMPANY = uscc.make("91", "430702", "000000001")


def settled() -> Registry:
    """A 党工委 with two branches, the member m of b0, a unit."""
    registry = Registry(1)

    async def enter(unit: UnitOfWork) -> None:
        for key, kind, parent in (
            ("root", "working_committee", None),
            ("b0", "branch", "root"),
            ("b1", "branch", "root"),
        ):
            await tree.found(unit, founded(key, kind, parent))
        await admit(unit, entrant("b0"))
        await unit.handle(
            UNIT, COMPANY, RegisterUnit(uscc=COMPANY, name="某公司", kind="enterprise", area_code="430702")
        )

    assert registry.at_once(enter) == [""]
    return registry


def founded(key: str, kind: Any, parent: str | None, unit: str | None = None) -> FoundOrganisation:
    return FoundOrganisation(organisation_id=key, name=key, kind=kind, parent_id=parent, area_code="430702",
                             can_approve_probationary=False, unit_uscc=unit)  # fmt: skip


def entrant(at: str) -> SealedEntrant:
    entered = AdmitMember(member_id="m", organisation_id=at, status="formal", admitted_on=date(2020, 7, 1), name=SEALED,
                          resident_id=SEALED)  # fmt: skip
    return SealedEntrant(entered, ("index-m",), None)


def ended(on: date, ground: Any = "deceased") -> Decision:
    command = EndMembership(member_id="m", ground=ground, ended_on=on, decided_by="root", person_id="p", text=sealed_words("x"),
                            decided_at=T0)  # fmt: skip
    return lambda unit: membership_decisions.decide(unit, "m", "root", command, None)


def taken_in_outside(on: date) -> Decision:
    out = MemberTransferredOut(
        transfer_id="o", member_id="m", from_branch_id="b0", from_committee_id="root", to_area_code="440100",
        receipt_reference="x", accepted_on=on, recorded_at=T0,
    )  # fmt: skip
    return lambda unit: FOLLOWS["mobility"][MemberTransferredOut].react(out, unit)


def assigned(kind: str, scope: str, at: str, under: str | None = None) -> Decision:
    command = AssignPost.model_validate(
        {"post_id": f"{kind}-{at}", "kind": kind, "person_id": "m", "scope": scope, "scope_id": at, "since": TODAY,
         "under_post_id": under}
    )  # fmt: skip
    return lambda unit: posts.assign(unit, command)


def closed(unit: UnitOfWork) -> Any:
    return closing_units.close(unit, CloseUnit(uscc=COMPANY, closed_on=TODAY, reason="注销"))


def belongs_to(registry: Registry, day: date) -> str | None:
    """Where the roster of that day has the member."""
    begun = [row for row in registry.rows("memberships", member_id="m") if row["since"] <= end_of_day(day)]
    where: str | None = max(begun, key=lambda row: row["since"])["organisation_id"]
    return where


def test_bug_2100_whoever_comes_back_from_outside_is_on_the_roster_since_then() -> None:
    """Their first membership was written over with the new branch, and the gap after it hid them for ever."""
    registry = settled()
    left = TODAY - timedelta(days=30)
    assert registry.at_once(taken_in_outside(left)) == [""]
    assert registry.at_once(lambda unit: admit(unit, entrant("b1"))) == [""]
    days = (TODAY, left, left - timedelta(days=1))
    assert [belongs_to(registry, day) for day in days] == ["b1", None, "b0"]


def test_bug_2101_whoever_leaves_on_the_day_on_which_they_came_belongs_to_nobody() -> None:
    for leave in (ended(TODAY), ended(TODAY - timedelta(days=3))):
        registry = settled()
        assert registry.at_once(registry.moved("m", "b0", "b1")) == [""]
        assert registry.at_once(leave) == [""]
        assert belongs_to(registry, TODAY) is None


def test_bug_2102_whoever_was_taken_in_outside_holds_no_post_here() -> None:
    """A station was headed by somebody who was gone, and no vacancy was told."""
    registry = settled()
    assert registry.at_once(assigned("instructor", "organisation", "b0")) == [""]
    assert registry.at_once(assigned("liaison", "unit", COMPANY, under="instructor-b0")) == [""]
    assert registry.at_once(taken_in_outside(TODAY - timedelta(days=3))) == [""]
    assert {row["until"] for row in registry.rows("posts")} == {TODAY}, "not before it began"
    assert registry.states(SEAT)[load_of("m")].posts == ()


def test_bug_2103_a_member_has_the_version_that_was_read_after_a_group_was_assigned() -> None:
    registry = settled()
    found: Decision = lambda unit: party_groups.found(unit, "g", "b0", "小组", None, TODAY)  # noqa: E731
    assert registry.at_once(found) == [""]
    assert registry.at_once(lambda unit: party_groups.assign(unit, "m", "g", TODAY)) == [""]
    assert [row["version"] for row in registry.rows("members")] == [2]


def test_bug_2104_another_decision_about_who_has_left_is_refused_and_not_passed_over() -> None:
    registry = settled()
    assert registry.at_once(ended(TODAY, "resigned")) == [""]
    assert registry.at_once(ended(TODAY, "resigned")) == [""], "the same again"
    assert registry.at_once(ended(TODAY, "deceased")) == ["member-left"]
    assert registry.at_once(lambda unit: admit(unit, entrant("b1"))) == ["member-left"], "answered as done before"
    assert len(registry.store.data.streams["member-m"]) == 2


def test_bug_2105_an_organisation_that_covered_a_unit_which_was_closed_can_be_dissolved() -> None:
    registry = settled()
    cover = CoverUnit(uscc=COMPANY, organisation_id="b1", mode="attached", on=TODAY)
    assert registry.at_once(lambda unit: covering.cover(unit, cover)) == [""]
    assert registry.at_once(closed) == [""]
    assert [row["until"] for row in registry.rows("unit_covers")] == [TODAY]
    assert registry.at_once(("organisation", "b1")) == [""]


def test_bug_2105_so_can_one_of_a_unit_that_was_closed_before_closing_ended_covers() -> None:
    registry = settled()
    cover = CoverUnit(uscc=COMPANY, organisation_id="b1", mode="attached", on=TODAY)
    assert registry.at_once(lambda unit: covering.cover(unit, cover)) == [""]

    as_it_was = replace(UNIT, decide=lambda command, _: [UnitClosed(**dict(command))])
    gone = CloseUnit(uscc=COMPANY, closed_on=TODAY, reason="注销")
    assert registry.at_once(lambda unit: unit.handle(as_it_was, COMPANY, gone)) == [""]
    assert registry.at_once(("organisation", "b1")) == [""]


def test_bug_2106_a_unit_that_closes_has_no_posts_relations_or_plan_left() -> None:
    registry = settled()
    plan = AdoptPlan(uscc=COMPANY, mode="single", start_on=TODAY, due_on=TODAY, contact_person_id="p",
                     responsible_id="root", today=TODAY)  # fmt: skip
    assert registry.at_once(lambda unit: unit.handle(FORMATION_PLAN, COMPANY, plan)) == [""]
    assert registry.at_once(assigned("liaison", "unit", COMPANY)) == [""]
    assert registry.at_once(closed) == [""]
    assert [row["until"] for row in registry.rows("posts")] == [TODAY]
    registry.clock.advance(timedelta(days=9))
    registry.fire_timers()
    assert [row["status"] for row in registry.rows("formation_plans")] == ["abandoned"]


def test_bug_2107_an_organisation_is_not_founded_in_a_unit_that_is_closed() -> None:
    registry = settled()
    assert registry.at_once(closed) == [""]
    found: Decision = lambda unit: tree.found(unit, founded("b2", "branch", "root", COMPANY))  # noqa: E731
    assert registry.at_once(found) == ["unit-closed"]


def test_bug_2108_a_plan_is_fulfilled_by_the_organisation_that_is_founded_in_the_unit() -> None:
    """Its deadline passed and the responsible was told that nothing had been formed."""
    registry = settled()
    plan = AdoptPlan(uscc=COMPANY, mode="single", start_on=TODAY, due_on=TODAY, contact_person_id="p",
                     responsible_id="root", today=TODAY)  # fmt: skip
    assert registry.at_once(lambda unit: unit.handle(FORMATION_PLAN, COMPANY, plan)) == [""]
    found: Decision = lambda unit: tree.found(unit, founded("b2", "branch", "root", COMPANY))  # noqa: E731
    assert registry.at_once(found) == [""]
    assert [row["status"] for row in registry.rows("formation_plans")] == ["fulfilled"]


def test_bug_2110_what_an_outside_register_reports_holds_from_the_day_on_which_it_came() -> None:
    """It had no day, so that a survey of an earlier day was taken in after it and hidden by it in every statistic."""
    registry = settled()
    heard = UnitChangeReported(uscc=COMPANY, staff=20)
    outside = OutsideEvent("register", "1", "x", "unit-changed.v1", None, b"")
    assert registry.at_once(lambda unit: INBOUND[0].take(heard, outside, unit)) == [""]
    survey = SurveyUnit(uscc=COMPANY, on=TODAY - timedelta(days=1), surveyed_by="root", staff=10)
    assert registry.at_once(lambda unit: unit.handle(UNIT, COMPANY, survey)) == ["unit-backdated"]
    assert [(row["since"], row["staff"]) for row in registry.rows("units")] == [(TODAY, 20)]
