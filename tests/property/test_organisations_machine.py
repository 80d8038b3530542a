"""Organisations and the roll, with everything asked at once in any order: the tree stays a tree, what is dissolved is empty,
everybody has exactly one membership, elections are reminded of once, and counts and versions are those of the events.
"""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.registry.application import covering, founding, membership_decisions, reorganising, tree
from services.registry.application.roll import SealedEntrant, admit
from services.registry.domain.founding.decider import ApplyForFounding, DecideFounding
from services.registry.domain.member.commands import AdmitMember, EndMembership, ErasePerson
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.organisation.commands import BeginTerm, FoundOrganisation, RestoreOrganisation
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.reorganisation.commands import HandOver
from services.registry.domain.unit.commands import CoverUnit, RegisterUnit
from services.registry.domain.unit.decider import UNIT
from shared.kernel.calendar import local_date
from shared.kernel.identifiers import uscc
from shared.kernel.sealed import Sealed
from tests.property.registry_parts import AT_ONCE, TODAY, Registry, Step
from tests.support.sealed_words import sealed_words

PLACES = ("c0", "c1", "c2", "c3")
MEMBERS = ("m0", "m1", "m2", "m3", "m4")
UNITS = [uscc.make("91", "430702", f"{number:09d}") for number in range(2)]
SEALED = Sealed("sealed:1:key:" + "A" * 40)
KINDS = ("found", "hang", "hand over", "apply", "approve", "dissolve", "dissolve", "restore", "admit", "admit", "move",
         "move", "end", "erase", "cover", "elect")  # fmt: skip

steps = st.tuples(st.sampled_from(KINDS), st.sampled_from(PLACES), st.sampled_from(PLACES), st.sampled_from(MEMBERS))


