"""The roll with everything asked at once in any order: nobody is in two places or on it after they left, whoever left holds
nothing, probations are told of once, and the other services know of everybody what the registry knows.
"""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant

from services.registry.application import membership_decisions, party_groups, posts, relations, tree
from services.registry.application.reactions import FOLLOWS
from services.registry.application.roll import SealedEntrant, admit
from services.registry.domain.member.commands import (
    AdmitMember,
    ChangeContact,
    ConfirmMember,
    EndMembership,
    ErasePerson,
    ExtendProbation,
)
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.organisation.commands import FoundOrganisation
from services.registry.domain.place.commands import OpenPlace
from services.registry.domain.place.decider import PLACE
from services.registry.domain.post.commands import AssignPost, LeavePost
from services.registry.domain.post.decider import POST
from services.registry.domain.relation.decider import RELATION, relation_id
from services.registry.domain.station.commands import OpenStation
from services.registry.domain.station.decider import STATION
from shared.contracts.mobility import MemberTransferredOut
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import add_months, end_of_day, local_date, start_of_day
from shared.kernel.sealed import Sealed
from tests.property.registry_machine import RegistryMachine
from tests.property.registry_parts import AT_ONCE, TODAY, Step
from tests.support.sealed_words import sealed_words

BRANCHES = ("b0", "b1", "b2")
MEMBERS = ("m0", "m1", "m2")
SEALED = Sealed("sealed:1:key:" + "A" * 40)
PLACED = ("admit", "move", "stale move", "out")
"""What says where somebody belongs: of one person, one after the other."""
KINDS = ("admit", "admit", "move", "move", "stale move", "out", "out", "end", "end", "confirm", "extend", "appoint",
         "appoint", "hang", "leave", "relate", "unrelate", "group", "contact", "erase")  # fmt: skip


