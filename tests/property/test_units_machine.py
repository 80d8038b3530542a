"""Units with everything asked at once in any order: one per code, facts that only go forward, one liaison, covers within what a
joint branch may have, and nothing left at a unit that closed; the ledger and the units of every day say the same.
"""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant

from services.registry.application import closing_units, covering, posts, relations, tree
from services.registry.application.ledger import ledger
from services.registry.application.reactions import INBOUND
from services.registry.application.roll import SealedEntrant, admit
from services.registry.domain.formation.decider import FORMATION_RULES, AdoptFormationRules
from services.registry.domain.formation.rules import FormationRules
from services.registry.domain.formation_plan.commands import AbandonPlan, AdoptPlan
from services.registry.domain.formation_plan.decider import FORMATION_PLAN
from services.registry.domain.member.commands import AdmitMember
from services.registry.domain.organisation.commands import FoundOrganisation
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.post.commands import AssignPost, LeavePost
from services.registry.domain.post.decider import POST
from services.registry.domain.relation.decider import RELATION
from services.registry.domain.station.commands import OpenStation
from services.registry.domain.station.decider import STATION
from services.registry.domain.unit.commands import (
    ChangeUnit,
    CloseUnit,
    CoverUnit,
    EndCover,
    RegisterUnit,
    ReportUnitChange,
    SurveyUnit,
)
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.events import UnitChanged, UnitRegistered
from services.registry.domain.unit.facts import UnitFacts, known, merged
from services.registry.domain.unit.kinds import kind_of
from services.registry.domain.unit.survey import PARTS
from services.registry.model import MODEL
from shared.contracts import registry as public
from shared.contracts.inbound import UnitChangeReported
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.errors import Refused
from shared.kernel.identifiers import uscc
from shared.kernel.sealed import Sealed
from shared.messaging.cloudevents import OutsideEvent
from tests.property.registry_machine import RegistryMachine
from tests.property.registry_parts import AT_ONCE, TODAY, Decision, Step

UNITS = tuple(uscc.make(kind, "430702", f"{number:09d}") for number, kind in enumerate(("91", "91", "92", "51")))
COVERING = ("c0", "c1", "j")
MEMBERS = ("m0", "m1")
MOST_JOINT = 2
SEALED = Sealed("sealed:1:key:" + "A" * 40)
OUTSIDE = OutsideEvent("register", "1", "x", "unit-changed.v1", None, b"")
KINDS = ("register", "register", "change", "report", "survey", "survey", "close", "cover", "cover", "cover", "uncover",
         "plan", "plan", "abandon", "found", "dissolve", "liaison", "liaison", "instructor", "leave", "relate")  # fmt: skip