class OrganisationsMachine(RuleBasedStateMachine):
    """Committees below one root, any of which may hang below any other; each step may be refused."""

    @initialize(seed=st.integers(0, 2**16))
    def settle(self, seed: int) -> None:
        self.registry = Registry(seed)
        self.asked = 0
        root = FoundOrganisation(organisation_id="root", name="党工委", kind="working_committee", parent_id=None,
                                 area_code="430702", can_approve_probationary=False)  # fmt: skip
        assert self.registry.at_once(lambda unit: tree.found(unit, root)) == [""]
        for code in UNITS:
            entered = RegisterUnit(uscc=code, name="某公司", kind="enterprise", area_code="430702", on=TODAY)
            self.registry.at_once(lambda unit, u=entered: unit.handle(UNIT, u.uscc, u))  # type: ignore[misc]
        self.registry.at_once(*(self.step("found", place, "root", "") for place in PLACES))

    @rule(wanted=st.lists(steps, min_size=1, max_size=4))
    def at_once(self, wanted: list[tuple[str, str, str, str]]) -> None:
        self.registry.at_once(*(self.step(*one) for one in wanted))

    @rule(at=st.sampled_from(PLACES), who=st.sampled_from(MEMBERS), other=st.sampled_from(PLACES))
    def one_ends_while_somebody_comes(self, at: str, who: str, other: str) -> None:
        self.registry.at_once(self.step("dissolve", at, at, who), self.step("admit", at, at, who))
        self.registry.at_once(self.step("dissolve", at, at, who), self.step("hang", other, at, who))

    @rule(one=st.sampled_from(PLACES), other=st.sampled_from(PLACES))
    def each_below_the_other(self, one: str, other: str) -> None:
        self.registry.at_once(self.step("hang", one, other, ""), self.step("hang", other, one, ""))

    @rule(months=st.integers(1, 8))
    def time_passes(self, months: int) -> None:
        self.registry.clock.advance(timedelta(days=30 * months))
        self.registry.fire_timers()

    def step(self, kind: str, at: str, other: str, who: str) -> Step:
        self.asked += 1
        now, today = self.registry.clock.now(), local_date(self.registry.clock.now())
        facts: dict[str, Any] = {"organisation_id": at, "name": at, "kind": "committee", "area_code": "430702"}
        match kind:
            case "found":
                founded = FoundOrganisation(parent_id=other, can_approve_probationary=False, **facts)
                return lambda unit: tree.found(unit, founded)
            case "hang":
                return lambda unit: tree.reparent(unit, at, other, today)
            case "hand over":
                order = HandOver(reorganisation_id=f"r{self.asked}", organisation_ids=(at,), to_parent_id=other,
                                 ordered_by="root", reason="x", on=today, today=today)  # fmt: skip
                return lambda unit: reorganising.hand_over(unit, order)
            case "apply":
                asked = ApplyForFounding(founding_id=f"f-{at}", applied_by="root", decided_by=other, applied_at=now,
                                         formal_members=3, **facts | {"organisation_id": f"n-{at}"})  # fmt: skip
                return lambda unit: founding.apply(unit, asked)
            case "approve":
                answer = DecideFounding(decided_by=other, person_id="p", decision="approved", decided_on=today)
                return lambda unit: founding.answer(unit, f"f-{at}", answer, None)
            case "dissolve":
                return ("organisation", at)
            case "restore":
                restored = RestoreOrganisation(organisation_id=at, reason="x", on=today)
                return lambda unit: reorganising.restore(unit, restored, None)
            case "admit":
                entered = AdmitMember(member_id=who, organisation_id=at, status="formal", admitted_on=date(2020, 7, 1),
                                      name=SEALED, resident_id=SEALED)  # fmt: skip
                return lambda unit: admit(unit, SealedEntrant(entered, (f"index-{who}",), None))
            case "move":
                return self.registry.moved(who, other, at)
            case "end":
                ended = EndMembership(member_id=who, ground="resigned", ended_on=today, decided_by="root",
                                      person_id="p", text=sealed_words("x"), decided_at=now)  # fmt: skip
                return lambda unit: membership_decisions.decide(unit, who, "root", ended, None)
            case "erase":
                return lambda unit: unit.handle(MEMBER, who, ErasePerson(person_id=who, erased_at=now))
            case "cover":
                covered = CoverUnit(uscc=UNITS[self.asked % 2], organisation_id=at, mode="area", on=today)
                return lambda unit: covering.cover(unit, covered)
            case _:
                term = BeginTerm(organisation_id=at, elected_on=today, ends_on=today + timedelta(days=500))
                return lambda unit: unit.handle(ORGANISATION, at, term)

    @invariant()
    def what_stands_hangs_below_what_stands_and_nothing_below_itself(self) -> None:
        found = self.registry.states(ORGANISATION)
        for key, state in found.items():
            above, seen = state.parent_id, {key}
            while state.status == "active" and above is not None:
                assert found[above].status == "active", f"{key} stands below {above}, which does not"
                assert above not in seen, f"{key} stands below itself"
                seen.add(above)
                above = found[above].parent_id

    @invariant()
    def nobody_is_in_what_was_dissolved_but_by_a_move(self) -> None:
        found = self.registry.states(ORGANISATION)
        for key, state in self.registry.states(MEMBER).items():
            if state.left_on is None and not state.moves:
                assert found[state.organisation_id].status == "active", f"{key} is in {state.organisation_id}"

    @invariant()
    def nothing_is_covered_by_what_was_dissolved(self) -> None:
        found = self.registry.states(ORGANISATION)
        for unit in self.registry.states(UNIT).values():
            assert all(found[key].status == "active" for key in unit.covers)

    @invariant()
    def everybody_has_exactly_one_membership_or_left(self) -> None:
        rows = self.registry.rows("memberships")
        for key, state in self.registry.states(MEMBER).items():
            mine = sorted((row for row in rows if row["member_id"] == key), key=lambda row: row["since"])
            assert mine[-1]["organisation_id"] == (state.organisation_id if state.left_on is None else None)
            [row] = self.registry.rows("members", member_id=key)
            assert row["organisation_id"] == state.organisation_id
            assert row["erased"] == state.is_erased

    @invariant()
    def what_is_counted_is_what_there_is(self) -> None:
        members = Counter(one.organisation_id for one in self.registry.states(MEMBER).values() if one.left_on is None)
        organisations = self.registry.states(ORGANISATION)
        children = Counter(one.parent_id for one in organisations.values() if one.status == "active")
        sizes = {row["organisation_id"]: row for row in self.registry.rows("organisation_sizes")}
        for key in organisations:
            row = sizes.get(key, {})
            assert (row.get("members") or 0, row.get("children") or 0) == (members[key], children[key]), key

    @invariant()
    def rows_have_the_versions_of_their_streams(self) -> None:
        for table, name in (("organisations", "organisation"), ("members", "member")):
            for row in self.registry.rows(table):
                key = row[f"{name}_id"]
                assert row["version"] == len(self.registry.store.data.streams[f"{name}-{key}"]), (table, key)

    @invariant()
    def of_an_election_everybody_is_reminded_once_per_date(self) -> None:
        for key in PLACES:
            events = self.registry.store.data.streams.get(f"organisation-{key}", [])
            told = Counter(
                (one.data["ends_on"], one.data["months_left"]) for one in events if one.type == "election-due"
            )
            assert all(times == 1 for times in told.values()), told

    def teardown(self) -> None:
        if hasattr(self, "registry"):
            self.registry.loop.close()


TestOrganisations = OrganisationsMachine.TestCase
TestOrganisations.settings = AT_ONCE
