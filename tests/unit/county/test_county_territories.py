from collections import Counter

import pytest

from services.cli.demo.county import World, build_world
from services.cli.demo.county.model import (
    MemberStatus,
    PartyOrganisation,
    PartyOrganisationKind,
    Post,
    PostKind,
    PostScope,
    StationKind,
    Territory,
)
from services.cli.demo.county.world import AS_OF
from shared.kernel.calendar import add_months
from shared.kernel.identifiers import area_code, mobile_phone, person_name, resident_id, uscc

BRANCHES = {PartyOrganisationKind.BRANCH, PartyOrganisationKind.JOINT_BRANCH, PartyOrganisationKind.MOBILE_BRANCH}


@pytest.fixture(params=["district", "city", "small city"])
def territory(request: pytest.FixtureRequest, world: World) -> Territory:
    if request.param == "small city":
        return build_world(3, scale=0.01, relocations=20).city
    return world.district if request.param == "district" else world.city


def _branches(territory: Territory) -> list[PartyOrganisation]:
    return [each for each in territory.organisations if each.kind in BRANCHES]


def test_the_district_has_the_sizes_of_its_source(world: World) -> None:
    district = world.district
    instructors = {post.person_key for post in district.posts if post.kind is PostKind.INSTRUCTOR}
    assert (len(district.stations), len(district.organisations), len(district.units)) == (3, 58, 167)
    assert len(instructors) == 35


def test_the_city_has_the_sizes_of_its_source(world: World) -> None:
    kinds = Counter(station.kind for station in world.city.stations)
    assert kinds == {StationKind.SERVICE_CENTRE: 5, StationKind.TOWN: 7}
    assert len(world.city.members) == 11_270
    assert len(_branches(world.city)) == 517


def test_a_scaled_city_keeps_its_counties_and_stations(world: World) -> None:
    small = build_world(1, scale=0.1).city
    assert len(small.members) == 1_127
    assert [each.name for each in small.stations] == [each.name for each in world.city.stations]
    assert {each.area_code for each in small.organisations} == {each.area_code for each in world.city.organisations}


def test_the_tree_runs_from_working_committees_over_committees_to_branches(territory: Territory) -> None:
    seen: dict[str, PartyOrganisation] = {}
    working, committee = PartyOrganisationKind.WORKING_COMMITTEE, PartyOrganisationKind.COMMITTEE
    parents: dict[PartyOrganisationKind, set[PartyOrganisationKind | None]] = {
        working: {None, working},
        committee: {working},
    }
    for each in territory.organisations:
        above = seen[each.parent_key].kind if each.parent_key else None
        assert above in parents.get(each.kind, {committee}), each.key
        assert each.can_approve_probationary == (each.kind not in BRANCHES)
        assert area_code.is_within(each.area_code, territory.area_code)
        seen[each.key] = each
    assert [each.parent_key for each in territory.organisations].count(None) == 1


def test_every_committee_has_a_branch(territory: Territory) -> None:
    committees = {each.key for each in territory.organisations if each.kind is PartyOrganisationKind.COMMITTEE}
    assert {branch.parent_key for branch in _branches(territory)} == committees


def test_nothing_that_must_be_unique_occurs_twice(world: World) -> None:
    for values in (
        [unit.uscc for each in world.territories for unit in each.units],
        [(each.area_code, unit.name) for each in world.territories for unit in each.units],
        [member.resident_id for each in world.territories for member in each.members],
        [member.key for each in world.territories for member in each.members],
        [organisation.key for each in world.territories for organisation in each.organisations],
        [(one.parent_key, one.name) for each in world.territories for one in each.organisations],
        [organisation.office_email for each in world.territories for organisation in each.organisations],
        [station.key for each in world.territories for station in each.stations],
    ):
        assert len(set(values)) == len(values)


def test_every_identifier_is_valid_and_canonical(territory: Territory) -> None:
    for unit in territory.units:
        assert uscc.parse(unit.uscc) == unit.uscc
        assert uscc.kind(unit.uscc) is unit.kind
        assert area_code.is_within(unit.area_code, territory.area_code)
        assert mobile_phone.parse(unit.contact_phone) == unit.contact_phone
    for member in territory.members:
        assert resident_id.parse(member.resident_id, today=AS_OF) == member.resident_id
        assert mobile_phone.parse(member.phone) == member.phone
        assert person_name.parse(member.name) == member.name


def test_every_address_is_in_a_reserved_domain(territory: Territory) -> None:
    emails = [member.email for member in territory.members if member.email]
    emails += [organisation.office_email for organisation in territory.organisations]
    assert all(email.endswith(".example") for email in emails)
    assert any(member.email is None for member in territory.members)


