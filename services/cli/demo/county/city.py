"""福建省宁德市: the members of nine counties, served by twelve stations where they moved to (source document 004)."""

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
    Station,
    StationKind,
    Territory,
    Unit,
)
from services.cli.demo.county.offices import Offices
from services.cli.demo.county.places import (
    CITY,
    CITY_SEAT,
    SERVICE_CENTRE_COUNTIES,
    TOWN_STATION_COUNTIES,
    TOWNSHIPS,
    TOWNSHIPS_NAMED,
    VILLAGES,
    Place,
)
from services.cli.demo.county.sizes import BRANCH_MAX, BRANCH_MIN, CitySizes
from services.cli.demo.county.unit_names import CITY_TRADES
from services.cli.demo.county.units import new_unit
from shared.kernel.identifiers import area_code
from shared.kernel.identifiers.uscc import UsccKind

_GRID_HEADS = 3
"""网格长 to a station (chosen)."""
_UNIT_BRANCH_SHARE = 0.25
_BLANK_SPOTS = 2
"""Units without a branch in each township (chosen)."""
_MOST_BRANCHES = 150
"""Under one committee, so that village names suffice."""


@dataclass(frozen=True, slots=True)
class _Township:
    place: Place
    committee: PartyOrganisation
    branches: tuple[PartyOrganisation, ...]
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class _County:
    name: str
    working_committee: PartyOrganisation
    townships: tuple[_Township, ...]

    @property
    def branches(self) -> tuple[PartyOrganisation, ...]:
        return tuple(branch for township in self.townships for branch in township.branches)


def city(seed: int, as_of: date, sizes: CitySizes) -> Territory:
    """The city on that day."""
    draw = Draw(f"{seed}:{CITY}", as_of)
    offices = Offices(draw, CITY, "ningde.example", "0593")
    top = offices.top(CITY, "中共宁德市委流动党员工作委员会")
    counties = _counties(draw, offices, top, sizes)
    townships = [township for county in counties for township in county.townships]
    branches = [branch for township in townships for branch in township.branches]
    members: list[Member] = []
    head_counts = draw.split(sizes.members, sizes.branches, BRANCH_MIN, BRANCH_MAX)
    for branch, head_count in zip(branches, head_counts, strict=True):
        members.extend(members_of(draw, branch, head_count, len(members) + 1))
    stations = [(station, county) for county in counties for station in _stations(county)]
    return Territory(
        area_code=CITY,
        name="福建省宁德市",
        units=tuple(unit for township in townships for unit in township.units),
        organisations=(
            top,
            *(county.working_committee for county in counties),
            *(township.committee for township in townships),
            *branches,
        ),
        stations=tuple(station for station, _ in stations),
        members=tuple(members),
        posts=tuple(_posts(Appointments.among(draw, members), branches, stations)),
    )


def _counties(draw: Draw, offices: Offices, top: PartyOrganisation, sizes: CitySizes) -> list[_County]:
    township_counts = draw.split(sizes.committees, len(TOWNSHIPS), 1, TOWNSHIPS_NAMED)
    branch_counts = iter(draw.split(sizes.branches, sizes.committees, 1, _MOST_BRANCHES))
    counties: list[_County] = []
    committee_number = 0
    for number, (code, towns) in enumerate(TOWNSHIPS.items(), start=1):
        name = area_code.name(code) or code
        above = offices.working_committee(top, number, code, f"中共{name}委流动党员工作委员会")
        townships: list[_Township] = []
        for town in towns.split()[: township_counts[number - 1]]:
            committee_number += 1
            place = Place(code, name, town)
            committee = offices.committee(above, committee_number, f"中共{name}{town}委员会")
            has_mobile_branch = not townships and code in TOWN_STATION_COUNTIES
            townships.append(_township(draw, offices, place, committee, next(branch_counts), has_mobile_branch))
        counties.append(_County(name, above, tuple(townships)))
    return counties


def _township(
    draw: Draw, offices: Offices, place: Place, committee: PartyOrganisation, count: int, has_mobile_branch: bool
) -> _Township:
    """Its branches, of villages and of some units; the one with a town station has a mobile branch first."""
    where = f"{place.prefix}{place.town}"
    villages = iter(draw.rng.sample(VILLAGES, count))
    branches: list[PartyOrganisation] = []
    units = [new_unit(draw, place.area_code, place.prefix, CITY_TRADES) for _ in range(_BLANK_SPOTS)]
    for number in range(1, count + 1):
        if has_mobile_branch and number == 1:
            kind = PartyOrganisationKind.MOBILE_BRANCH
            branch = offices.named_branch(committee, number, f"{where}驻城流动党员支部", kind)
        elif draw.rng.random() < _UNIT_BRANCH_SHARE:
            unit = new_unit(draw, place.area_code, place.prefix, CITY_TRADES, UsccKind.ENTERPRISE)
            branch = offices.unit_branch(committee, number, unit)
            units.append(replace(unit, organisation_key=branch.key))
        else:
            kind = PartyOrganisationKind.BRANCH
            branch = offices.named_branch(committee, number, f"{where}{next(villages)}村支部", kind)
        branches.append(branch)
    return _Township(place, committee, tuple(branches), tuple(units))


def _stations(county: _County) -> Iterator[Station]:
    """县级服务中心 in the city's seat and 乡镇驻城 in the county town, where the county has them."""
    code = county.working_committee.area_code
    if code in SERVICE_CENTRE_COUNTIES:
        yield Station(
            key=f"{CITY}-s{code[-2:]}-centre",
            name=f"{county.name}驻宁德党员服务中心",
            kind=StationKind.SERVICE_CENTRE,
            area_code=CITY_SEAT,
            organisation_key=county.working_committee.key,
            host="蕉城区党群服务中心",
        )
    if code in TOWN_STATION_COUNTIES:
        township = county.townships[0]
        yield Station(
            key=f"{CITY}-s{code[-2:]}-town",
            name=f"{county.name}{township.place.town}驻城党建工作站",
            kind=StationKind.TOWN,
            area_code=code,
            organisation_key=township.committee.key,
            host=f"{county.name}党群服务中心",
        )


def _posts(
    appointments: Appointments, branches: Sequence[PartyOrganisation], stations: Sequence[tuple[Station, _County]]
) -> Iterator[Post]:
    """A liaison to each branch; a head, a deputy and the grid heads to each station, from the county's members."""
    for branch in branches:
        yield appointments.liaison(branch)
    for station, county in stations:
        for kind in (PostKind.STATION_HEAD, PostKind.DEPUTY_HEAD, *[PostKind.GRID_HEAD] * _GRID_HEADS):
            yield appointments.at_station(station, kind, county.branches)
