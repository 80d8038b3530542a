from dataclasses import replace
from typing import get_args

from hypothesis import given as holds
from hypothesis import strategies as st

from services.mobility.domain.parties import (
    PartyRole,
    PostHolder,
    RelocationFacts,
    ServingStation,
    Side,
    compute_parties,
)
from shared.contracts import parties as contract
from shared.kernel.ids import derived_id
from tests.unit.mobility.transfers import TREE

FACTS = RelocationFacts(
    transfer_id="t1",
    member_id="m1",
    origin=Side("b1", "c1", unit_id="u1"),
    destination=Side("b3", "c3"),
    tree=TREE,
    stations=(
        ServingStation("s1", "c1"),
        ServingStation("s1-county", "k1"),
        ServingStation("s2b", "k2"),
        ServingStation("s2a", "k2"),
    ),
    posts=(
        PostHolder("liaison", "p-liaison", "unit", "u1"),
        PostHolder("liaison", "p-clerk", "organisation", "b3"),
        PostHolder("instructor", "p-instructor", "organisation", "b1"),
        PostHolder("instructor", "p-colleague", "station", "s1"),
        PostHolder("station_head", "p-head", "station", "s2a"),
        PostHolder("grid_head", "p-grid", "organisation", "c3"),
        PostHolder("instructor", "p-other", "station", "s1-county"),
        PostHolder("liaison", "p-above", "organisation", "k1"),
    ),
    outside_systems=("sys-1",),
)


def roles(facts: RelocationFacts) -> list[tuple[str, str]]:
    return [(party.role, party.ref_id) for party in compute_parties(facts)]


def test_everybody_whom_it_concerns_in_the_published_order() -> None:
    assert roles(FACTS) == [
        ("member", "m1"),
        ("origin_branch", "b1"),
        ("origin_committee", "c1"),
        ("origin_station", "s1"),
        ("destination_branch", "b3"),
        ("destination_committee", "c3"),
        ("destination_station", "s2a"),
        ("destination_station", "s2b"),
        ("common_superior", "city"),
        ("instructor", "p-instructor"),
        ("liaison", "p-clerk"),
        ("liaison", "p-liaison"),
        ("grid_head", "p-grid"),
        ("station_head", "p-head"),
        ("outside_system", "sys-1"),
    ]


def test_several_roles_make_one_party_with_the_first_of_them() -> None:
    facts = replace(
        FACTS,
        member_id="p-instructor",
        destination=Side("b1x", "c1"),
        posts=(*FACTS.posts, PostHolder("liaison", "p-grid", "station", "s1")),
    )
    found = roles(facts)
    assert ("member", "p-instructor") in found
    assert ("instructor", "p-instructor") not in found
    assert ("liaison", "p-grid") in found
    assert ("origin_committee", "c1") in found
    assert not {"destination_committee", "destination_station", "common_superior", "grid_head"} & {r for r, _ in found}


def test_without_a_common_superior_the_others_are_still_told() -> None:
    found = roles(replace(FACTS, destination=Side("b9", "c9")))
    assert ("destination_branch", "b9") in found
    assert "common_superior" not in {role for role, _ in found}


def test_both_branches_and_outside_systems_have_to_acknowledge() -> None:
    waiting = {party.role for party in compute_parties(FACTS) if party.must_acknowledge}
    assert waiting == {"origin_branch", "destination_branch", "outside_system"}


def test_outside_systems_read_the_event_and_get_no_message() -> None:
    for party in compute_parties(FACTS):
        assert party.channels == (() if party.role == "outside_system" else ("email", "sms"))


def test_party_id_is_the_same_for_ever() -> None:
    member = compute_parties(FACTS)[0]
    assert member.party_id == derived_id("t1", "member", "m1")


def test_fields_and_words_are_those_of_the_published_language() -> None:
    assert get_args(PartyRole) == get_args(contract.PartyRole)
    for party in compute_parties(FACTS):
        assert contract.InterestedParty.model_validate(party.model_dump()).model_dump() == party.model_dump()


@holds(st.permutations(FACTS.posts), st.permutations(FACTS.stations))
def test_reading_order_does_not_matter(posts: list[PostHolder], stations: list[ServingStation]) -> None:
    assert compute_parties(replace(FACTS, posts=posts, stations=stations)) == compute_parties(FACTS)


def test_posts_of_the_committee_count_when_the_tree_has_the_branch_elsewhere_by_now() -> None:
    facts = replace(FACTS, origin=Side("b9", "c1"), posts=(PostHolder("liaison", "p", "organisation", "c1"),))
    assert ("liaison", "p") in roles(facts)
