"""党小组: founded in a branch, headed by one of its own, and left by whoever leaves the branch."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import pytest

from services.registry.domain.member.commands import CloseMembership, EndMembership, MoveMembership
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.member.events import MemberAdmitted, MembershipClosed, MembershipEnded, MembershipMoved
from services.registry.domain.member.grouping import AssignPartyGroup, PartyGroupAssigned
from services.registry.domain.party_group.commands import (
    ChangePartyGroup,
    DissolvePartyGroup,
    FoundPartyGroup,
    NameGroupHead,
)
from services.registry.domain.party_group.decider import PARTY_GROUP
from services.registry.domain.party_group.events import (
    PartyGroupChanged,
    PartyGroupDissolved,
    PartyGroupFounded,
    PartyGroupHeadNamed,
)
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.sealed import Sealed
from tests.support.sealed_words import sealed_words

DAY = date(2026, 3, 1)
NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
SEALED = Sealed("sealed:1:key:" + "A" * 40)
FOUNDED = PartyGroupFounded(group_id="g1", organisation_id="b1", name="医疗组", department="医疗部", founded_on=DAY)
HEADED = PartyGroupHeadNamed(group_id="g1", organisation_id="b1", member_id="m1", since=date(2026, 4, 1))
ADMITTED = MemberAdmitted(
    member_id="m1", organisation_id="b1", status="formal", admitted_on=date(2020, 7, 1), name=SEALED, resident_id=SEALED
)
GROUPED = PartyGroupAssigned(member_id="m1", organisation_id="b1", from_group_id=None, group_id="g1", since=DAY)


def found(kind: str = "branch", name: str = "医疗组") -> FoundPartyGroup:
    return FoundPartyGroup.model_validate(
        {"group_id": "g1", "organisation_id": "b1", "organisation_kind": kind, "name": name, "department": "医疗部",
         "founded_on": DAY}
    )  # fmt: skip


def assign(group: str | None, branch: str | None = "b1", since: date = date(2026, 5, 1)) -> AssignPartyGroup:
    return AssignPartyGroup(member_id="m1", group_id=group, organisation_id=branch, since=since)


def of_group(command: Command, *history: DomainEvent) -> Sequence[DomainEvent]:
    return PARTY_GROUP.decide(command, PARTY_GROUP.fold(history))  # type: ignore[arg-type]


def of_member(command: Command, *history: DomainEvent) -> Sequence[DomainEvent]:
    return MEMBER.decide(command, MEMBER.fold(history))  # type: ignore[arg-type]


def test_a_group_is_founded_in_a_branch_once_and_in_nothing_else() -> None:
    assert of_group(found()) == [FOUNDED]
    assert of_group(found(), FOUNDED) == []
    with pytest.raises(Refused, match=r"^party-group-exists:"):
        of_group(found(name="护理组"), FOUNDED)
    for kind in ("committee", "general_branch", "working_committee", "regional"):
        with pytest.raises(Refused, match=r"^group-needs-branch:"):
            of_group(found(kind))


def test_a_group_is_renamed_headed_by_one_of_its_own_and_dissolved() -> None:
    assert of_group(ChangePartyGroup(name="医疗组"), FOUNDED) == []
    assert of_group(ChangePartyGroup(name="一组"), FOUNDED) == [PartyGroupChanged(group_id="g1", name="一组")]
    of = {"group_of_member": "g1"}
    assert of_group(NameGroupHead(member_id="m1", since=HEADED.since, **of), FOUNDED) == [HEADED]
    assert of_group(NameGroupHead(member_id="m1", since=DAY, **of), FOUNDED, HEADED) == []
    for group in (None, "g2"):
        with pytest.raises(Refused, match=r"^not-in-the-group:"):
            of_group(NameGroupHead(member_id="m2", group_of_member=group, since=HEADED.since), FOUNDED)
    with pytest.raises(Invalid, match=r"^party-group-dates:"):
        of_group(NameGroupHead(member_id=None, since=DAY), FOUNDED, HEADED)
    with pytest.raises(Invalid, match=r"^party-group-dates:"):
        of_group(DissolvePartyGroup(dissolved_on=DAY, reason="x"), FOUNDED, HEADED)
    end = DissolvePartyGroup(dissolved_on=date(2026, 7, 1), reason="部门合并")
    [dissolved] = of_group(end, FOUNDED, HEADED)
    assert isinstance(dissolved, PartyGroupDissolved)
    assert of_group(end, FOUNDED, HEADED, dissolved) == []
    assert PARTY_GROUP.fold([FOUNDED, HEADED, dissolved]).head_id is None
    for command in (ChangePartyGroup(name="二组"), NameGroupHead(member_id=None, since=end.dissolved_on)):
        with pytest.raises(Refused, match=r"^party-group-unknown:"):
            of_group(command, FOUNDED, HEADED, dissolved)


def test_a_member_is_in_one_group_of_their_branch_at_most() -> None:
    assert of_member(assign("g1", since=DAY), ADMITTED) == [GROUPED]
    assert of_member(assign("g1"), ADMITTED, GROUPED) == []
    [moved] = of_member(assign("g2"), ADMITTED, GROUPED)
    assert isinstance(moved, PartyGroupAssigned)
    assert (moved.from_group_id, moved.group_id) == ("g1", "g2")
    assert MEMBER.fold([ADMITTED, GROUPED, moved]).organisation_id == "b1"  # no group moves a membership
    with pytest.raises(Refused, match=r"^group-of-another-branch:"):
        of_member(assign("g9", "b2"), ADMITTED)
    with pytest.raises(Invalid, match=r"^party-group-dates:"):
        of_member(assign("g2", since=date(2026, 2, 28)), ADMITTED, GROUPED)
    with pytest.raises(Invalid, match=r"^party-group-dates:"):
        of_member(assign("g1", since=date(2020, 6, 30)), ADMITTED)
    with pytest.raises(Refused, match=r"^member-unknown:"):
        of_member(assign("g1"))


BY = {"decided_by": "c1", "person_id": "m9", "decided_at": NOON}
LEAVINGS: list[tuple[Command, type[DomainEvent]]] = [
    (
        MoveMembership(
            member_id="m1", from_organisation_id="b1", to_organisation_id="b2", transfer_id="t1", moved_at=NOON
        ),
        MembershipMoved,
    ),
    (
        CloseMembership(member_id="m1", organisation_id="b1", transfer_id="t1", closed_on=date(2026, 6, 1)),
        MembershipClosed,
    ),
    (
        EndMembership.model_validate(
            {"member_id": "m1", "ground": "deceased", "ended_on": date(2026, 6, 1), "text": sealed_words("x"), **BY}
        ),
        MembershipEnded,
    ),
]


@pytest.mark.parametrize(("command", "leaving"), LEAVINGS, ids=lambda one: getattr(one, "__name__", type(one).__name__))
def test_whoever_leaves_the_branch_leaves_the_group_in_the_same_decision(
    command: Command, leaving: type[DomainEvent]
) -> None:
    [left, gone] = of_member(command, ADMITTED, GROUPED)
    assert left == PartyGroupAssigned(
        member_id="m1", organisation_id="b1", from_group_id="g1", group_id=None, since=date(2026, 6, 1)
    )
    assert isinstance(gone, leaving)
    assert [type(one) for one in of_member(command, ADMITTED)] == [leaving]
    if leaving is not MembershipMoved:
        with pytest.raises(Refused, match=r"^member-left:"):
            of_member(assign("g1", since=date(2026, 7, 1)), ADMITTED, GROUPED, left, gone)


def test_a_group_joined_after_the_acceptance_was_signed_is_left_no_earlier_than_it_was_joined() -> None:
    late: Callable[[date], PartyGroupAssigned] = lambda day: GROUPED.model_copy(update={"since": day})  # noqa: E731
    [left, _] = of_member(LEAVINGS[0][0], ADMITTED, late(date(2026, 6, 3)))
    assert isinstance(left, PartyGroupAssigned)
    assert left.since == date(2026, 6, 3)
