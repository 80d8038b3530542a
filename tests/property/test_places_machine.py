"""Stations and places with everything asked at once in any order: nothing is held at, related to or wanted of what closed, a
pair is related once at a time, inspections, practices and steps add up, and whoever hears of it can tell.
"""

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant

from services.registry.application import closing_places, inspections, posts, relations, tree
from services.registry.application.roll import SealedEntrant, admit
from services.registry.application.scopes import require
from services.registry.domain.inspection.commands import Rectify, Result
from services.registry.domain.inspection.decider import INSPECTION
from services.registry.domain.member.commands import AdmitMember
from services.registry.domain.organisation.commands import FoundOrganisation
from services.registry.domain.place.commands import ChangePlace, ClosePlace, OpenPlace, ReachStep
from services.registry.domain.place.decider import PLACE
from services.registry.domain.place.kinds import KINDS as PLACE_KINDS
from services.registry.domain.policy_document.commands import IssuePolicy, PolicyItem
from services.registry.domain.policy_document.decider import POLICY_DOCUMENT
from services.registry.domain.post.commands import AssignPost, LeavePost
from services.registry.domain.post.decider import POST
from services.registry.domain.practice.decider import PRACTICE, BeginPractice, EndPractice, practice_id
from services.registry.domain.relation.decider import RELATION, relation_id
from services.registry.domain.relation.kinds import KINDS as RELATION_KINDS
from services.registry.domain.seat.decider import SEAT
from services.registry.domain.station.commands import ChangeStation, OpenStation
from services.registry.domain.station.decider import STATION
from services.registry.domain.vocabulary import PlaceKind, RelationKind, Scope
from shared.contracts import registry as public
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.sealed import Sealed
from tests.property.registry_machine import RegistryMachine
from tests.property.registry_parts import AT_ONCE, T0, TODAY, Decision, Step

STATIONS = ("s0", "s1")
PLACES: dict[str, PlaceKind] = {
    "p0": "platform", "p1": "platform", "g": "grid", "s0": "site", "grp": "group", "t": "team", "k": "cluster",
}  # fmt: skip
"""A site has the id of a station: nothing keeps two kinds of things from being called the same."""
MEMBERS = ("m0", "m1")
ENDS: dict[Scope, tuple[str, ...]] = {"station": STATIONS, "organisation": ("c", "b"), "member": MEMBERS}
ENDS |= {kind: tuple(key for key, its in PLACES.items() if its == kind) for kind in PLACE_KINDS}
CHECKLIST = {"room": True, "flag": True, "map": False}
SEALED = Sealed("sealed:1:key:" + "A" * 40)
KINDS = ("open", "open", "close station", "close place", "close place", "change", "step", "step", "relate", "relate",
         "relate", "centre", "centre", "unrelate", "post", "post", "leave", "strength", "strength", "inspect", "inspect",
         "rectify", "rectify", "practise", "practise", "give up")  # fmt: skip