class RollMachine(RegistryMachine):
    """Three branches, a station, a team, a group in each branch; three people who come and go."""

    steps = st.tuples(st.sampled_from(KINDS), st.sampled_from(MEMBERS), st.sampled_from(BRANCHES), st.integers(-9, 9))

    def found(self) -> None:
        facts: dict[str, Any] = {"area_code": "430702", "can_approve_probationary": False}

        async def enter(unit: UnitOfWork) -> None:
            root = FoundOrganisation(organisation_id="root", name="党工委", kind="working_committee", **facts)
            await tree.found(unit, root)
            for key in BRANCHES:
                branch = FoundOrganisation(organisation_id=key, name=key, kind="branch", parent_id="root", **facts)
                await tree.found(unit, branch)
                await party_groups.found(unit, f"g-{key}", key, "小组", None, TODAY)
            station = OpenStation(
                station_id="s", name="站", kind="guidance", area_code="430702", organisation_id="root"
            )
            await unit.handle(STATION, "s", station)
            team = OpenPlace(place_id="t", kind="team", form="service", name="团", area_code="430702",
                             organisation_id="root", opened_on=TODAY)  # fmt: skip
            await unit.handle(PLACE, "t", team)

        assert self.registry.at_once(enter) == [""]

    def compatible(self, wanted: list[Any]) -> list[Any]:
        firsts = {who: kind for kind, who, *_ in reversed(wanted) if kind in PLACED}
        seen: set[str] = set()
        kept = []
        for one in wanted:
            if one[0] not in PLACED or (one[1] not in seen and firsts[one[1]] == one[0]):
                seen |= {one[1]} if one[0] in PLACED else set()
                kept.append(one)
        return kept

    def step(self, wanted: Any) -> Step:
        kind, who, at, days = wanted
        now, today = self.registry.clock.now(), local_date(self.registry.clock.now())
        day = today + timedelta(days=min(days, 0))
        signed: dict[str, Any] = {"member_id": who, "decided_by": "root", "person_id": "p", "decided_at": now}
        match kind:
            case "admit":
                probation = {"status": "probationary", "probation_ends_on": today + timedelta(days=days * 20)}
                facts: dict[str, Any] = probation if days % 2 else {"status": "formal"}
                entered = AdmitMember(member_id=who, organisation_id=at, admitted_on=day, name=SEALED,
                                      resident_id=SEALED, **facts)  # fmt: skip
                return lambda unit: admit(unit, SealedEntrant(entered, (f"index-{who}",), None))
            case "move" | "stale move":
                members = self.registry.states(MEMBER)
                here = members[who].organisation_id if who in members and kind == "move" else BRANCHES[days % 3]
                return self.registry.moved(who, here, at)
            case "out":
                out = MemberTransferredOut(
                    transfer_id=f"o{self.asked}", member_id=who, from_branch_id=at, from_committee_id="root",
                    to_area_code="440100", receipt_reference="x", accepted_on=day, recorded_at=now,
                )  # fmt: skip
                return lambda unit: FOLLOWS["mobility"][MemberTransferredOut].react(out, unit)
            case "end":
                ground = ("resigned", "deceased", "probation_cancelled")[days % 3]
                ended = EndMembership.model_validate(
                    signed | {"ground": ground, "ended_on": day, "text": sealed_words("x")}
                )
                return lambda unit: membership_decisions.decide(unit, who, "root", ended, None)
            case "confirm":
                confirmed = ConfirmMember(confirmed_on=day, **signed)
                return lambda unit: membership_decisions.decide(unit, who, "root", confirmed, None)
            case "extend":
                until = add_months(today, 7 + days)
                longer = ExtendProbation(probation_ends_on=until, text=sealed_words("x"), **signed)
                return lambda unit: membership_decisions.decide(unit, who, "root", longer, None)
            case "appoint" | "hang":
                where = {"scope": "organisation", "scope_id": at} if days % 2 else {"scope": "station", "scope_id": "s"}
                held = [row["post_id"] for row in self.registry.rows("posts", person_id=who, until=None)]
                under = held[0] if kind == "hang" and held else None
                post = AssignPost.model_validate(
                    where | {"post_id": f"p{self.asked}", "kind": "instructor", "person_id": who, "since": day,
                             "under_post_id": under}
                )  # fmt: skip
                return lambda unit: posts.assign(unit, post)
            case "leave":
                held = [row["post_id"] for row in self.registry.rows("posts", person_id=who)] or ["p0"]
                left = LeavePost(post_id=held[days % len(held)], until=day)
                return lambda unit: posts.leave(unit, left, None, end_hanging=days % 2 == 0)
            case "relate":
                return lambda unit: relations.begin(unit, "manned", "t", "member", who, day)
            case "unrelate":
                return lambda unit: relations.end(unit, relation_id("manned", "t", who), day, None)
            case "group":
                return lambda unit: party_groups.assign(unit, who, f"g-{at}" if days % 3 else None, today)
            case "contact":
                reached = ChangeContact(member_id=who, phone=Sealed("sealed:1:key:" + "BCD"[days % 3] * 40), email=None)
                return lambda unit: unit.handle(MEMBER, who, reached)
            case _:
                return lambda unit: unit.handle(MEMBER, who, ErasePerson(person_id=who, erased_at=now))

    @invariant()
    def everybody_is_where_the_last_word_says_on_the_roster_of_every_day(self) -> None:
        rows = self.registry.rows("memberships")
        for who, state in self.registry.states(MEMBER).items():
            mine = sorted((row for row in rows if row["member_id"] == who), key=lambda row: row["since"])
            said = [*self.timeline(who)]
            assert [row["organisation_id"] for row in mine] == [where for where, _ in said], who
            assert mine[-1]["organisation_id"] == (state.organisation_id if state.left_on is None else None)
            for day in {local_date(since) for _, since in said}:
                begun = [where for where, since in said if since <= end_of_day(day)]
                there = [row["organisation_id"] for row in mine if row["since"] <= end_of_day(day)]
                assert there[-1:] == begun[-1:], (who, day)

    def timeline(self, who: str) -> Any:
        """Where the facts put somebody, in the order in which they were told, each with its beginning."""
        for event in self.registry.store.data.streams[f"member-{who}"]:
            said = event.data
            match event.type:
                case "member-admitted" if said["returned_at"] is None:
                    day = date.fromisoformat(said["admitted_on"])
                    yield said["organisation_id"], datetime.combine(day, time(), UTC)
                case "member-admitted":
                    yield said["organisation_id"], datetime.fromisoformat(said["returned_at"])
                case "membership-moved":
                    yield said["to_organisation_id"], datetime.fromisoformat(said["moved_at"])
                case "membership-closed" | "membership-ended" if said["nowhere_since"] is not None:
                    yield None, datetime.fromisoformat(said["nowhere_since"])
                case "membership-closed" | "membership-ended":
                    day = date.fromisoformat(said.get("closed_on") or said["ended_on"])
                    yield None, start_of_day(day)

    @invariant()
    def whoever_left_holds_nothing_and_is_in_nothing(self) -> None:
        gone = {who for who, state in self.registry.states(MEMBER).items() if state.left_on is not None}
        for key, post in self.registry.states(POST).items():
            assert post.until is not None or post.person_id not in gone, key
        for key, relation in self.registry.states(RELATION).items():
            assert relation.until is not None or relation.begun.to_id not in gone, key
        assert all(self.registry.states(MEMBER)[who].party_group_id is None for who in gone)

    @invariant()
    def a_post_hangs_on_one_that_is_held_by_the_same_person(self) -> None:
        held = {key: post for key, post in self.registry.states(POST).items() if post.until is None}
        for key, post in held.items():
            if post.under_post_id is not None:
                assert post.under_post_id in held, key
                assert held[post.under_post_id].person_id == post.person_id

    @invariant()
    def branches_count_those_who_are_there(self) -> None:
        there = Counter(one.organisation_id for one in self.registry.states(MEMBER).values() if one.left_on is None)
        for row in self.registry.rows("organisation_sizes"):
            assert (row["members"] or 0) == there[row["organisation_id"]]

    @invariant()
    def a_probation_that_is_over_is_told_of_once_and_only_while_nothing_is_decided(self) -> None:
        armed = self.registry.store.data.timers
        for who, state in self.registry.states(MEMBER).items():
            events = self.registry.store.data.streams[f"member-{who}"]
            waits = state.status == "probationary" and state.left_on is None
            assert ((f"member-{who}", "probation") in armed) <= waits
            since = max(one.version for one in events if one.type in ("member-admitted", "probation-extended"))
            told = [one for one in events if one.type == "probation-over" and one.version > since]
            timer = (f"member-{who}", "probation") in armed
            assert len(told) + timer == 1 if waits else len(told) <= 1

    @invariant()
    def the_other_services_know_of_everybody_what_the_registry_knows(self) -> None:
        mobility, notify = self.kept_elsewhere()
        for who, state in self.registry.states(MEMBER).items():
            row = mobility["members"][(who,)]
            known = (state.organisation_id, state.status, state.admitted_on, state.left_on, state.is_erased)
            assert known == tuple(row[one] for one in ("organisation_id", "status", "admitted_on", "left_on", "erased"))
            if state.status == "probationary":
                assert row["probation_ends_on"] == state.probation_ends_on
            assert notify["members"][(who,)]["phone"] == state.phone
        held = {key for key, post in self.registry.states(POST).items() if post.until is None}
        assert {row["post_id"] for row in mobility.get("posts", {}).values() if row["until"] is None} == held


TestRoll = RollMachine.TestCase
TestRoll.settings = AT_ONCE
