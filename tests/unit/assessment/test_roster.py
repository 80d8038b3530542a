"""A roster entry (考评名册): every relocation taken over once, in whatever order the news arrives."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from services.assessment.domain.roster.commands import EnrolMember, FollowMember, RosterCommand
from services.assessment.domain.roster.decider import ROSTER
from services.assessment.domain.roster.events import MemberEnrolled, RosterUpdated
from services.assessment.domain.roster.state import RosterState

T0 = datetime(2026, 5, 1, tzinfo=UTC)

ENROL = EnrolMember(member_id="m1", branch_id="a", instructor_ids=("i-a",), enrolled_at=T0)


def follow(relocation: str, origin: str, destination: str, day: int) -> FollowMember:
    return FollowMember(
        member_id="m1",
        relocation_id=relocation,
        from_branch_id=origin,
        to_branch_id=destination,
        instructor_ids=(f"i-{destination}",),
        moved_at=T0 + timedelta(days=day),
        updated_at=T0 + timedelta(days=30),
    )


FIRST, SECOND = follow("r1", "a", "b", 1), follow("r2", "b", "c", 2)


def after(*commands: RosterCommand) -> tuple[RosterState, list[str]]:
    state, told = ROSTER.initial, []
    for command in commands:
        events = ROSTER.decide(command, state)
        state = ROSTER.fold(events, state)
        told += [event.relocation_id for event in events if isinstance(event, RosterUpdated)]
    return state, told


def test_an_admitted_member_is_enrolled_once() -> None:
    events = ROSTER.decide(ENROL, ROSTER.initial)
    assert events == [MemberEnrolled(member_id="m1", branch_id="a", instructor_ids=("i-a",), enrolled_at=T0)]
    assert ROSTER.decide(ENROL, ROSTER.fold(events)) == []


def test_a_relocation_changes_branch_and_instructors() -> None:
    state, told = after(ENROL, FIRST)
    assert (state.branch_id, state.instructor_ids, told) == ("b", ("i-b",), ["r1"])


def test_a_repeated_relocation_is_told_once() -> None:
    state, told = after(ENROL, FIRST, SECOND, FIRST, SECOND)
    assert (state.branch_id, told) == ("c", ["r1", "r2"])


@pytest.mark.parametrize("order", list(permutations([ENROL, FIRST, SECOND])))
def test_the_order_of_the_news_does_not_matter(order: tuple[RosterCommand, ...]) -> None:
    state, told = after(*order)
    assert (state.branch_id, state.instructor_ids) == ("c", ("i-c",))
    assert sorted(told) == ["r1", "r2"]


def test_a_round_trip_ends_where_it_ends() -> None:
    state, _ = after(ENROL, follow("r2", "b", "a", 2), FIRST)
    assert state.branch_id == "a"