class PlacesMachine(RegistryMachine):
    """A committee with a branch, two stations, a place of each kind and a second platform, two members."""

    steps = st.tuples(
        st.sampled_from(KINDS), st.sampled_from(sorted(PLACES)), st.sampled_from(sorted(RELATION_KINDS)),
        st.integers(0, 9), st.integers(-6, 6),
    )  # fmt: skip

    def found(self) -> None:
        async def enter(unit: UnitOfWork) -> None:
            for key, kind, parent in (("c", "working_committee", None), ("b", "branch", "c")):
                facts: dict[str, Any] = {"organisation_id": key, "name": key, "kind": kind, "parent_id": parent}
                await tree.found(unit, FoundOrganisation(area_code="430702", can_approve_probationary=False, **facts))
            for who in MEMBERS:
                entered = AdmitMember(member_id=who, organisation_id="b", status="formal", admitted_on=date(2020, 7, 1),
                                      name=SEALED, resident_id=SEALED)  # fmt: skip
                await admit(unit, SealedEntrant(entered, (f"index-{who}",), None))
            items = tuple(PolicyItem(code=code, text=code, required=wanted) for code, wanted in CHECKLIST.items())
            issued = IssuePolicy(
                document_id="list", kind="site_checklist", title="六有", about="liu-you", organisation_id="c",
                area_code="430702", effective_from=TODAY - timedelta(days=99), source_document="x",
                classification="public", items=items, issued_at=T0,
            )  # fmt: skip
            await unit.handle(POLICY_DOCUMENT, "list", issued)
            for key in STATIONS:
                await unit.handle(STATION, key, self.station(key))
            for key in PLACES:
                await unit.handle(PLACE, key, self.place(key, TODAY))

        assert self.registry.at_once(enter) == [""]

    def station(self, key: str) -> OpenStation:
        return OpenStation(station_id=key, name="站", kind="service_centre", area_code="430702", organisation_id="c")

    def place(self, key: str, day: date) -> OpenPlace:
        kind = PLACES[key]
        return OpenPlace(place_id=key, kind=kind, form=PLACE_KINDS[kind].forms[0], name="处", area_code="430702",
                         organisation_id="c", governance="joint" if kind == "platform" else None, opened_on=day)  # fmt: skip

    def step(self, wanted: Any) -> Step:
        kind, key, related, number, days = wanted
        today = local_date(self.registry.clock.now())
        day, who, station = today + timedelta(days=days), MEMBERS[number % 2], STATIONS[number % 2]
        match kind:
            case "open":
                if number % 2:
                    return lambda unit: unit.handle(STATION, station, self.station(station))
                return lambda unit: unit.handle(PLACE, key, self.place(key, TODAY if number else day))
            case "close station":
                return ("station", station)
            case "close place":
                if number % 3:
                    renamed = ChangePlace(name=f"处{number}", governance="direct" if number % 2 else None)
                    return lambda unit: unit.handle(PLACE, key, renamed)  # closing is for ever: seldom
                return lambda unit: closing_places.close(unit, key, ClosePlace(closed_on=day, reason="撤"))
            case "change":
                changed = ChangeStation(station_id=station, name=f"站{number}", population=number)
                return lambda unit: unit.handle(STATION, station, changed)
            case "step":
                steps = PLACE_KINDS["platform"].steps
                reached = ReachStep(step=steps[number % len(steps)], reached_on=day)
                return lambda unit: unit.handle(PLACE, key, reached)
            case "relate" | "centre":
                name: RelationKind = "centre" if kind == "centre" else related
                from_id, scope, to_id = self.ends(name, number)
                return lambda unit: relations.begin(unit, name, from_id, scope, to_id, day)
            case "unrelate":
                from_id, _, to_id = self.ends(related, number)
                return lambda unit: relations.end(unit, relation_id(related, from_id, to_id), day, None)
            case "post":
                posted = (("station_head", "station", station), ("grid_head", "grid", "g"), ("secretary", "platform", "p0"),
                          ("instructor", "station", station))[number % 4]  # fmt: skip
                facts = dict(zip(("kind", "scope", "scope_id"), posted, strict=True))
                post = AssignPost.model_validate(facts | {"post_id": f"p{self.asked}", "person_id": who, "since": day})
                return lambda unit: posts.assign(unit, post)
            case "leave":
                held = [row["post_id"] for row in self.registry.rows("posts", person_id=who)] or ["p0"]
                left = LeavePost(post_id=held[number % len(held)], until=day)
                return lambda unit: posts.leave(unit, left, None)
            case "strength":
                what: tuple[Any, Any, str] = (("station_head", "station", station), ("grid_head", "grid", "g"),
                                     ("secretary", "platform", "p0"))[number % 3]  # fmt: skip
                least = number % 2 + (days > 0)
                return lambda unit: posts.set_strength(
                    unit, *what, least, source_document="x", alert_days=5, expected=None
                )
            case "inspect" | "rectify":
                return self.looked_at(kind, number, day, today)
            case "practise":
                return self.practised(number, day)
            case _:
                identity = practice_id("brand", "s0", "") if number % 2 else practice_id("carrier", "c", "")
                given_up = EndPractice(until=day, reason="x")
                return lambda unit: unit.handle(PRACTICE, identity, given_up)

    def ends(self, kind: RelationKind, number: int) -> tuple[str, Scope, str]:
        """Two ends that such a relation may have; now and then a scope that it cannot lead to."""
        targets = RELATION_KINDS[kind].targets
        scope: Scope = "member" if number == 9 else targets[number % len(targets)]
        from_ids, to_ids = ENDS[RELATION_KINDS[kind].source], ENDS.get(scope, ("nothing",))
        return from_ids[number % len(from_ids)], scope, to_ids[number // 2 % len(to_ids)]

    def looked_at(self, kind: str, number: int, day: date, today: date) -> Decision:
        codes = [code for code in CHECKLIST if kind == "inspect" or number % 2 or code == "room"]
        results = tuple(
            Result(code=code, met=kind == "rectify" or bool(number % len(code)), note="x" if number else "")
            for code in codes
        )
        identity = f"i{number % 3}"
        if kind == "rectify":
            done = Rectify(results=results[:2], rectified_on=day, person_id="p")
            return lambda unit: unit.handle(INSPECTION, identity, done)
        scope: Scope = "site" if number % 2 else "station"
        by = today + timedelta(days=number)
        return lambda unit: inspections.inspect(unit, identity, scope, "s0", "liu-you", results, day, "c", "p", by)

    def practised(self, number: int, day: date) -> Decision:
        scope: Scope = ("station", "site", "organisation")[number % 3]
        name, holder = ("carrier", "c") if scope == "organisation" else ("brand", "s0")
        begun = BeginPractice.model_validate(
            {"practice_id": f"{name}:{holder}", "kind": name, "scope": scope, "scope_id": holder, "organisation_id": "c",
             "name": f"名{number}", "approved_by": "c", "since": day}
        )  # fmt: skip

        async def begin(unit: UnitOfWork) -> None:
            await require(unit, scope, holder)
            await unit.handle(PRACTICE, begun.practice_id, begun)

        return begin

    def closed(self) -> set[tuple[Scope, str]]:
        places = self.registry.states(PLACE).values()
        closed: set[tuple[Scope, str]] = {(one.kind, one.place_id) for one in places if one.status == "closed"}
        stations = self.registry.states(STATION).items()
        return closed | {("station", key) for key, state in stations if state.status == "closed"}

    @invariant()
    def nothing_is_held_at_related_to_or_wanted_of_what_closed(self) -> None:
        closed = self.closed()
        for key, post in self.registry.states(POST).items():
            assert post.until is not None or (post.scope, post.scope_id) not in closed, key
        for key, relation in self.registry.states(RELATION).items():
            if relation.until is None:
                begun = relation.begun
                ends = {(RELATION_KINDS[begun.kind].source, begun.from_id), (begun.to_scope, begun.to_id)}
                assert not ends & closed, key
        for key, seat in self.registry.states(SEAT).items():
            if seat.staffing is not None and (seat.staffing.scope, seat.staffing.scope_id) in closed:
                assert (seat.staffing.least, seat.staffing.due_at) == (0, None), key

    @invariant()
    def what_closed_is_closed_for_ever(self) -> None:
        for stream, events in self.registry.store.data.streams.items():
            if stream.startswith(("place-", "station-")):
                assert not [one.type for one in events[:-1] if one.type in ("place-closed", "station-closed")], stream

    @invariant()
    def a_pair_is_related_once_at_a_time_and_a_platform_has_one_centre(self) -> None:
        times: dict[tuple[Any, ...], list[tuple[date, date | None]]] = defaultdict(list)
        for row in self.registry.rows("relations"):
            assert row["to_scope"] in RELATION_KINDS[row["kind"]].targets
            times[(row["kind"], row["from_id"], row["to_scope"], row["to_id"])].append((row["since"], row["until"]))
        for pair, held in times.items():
            held.sort()
            for (since, until), (following, _) in pairwise(held):
                assert until is not None, pair
                assert since <= until < following, pair
        centres = self.registry.rows("relations", kind="centre", until=None)
        assert len({row["from_id"] for row in centres}) == len({row["to_id"] for row in centres}) == len(centres)
        assert {key for key, one in self.registry.states(RELATION).items() if one.until is None} == {
            row["relation_id"] for row in self.registry.rows("relations", until=None)
        }

    @invariant()
    def a_platform_goes_its_steps_in_order_and_not_before_it_is_there(self) -> None:
        for key, place in self.registry.states(PLACE).items():
            steps = PLACE_KINDS[place.kind].steps
            assert place.steps == steps[: len(place.steps)]
            [row] = self.registry.rows("places", place_id=key)
            assert all((row[step] is not None) == (step in place.steps) for step in steps)
            assert all(row[step] >= place.opened_on for step in place.steps)
            assert (row["name"], row["governance"]) == (place.name, place.governance)

    @invariant()
    def what_an_inspection_found_missing_is_put_right_or_missing_still(self) -> None:
        for key, one in self.registry.states(INSPECTION).items():
            [row] = self.registry.rows("inspections", inspection_id=key)
            right = [done["code"] for done in row["rectified"] or ()]
            assert sorted((*right, *one.missing)) == sorted(one.inspected.missing), "each once"
            assert (tuple(row["missing"]), row["passed"]) == (one.missing, not one.missing)
            waits = (f"inspection-{key}", "rectify") in self.registry.store.data.timers
            events = [stored.type for stored in self.registry.store.data.streams[f"inspection-{key}"]]
            late = events.count("rectification-overdue")
            assert waits + late == 1 if one.missing else (not waits and late <= 1)
            assert row["overdue"] == bool(one.missing and late)

    @invariant()
    def one_practice_of_a_kind_stands_at_a_time(self) -> None:
        for key, practice in self.registry.states(PRACTICE).items():
            rows = sorted(self.registry.rows("practices", practice_id=key), key=lambda row: row["since"])
            assert all(row["until"] is not None for row in rows[:-1])
            assert (rows[-1]["since"], rows[-1]["until"]) == (practice.begun.since, practice.until)
            assert all(one["until"] < two["since"] for one, two in pairwise(rows))

    @invariant()
    def whoever_hears_of_it_can_say_what_is_there_and_who_is_where(self) -> None:
        there: set[tuple[str, str]] = set()
        held: set[str] = set()
        related: set[tuple[str, date]] = set()
        wanted: dict[str, int] = {}
        for event, _ in self.published():
            match event:
                case public.StationOpened():
                    there.add(("station", event.station_id))
                case public.PlaceOpened():
                    there.add((event.kind, event.place_id))
                case public.StationClosed():
                    there.remove(("station", event.station_id))
                case public.PlaceClosed():
                    there -= {(kind, event.place_id) for kind in PLACE_KINDS}
                case public.PostAssigned():
                    held.add(event.post_id)
                case public.PostLeft():
                    held.remove(event.post_id)
                case public.RelationBegun():
                    related.add((event.relation_id, event.since))
                case public.RelationEnded():
                    related.remove((event.relation_id, event.since))
                case public.StaffingChanged():
                    wanted[event.seat_id] = event.least - event.held if event.due_at is not None else 0
        everything = {("station", key) for key in STATIONS} | {(kind, key) for key, kind in PLACES.items()}
        assert there == everything - self.closed()
        assert held == {key for key, post in self.registry.states(POST).items() if post.until is None}
        open_ = {key: one for key, one in self.registry.states(RELATION).items() if one.until is None}
        assert related == {(key, one.begun.since) for key, one in open_.items()}
        for key, seat in self.registry.states(SEAT).items():
            if seat.staffing is not None:
                assert wanted[key] == max(0, seat.staffing.least - len(seat.posts)), key
        _, notify = self.kept_elsewhere()
        for key, station in self.registry.states(STATION).items():
            assert notify["stations"][(key,)]["name"] == station.name


TestPlaces = PlacesMachine.TestCase
TestPlaces.settings = AT_ONCE
