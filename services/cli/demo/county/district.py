"""常德市武陵区: a district of firms and societies, and the three guidance stations for their branches.

Sizes and the pilot places are those of source document 000 (domain §5.2).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.cli.demo.county.appointments import Appointments
from services.cli.demo.county.draw import Draw
from services.cli.demo.county.membership import members_of
from services.cli.demo.county.model import (
    Member,
    PartyOrganisation,
    PartyOrganisationKind,
    Post,
    PostKind,
    PostScope,
    Station,
    StationKind,
    Territory,
    Unit,
)
from services.cli.demo.county.offices import Offices
from services.cli.demo.county.places import BLOCKS, DISTRICT, DISTRICT_PLACES
from services.cli.demo.county.sizes import BRANCH_MAX, BRANCH_MIN, DistrictSizes
from services.cli.demo.county.unit_names import DISTRICT_TRADES
from services.cli.demo.county.units import new_unit
from shared.kernel.identifiers.uscc import UsccKind

_JOINT_UNITS = (2, 5)
"""How many units a joint branch covers (domain §1.5)."""


@dataclass(frozen=True, slots=True)
class _Guided:
    """A committee with its station and the branches that the station serves."""

    committee: PartyOrganisation
    station: Station
    branches: tuple[PartyOrganisation, ...]


def district(seed: int, as_of: date, sizes: DistrictSizes) -> Territory:
    """The district on that day."""
    draw = Draw(f"{seed}:{DISTRICT}", as_of)
    offices = Offices(draw, DISTRICT, "wuling.example", "0736")
    prefix = DISTRICT_PLACES[0].prefix
    units = [new_unit(draw, DISTRICT, prefix, DISTRICT_TRADES) for _ in range(sizes.units)]
    top = offices.top(DISTRICT, "中共常德市武陵区委两新组织工作委员会")
    committees = [
        offices.committee(top, number, f"中共{place.prefix}{place.town}两新组织综合委员会")
        for number, place in enumerate(DISTRICT_PLACES[: sizes.stations], start=1)
    ]
    branches, covered_units = _branches(draw, offices, committees, units, sizes)
    guided = [
        _Guided(
            committee,
            Station(
                key=f"{DISTRICT}-s{number}",
                name=f"{place.town}党建工作指导站",
                kind=StationKind.GUIDANCE,
                area_code=DISTRICT,
                organisation_key=committee.key,
                host=f"{place.town}党群服务中心",
            ),
            tuple(branch for branch in branches if branch.parent_key == committee.key),
        )
        for number, (place, committee) in enumerate(zip(DISTRICT_PLACES, committees, strict=False), start=1)
    ]
    members: list[Member] = []
    head_counts = draw.split(sizes.members, sizes.branches, BRANCH_MIN, BRANCH_MAX)
    for branch, head_count in zip(branches, head_counts, strict=True):
        members.extend(members_of(draw, branch, head_count, len(members) + 1))
    return Territory(
        area_code=DISTRICT,
        name=prefix,
        units=tuple(covered_units),
        organisations=(top, *committees, *branches),
        stations=tuple(each.station for each in guided),
        members=tuple(members),
        posts=tuple(_posts(Appointments.among(draw, members), guided, sizes)),
    )


def _branches(
    draw: Draw, offices: Offices, committees: Sequence[PartyOrganisation], units: Sequence[Unit], sizes: DistrictSizes
) -> tuple[list[PartyOrganisation], list[Unit]]:
    """The branches, committee by committee in turn, and the units with the branch that covers each.

    The largest units have one of their own, joint branches take the next, the rest are blank spots.
    """
    by_size = sorted(units, key=lambda unit: (unit.kind is UsccKind.SOLE_TRADER, -unit.staff, unit.uscc))
    blocks = draw.rng.sample(BLOCKS, sizes.joint_branches)
    covered_by: dict[str, str] = {}
    branches: list[PartyOrganisation] = []
    waiting = iter(by_size)
    for index in range(sizes.branches):
        number, turn = divmod(index, len(committees))
        committee = committees[turn]
        if index < sizes.branches - sizes.joint_branches:
            unit = next(waiting)
            branch = offices.unit_branch(committee, number + 1, unit)
            covered_by[unit.uscc] = branch.key
        else:
            name = f"{DISTRICT_PLACES[turn].prefix}{DISTRICT_PLACES[turn].town}{blocks.pop()}联合支部"
            branch = offices.named_branch(committee, number + 1, name, PartyOrganisationKind.JOINT_BRANCH)
            for _ in range(draw.rng.randint(*_JOINT_UNITS)):
                covered_by[next(waiting).uscc] = branch.key
        branches.append(branch)
    return branches, [replace(unit, organisation_key=covered_by.get(unit.uscc)) for unit in units]


def _posts(appointments: Appointments, guided: Sequence[_Guided], sizes: DistrictSizes) -> Iterator[Post]:
    """A head, a deputy and a share of the instructors to each station; every branch has an instructor and a liaison.

    An instructor holds one post at the station and one more at each branch that he or she is assigned to.
    """
    for each in guided:
        for branch in each.branches:
            yield appointments.liaison(branch)
        yield appointments.at_station(each.station, PostKind.STATION_HEAD, each.branches)
        yield appointments.at_station(each.station, PostKind.DEPUTY_HEAD, each.branches)
    team_sizes = [len(range(turn, sizes.instructors, len(guided))) for turn in range(len(guided))]
    for each, team_size in zip(guided, team_sizes, strict=True):
        team = [appointments.at_station(each.station, PostKind.INSTRUCTOR, each.branches) for _ in range(team_size)]
        yield from team
        for turn, branch in enumerate(each.branches):
            instructor = team[turn % len(team)].person_key
            yield Post(PostKind.INSTRUCTOR, instructor, PostScope.ORGANISATION, branch.key)
