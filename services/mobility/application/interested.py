"""关系方: reads who serves and leads at either end of a relocation, as it is at the moment of acceptance."""

from typing import Final, get_args

from services.mobility.application.organisations import Organisations
from services.mobility.domain.approval_path import chain
from services.mobility.domain.parties import (
    InterestedParty,
    PostHolder,
    PostRole,
    RelocationFacts,
    ServingStation,
    Side,
    compute_parties,
    up_to_committee,
)
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date

_ROLES: Final = frozenset[str](get_args(PostRole))
"""Kinds of posts whose holders are told; a deputy or an officer learns of it from the station."""


async def interested_parties(
    unit: UnitOfWork,
    transfer_id: str,
    member_id: str,
    organisations: Organisations,
    sides: tuple[Side, Side],
    outside_systems: tuple[str, ...],
) -> tuple[InterestedParty, ...]:
    """The parties to be frozen in the acceptance."""
    stations: dict[str, ServingStation] = {}
    for side in sides:
        stations |= await _stations(unit, organisations, side.branch_id)
    scopes = [("station", station_id) for station_id in stations]
    for side in sides:
        scopes += [("organisation", step) for step in up_to_committee(organisations.tree, side)]
        scopes += [("unit", side.unit_id)] if side.unit_id else []
    return compute_parties(
        RelocationFacts(
            transfer_id=transfer_id,
            member_id=member_id,
            origin=sides[0],
            destination=sides[1],
            tree=organisations.tree,
            stations=tuple(stations.values()),
            posts=await _posts(unit, scopes),
            outside_systems=outside_systems,
        )
    )


async def _stations(unit: UnitOfWork, organisations: Organisations, branch_id: str) -> dict[str, ServingStation]:
    """Those nearest above the branch; what stands further up need not be read."""
    for step in chain(organisations.tree, branch_id):
        rows = await unit.rows("stations", organisation_id=step)
        if rows:
            return {row["station_id"]: ServingStation(row["station_id"], step) for row in rows}
    return {}


async def _posts(unit: UnitOfWork, scopes: list[tuple[str, str]]) -> tuple[PostHolder, ...]:
    today = local_date(unit.clock.now())
    holders: list[PostHolder] = []
    for scope, scope_id in dict.fromkeys(scopes):
        for row in await unit.rows("posts", scope=scope, scope_id=scope_id):
            serves = row["since"] <= today and (row["until"] is None or today <= row["until"])
            if serves and row["kind"] in _ROLES:
                holders.append(PostHolder(row["kind"], row["person_id"], row["scope"], scope_id))
    return tuple(holders)