def test_telephones_may_be_shared_and_some_names_are_hard_to_send(world: World) -> None:
    members = world.city.members
    assert len({member.phone for member in members}) < len(members)
    assert any("·" in member.name for member in members)
    assert not all(person_name.has_only_sms_safe_characters(member.name) for member in members)


def test_every_member_is_in_a_branch_of_a_size_that_the_rules_allow(territory: Territory) -> None:
    everybody = Counter(member.organisation_key for member in territory.members)
    formal = Counter(each.organisation_key for each in territory.members if each.status is MemberStatus.FORMAL)
    assert set(everybody) == {branch.key for branch in _branches(territory)}
    assert all(formal[key] >= 3 and everybody[key] <= 50 for key in everybody)


def test_members_were_of_age_and_their_status_fits_their_admission(world: World) -> None:
    overdue = 0
    for member in (*world.district.members, *world.city.members):
        born = resident_id.birth_date(member.resident_id)
        assert member.admitted_on >= add_months(born, 18 * 12)
        assert member.admitted_on <= AS_OF
        ends = member.probation_ends_on
        assert (ends is None) == (member.status is MemberStatus.FORMAL)
        overdue += ends is not None and ends <= AS_OF
    assert overdue, "the field knows probations that ended without a decision; so must the demonstration"


def test_branches_of_units_and_units_under_branches_agree(territory: Territory) -> None:
    by_key = {organisation.key: organisation for organisation in territory.organisations}
    covered = Counter(unit.organisation_key for unit in territory.units if unit.organisation_key)
    of_units = {each.unit_uscc: each.key for each in territory.organisations if each.unit_uscc}
    assert of_units == {
        unit.uscc: unit.organisation_key for unit in territory.units if unit.organisation_key in of_units.values()
    }
    for key, count in covered.items():
        joint = by_key[key].kind is PartyOrganisationKind.JOINT_BRANCH
        assert 2 <= count <= 5 if joint else count == 1
    assert any(unit.organisation_key is None for unit in territory.units), "there are blank spots"


def _of(territory: Territory, kind: PostKind, scope: PostScope) -> list[Post]:
    return [post for post in territory.posts if (post.kind, post.scope) == (kind, scope)]


def test_every_station_has_one_head_and_one_deputy(territory: Territory) -> None:
    for kind in (PostKind.STATION_HEAD, PostKind.DEPUTY_HEAD):
        held_at = [post.scope_key for post in _of(territory, kind, PostScope.STATION)]
        assert sorted(held_at) == sorted(station.key for station in territory.stations)


def test_every_branch_has_a_liaison_of_its_own(territory: Territory) -> None:
    home = {member.key: member.organisation_key for member in territory.members}
    liaisons = _of(territory, PostKind.LIAISON, PostScope.ORGANISATION)
    assert sorted(post.scope_key for post in liaisons) == sorted(each.key for each in _branches(territory))
    assert all(home[post.person_key] == post.scope_key for post in liaisons)


def test_every_branch_of_the_district_has_an_instructor_from_the_station_that_serves_it(world: World) -> None:
    district = world.district
    station_of = {post.person_key: post.scope_key for post in _of(district, PostKind.INSTRUCTOR, PostScope.STATION)}
    served_by = {station.organisation_key: station.key for station in district.stations}
    parent = {each.key: each.parent_key for each in district.organisations}
    assigned = _of(district, PostKind.INSTRUCTOR, PostScope.ORGANISATION)
    assert sorted(post.scope_key for post in assigned) == sorted(each.key for each in _branches(district))
    assert all(station_of[post.person_key] == served_by[parent[post.scope_key] or ""] for post in assigned)
    assert max(Counter(station_of.values()).values()) - min(Counter(station_of.values()).values()) <= 1


def test_every_station_of_the_city_has_grid_heads(world: World) -> None:
    held_at = Counter(post.scope_key for post in _of(world.city, PostKind.GRID_HEAD, PostScope.STATION))
    assert held_at == {station.key: 3 for station in world.city.stations}


def test_nobody_holds_two_different_posts_and_every_holder_is_a_formal_member(territory: Territory) -> None:
    kinds = {(post.person_key, post.kind) for post in territory.posts}
    formal = {member.key for member in territory.members if member.status is MemberStatus.FORMAL}
    assert len({person for person, _ in kinds}) == len(kinds)
    assert {person for person, _ in kinds} <= formal


def test_town_stations_stand_in_the_county_town_and_service_centres_in_the_citys_seat(world: World) -> None:
    organisations = {each.key: each for each in world.city.organisations}
    for station in world.city.stations:
        belongs_to = organisations[station.organisation_key]
        if station.kind is StationKind.TOWN:
            assert belongs_to.kind is PartyOrganisationKind.COMMITTEE
            assert station.area_code == belongs_to.area_code
        else:
            assert belongs_to.kind is PartyOrganisationKind.WORKING_COMMITTEE
            assert station.area_code == "350902" != belongs_to.area_code