class UnitsMachine(RegistryMachine):
    """Four units, two committees and a joint branch that may cover two, two members, a station."""

    steps = st.tuples(
        st.sampled_from(KINDS), st.sampled_from(UNITS), st.sampled_from(COVERING), st.integers(-9, 9)
    )  # fmt: skip

    def found(self) -> None:
        async def enter(unit: UnitOfWork) -> None:
            kinds = (("root", "working_committee"), ("c0", "committee"), ("c1", "committee"), ("b", "branch"))
            for key, kind in (*kinds, ("j", "joint_branch")):
                await tree.found(unit, self.organisation(key, kind, None if key == "root" else "root"))
            for who in MEMBERS:
                entered = AdmitMember(member_id=who, organisation_id="b", status="formal", admitted_on=date(2020, 7, 1),
                                      name=SEALED, resident_id=SEALED)  # fmt: skip
                await admit(unit, SealedEntrant(entered, (f"index-{who}",), None))
            rules = AdoptFormationRules(area_code="430702", effective_from=TODAY - timedelta(days=99), adopted_by="root",
                                        source_document="x", rules=FormationRules(joint_units_cap=MOST_JOINT))  # fmt: skip
            await unit.handle(FORMATION_RULES, "430702", rules)
            opened = OpenStation(station_id="s", name="站", kind="guidance", area_code="430702", organisation_id="root")
            await unit.handle(STATION, "s", opened)

        assert self.registry.at_once(enter) == [""]

    def organisation(self, key: str, kind: Any, parent: str | None, unit: str | None = None) -> FoundOrganisation:
        return FoundOrganisation(organisation_id=key, name=key, kind=kind, parent_id=parent, area_code="430702",
                                 can_approve_probationary=False, unit_uscc=unit)  # fmt: skip

    def step(self, wanted: Any) -> Step:
        kind, code, by, days = wanted
        today = local_date(self.registry.clock.now())
        day = today + timedelta(days=min(days, 0))
        who = MEMBERS[days % 2]
        facts: dict[str, Any] = {"staff": days + 10} if days % 3 else {"operation": "operating", "trade": "C1310"}

        def unit_(command: Any) -> Decision:
            return lambda unit: unit.handle(UNIT, code, command)

        match kind:
            case "register":
                claimed = "enterprise" if days == 9 else kind_of(code)
                return unit_(RegisterUnit(uscc=code, name="某公司", kind=claimed, area_code="430702", on=day, **facts))
            case "change":
                return unit_(ChangeUnit(uscc=code, on=day, **facts))
            case "report":
                named = {"name": "某公司", "area_code": "430702"} if days % 2 else {}
                if days < 0:
                    return unit_(ReportUnitChange(uscc=code, on=day, **facts, **named))  # as a list does
                heard = UnitChangeReported(uscc=code, staff=days, **named)
                return lambda unit: INBOUND[0].take(heard, OUTSIDE, unit)
            case "survey":
                members = {"formal_members": days + 9, "probationary_members": 0} if days % 2 else {}
                return unit_(SurveyUnit(uscc=code, on=day, surveyed_by=by, **facts, **members))
            case "close":
                if days % 3:
                    return unit_(ChangeUnit(uscc=code, on=day, **facts))  # closing is for ever: seldom
                return lambda unit: closing_units.close(unit, CloseUnit(uscc=code, closed_on=day, reason="注销"))
            case "cover":
                mode = "joint" if by == "j" else ("attached", "area")[days % 2]
                covered = CoverUnit.model_validate({"uscc": code, "organisation_id": by, "mode": mode, "on": day})
                return lambda unit: covering.cover(unit, covered)
            case "uncover":
                return lambda unit: covering.uncover(
                    unit, EndCover(uscc=code, organisation_id=by, on=day, reason="调整")
                )
            case "plan":
                plan = AdoptPlan(uscc=code, mode="single", start_on=day, due_on=today + timedelta(days=days),
                                 contact_person_id=who, responsible_id=by, today=today)  # fmt: skip
                return lambda unit: self.planned(unit, plan)
            case "abandon":
                given_up = AbandonPlan(uscc=code, responsible_id=by, reason="x")
                return lambda unit: self.planned(unit, given_up)
            case "found":
                return lambda unit: tree.found(unit, self.organisation(f"o{days % 3}", "branch", "root", code))
            case "dissolve":
                return ("organisation", by if days % 2 else f"o{days % 3}")
            case "liaison" | "instructor":
                post = AssignPost.model_validate(
                    {"post_id": f"p{self.asked}", "kind": kind, "person_id": who, "scope": "unit", "scope_id": code,
                     "since": day}
                )  # fmt: skip
                return lambda unit: posts.assign(unit, post)
            case "leave":
                held = [row["post_id"] for row in self.registry.rows("posts", scope_id=code)] or ["p0"]
                left = LeavePost(post_id=held[days % len(held)], until=today)
                return lambda unit: posts.leave(unit, left, None)
            case _:
                return lambda unit: relations.begin(unit, "serves", "s", "unit", code, day)

    async def planned(self, unit: UnitOfWork, command: AdoptPlan | AbandonPlan) -> None:
        """As the route does."""
        state = await unit.state(UNIT, command.uscc)
        if state.status != "operating":
            raise Refused("unit-closed", "the unit is closed")
        await unit.handle(FORMATION_PLAN, command.uscc, command)

    def events(self, code: str) -> list[Any]:
        return [MODEL.decode(one) for one in self.registry.store.data.streams.get(f"unit-{code}", [])]

    @invariant()
    def a_unit_is_entered_once_and_as_what_its_code_says(self) -> None:
        for code, state in self.registry.states(UNIT).items():
            types = [one.type for one in self.events(code)]
            assert types[0] == "unit-registered"
            assert Counter(types)["unit-registered"] == 1
            assert state.kind == kind_of(code)
            assert "unit-closed" not in types[:-1], "what closed is closed for ever"

    @invariant()
    def the_units_of_every_day_are_those_that_the_facts_say(self) -> None:
        for code, state in self.registry.states(UNIT).items():
            facts, since = UnitFacts(), date.min
            on_day: dict[date, dict[str, Any]] = {}
            for event in self.events(code):
                if isinstance(event, UnitRegistered | UnitChanged):
                    facts = merged(facts, event)
                    assert event.on is not None
                    assert event.on >= since, "facts go forward"
                    since = event.on
                    on_day[since] = known(facts)
            history = {row["since"]: row for row in self.registry.rows("unit_history", uscc=code)}
            assert set(history) == set(on_day)
            for day, expected in on_day.items():
                assert known(UnitFacts.model_validate(history[day])) == expected
            [row] = self.registry.rows("units", uscc=code)
            assert known(UnitFacts.model_validate(row)) == known(state.facts) == on_day[since]
            assert (row["since"], row["closed_on"]) == (state.since, state.closed_on)

    @invariant()
    def covers_are_the_same_on_both_sides_and_few_enough(self) -> None:
        states = self.registry.states(UNIT)
        open_ = {(row["uscc"], row["organisation_id"]): row for row in self.registry.rows("unit_covers", until=None)}
        assert set(open_) == {(code, one) for code, state in states.items() for one in state.covers}
        standing = {key for key, state in self.registry.states(ORGANISATION).items() if state.stands}
        for (code, one), row in open_.items():
            assert one in standing, f"{one} covers {code} and does not stand"
            assert states[code].covers[one] == (
                known_cover := type(states[code].covers[one])(row["mode"], row["since"])
            )
            assert known_cover.since <= local_date(self.registry.clock.now())
        assert sum(one == "j" for _, one in open_) <= MOST_JOINT

    @invariant()
    def a_unit_has_one_liaison_and_a_closed_one_has_nothing(self) -> None:
        closed = {code for code, state in self.registry.states(UNIT).items() if state.status == "closed"}
        held = [post for post in self.registry.states(POST).values() if post.until is None]
        assert max(Counter(post.scope_id for post in held if post.kind == "liaison").values(), default=0) <= 1
        assert not closed & {post.scope_id for post in held}
        assert not closed & {one.begun.to_id for one in self.registry.states(RELATION).values() if one.until is None}
        assert not closed & {code for code, plan in self.registry.states(FORMATION_PLAN).items() if plan.is_open}
        assert not any(self.registry.states(UNIT)[code].covers for code in closed)

    @invariant()
    def a_plan_waits_for_its_day_while_it_is_open_and_is_fulfilled_by_what_was_formed(self) -> None:
        for code, plan in self.registry.states(FORMATION_PLAN).items():
            waits = (f"formation-plan-{code}", "due") in self.registry.store.data.timers
            told = [one.type for one in self.registry.store.data.streams[f"formation-plan-{code}"]]
            adopted = len(told) - told[::-1].index("formation-plan-adopted")
            late = told[adopted:].count("formation-plan-overdue")
            assert late <= 1
            assert waits == (plan.is_open and not late)
            [row] = self.registry.rows("formation_plans", uscc=code)
            assert (row["status"] in ("open", "overdue")) == plan.is_open
            assert (row["status"] == "overdue") == (plan.is_open and bool(late))

    @invariant()
    def the_ledger_holds_every_entry_and_what_stands_now(self) -> None:
        streams = self.registry.store.data.streams
        held = {key for key, post in self.registry.states(POST).items() if post.until is None}
        for row in self.registry.rows("units"):
            found = self.registry.loop(ledger(self.registry.store, MODEL, row))
            stored = (*streams[f"unit-{row['uscc']}"], *streams.get(f"formation-plan-{row['uscc']}", ()))
            assert Counter(one["kind"] for one in found["entries"]) == Counter(one.type for one in stored)
            mine = {post for post in held if self.registry.states(POST)[post].scope_id == row["uscc"]}
            assert {one["post_id"] for one in found["posts"]} == mine
            assert found["survey"]["clear"] + len(found["survey"]["unclear"]) == len(PARTS)

    @invariant()
    def whoever_hears_of_units_can_say_what_each_is_called_who_covers_it_and_whether_it_is_there(self) -> None:
        names: dict[str, dict[str, Any]] = {}
        covers: set[tuple[str, str]] = set()
        open_plans: set[str] = set()
        for event, _ in self.published():
            match event:
                case public.UnitRegistered() | public.UnitChanged():
                    told = event.model_dump(include={"name", "area_code", "staff"}, exclude_none=True)
                    names.setdefault(event.uscc, {}).update(told)
                case public.UnitClosed():
                    names[event.uscc]["closed_on"] = event.closed_on
                case public.UnitCovered():
                    covers.add((event.uscc, event.organisation_id))
                case public.UnitCoverEnded():
                    covers.remove((event.uscc, event.organisation_id))
                case public.FormationPlanAdopted():
                    open_plans.add(event.uscc)
                case public.FormationPlanFulfilled() | public.FormationPlanAbandoned():
                    open_plans.remove(event.uscc)
        states = self.registry.states(UNIT)
        assert set(names) == set(states)
        for code, told in names.items():
            facts = states[code].facts
            assert told.get("staff") == facts.staff
            assert (told["name"], told["area_code"]) == (facts.name, facts.area_code)
            assert told.get("closed_on") == states[code].closed_on
        assert covers == {(code, one) for code, state in states.items() for one in state.covers}
        plans = self.registry.states(FORMATION_PLAN)
        assert open_plans == {code for code, plan in plans.items() if plan.is_open}


TestUnits = UnitsMachine.TestCase
TestUnits.settings = AT_ONCE
