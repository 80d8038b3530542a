from collections import Counter

import pytest

from services.cli.demo.county import World, build_world
from services.cli.demo.county.model import MemberStatus, PartyOrganisation
from services.cli.demo.county.relocation_model import Outcome, RejectReason
from services.cli.demo.county.relocations import movable_members
from services.cli.demo.county.world import AS_OF
from shared.kernel.calendar import add_months, months_between


@pytest.fixture
def organisations(world: World) -> dict[str, PartyOrganisation]:
    return {each.key: each for territory in world.territories for each in territory.organisations}


def test_there_are_as_many_as_asked_for_and_each_member_moves_once(world: World) -> None:
    assert len(world.relocations) == 300
    assert len({relocation.member_key for relocation in world.relocations}) == 300
    assert len({relocation.key for relocation in world.relocations}) == 300


def test_each_leads_from_the_members_branch_to_one_of_another_committee(
    world: World, organisations: dict[str, PartyOrganisation]
) -> None:
    home = {member.key: member.organisation_key for each in world.territories for member in each.members}
    for relocation in world.relocations:
        assert home[relocation.member_key] == relocation.origin_branch_key
        assert organisations[relocation.origin_branch_key].parent_key == relocation.origin_committee_key
        assert organisations[relocation.destination_branch_key].parent_key == relocation.destination_committee_key
        assert relocation.origin_committee_key != relocation.destination_committee_key
        assert organisations[relocation.origin_committee_key].can_approve_probationary
        assert organisations[relocation.destination_committee_key].can_approve_probationary


def test_they_run_between_the_territories_and_within_each(world: World) -> None:
    routes = Counter((each.origin_branch_key[:6], each.destination_branch_key[:6]) for each in world.relocations)
    assert set(routes) == {(start, end) for start in ("430702", "350900") for end in ("430702", "350900")}


def test_most_are_accepted_some_rejected_and_some_expire(world: World) -> None:
    endings = Counter(relocation.outcome for relocation in world.relocations)
    assert endings == {Outcome.ACCEPTED: 273, Outcome.REJECTED: 15, Outcome.EXPIRED: 12}


def test_exactly_one_goes_to_the_wrong_committee_first_and_then_to_the_right_one(
    world: World, organisations: dict[str, PartyOrganisation]
) -> None:
    (relocation,) = (each for each in world.relocations if len(each.attempts) > 1)
    wrong, right = relocation.attempts
    assert (wrong.outcome, wrong.reject_reason) == (Outcome.REJECTED, RejectReason.WRONG_DESTINATION)
    assert wrong.committee_key not in (relocation.destination_committee_key, relocation.origin_committee_key)
    assert organisations[wrong.committee_key].can_approve_probationary
    assert (right.outcome, right.committee_key) == (Outcome.ACCEPTED, relocation.destination_committee_key)


def test_every_rejection_has_a_reason_in_code_and_words_and_nothing_else_has(world: World) -> None:
    for relocation in world.relocations:
        for attempt in relocation.attempts:
            rejected = attempt.outcome is Outcome.REJECTED
            assert (attempt.reject_reason is not None, attempt.remark != "") == (rejected, rejected)
        if len(relocation.attempts) == 1:
            assert relocation.attempts[0].committee_key == relocation.destination_committee_key
            assert relocation.attempts[0].reject_reason is not RejectReason.WRONG_DESTINATION


def test_dues_are_paid_to_a_month_not_long_past(world: World) -> None:
    for relocation in world.relocations:
        year, month = map(int, relocation.dues_paid_to.split("-"))
        assert 0 <= months_between(AS_OF.replace(year=year, month=month), AS_OF) < 6


def test_nobody_is_picked_whose_leaving_a_rule_forbids(world: World) -> None:
    posted = {post.person_key for territory in world.territories for post in territory.posts}
    picked = {relocation.member_key for relocation in world.relocations}
    assert picked.isdisjoint(posted)
    for territory in world.territories:
        movable = {member.key for member in movable_members(territory, AS_OF)}
        left = Counter(
            member.organisation_key
            for member in territory.members
            if member.status is MemberStatus.FORMAL and member.key not in picked
        )
        for member in territory.members:
            if member.probation_ends_on is not None and member.probation_ends_on <= add_months(AS_OF, 6):
                assert member.key not in movable
            assert member.key in movable or member.key not in picked
        assert min(left.values()) >= 3


@pytest.mark.parametrize(("count", "attempts"), [(0, 0), (1, 2), (20, 21)])
def test_small_plans_have_the_one_wrong_destination_too(count: int, attempts: int) -> None:
    relocations = build_world(5, scale=0.01, relocations=count).relocations
    assert len(relocations) == count
    assert sum(len(relocation.attempts) for relocation in relocations) == attempts


def test_everybody_who_may_move_can_be_made_to() -> None:
    world = build_world(5, scale=0.01, relocations=0)
    most = sum(len(movable_members(territory, AS_OF)) for territory in world.territories)
    assert len(build_world(5, scale=0.01, relocations=most).relocations) == most
    with pytest.raises(ValueError, match="larger city"):
        build_world(5, scale=0.01, relocations=most + 1)


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not possible"):
        build_world(5, scale=0.01, relocations=-1)
