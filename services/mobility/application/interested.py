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
    stations = await _stations(unit, organisations, sides)
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


async def _stations(
    unit: UnitOfWork, organisations: Organisations, sides: tuple[Side, Side]
) -> dict[str, ServingStation]:
    """Those nearest above each branch."""
    chains = [chain(organisations.tree, side.branch_id) for side in sides]
    above = [{"organisation_id": step} for step in sorted({step for one in chains for step in one})]
    by_organisation: dict[str, list[str]] = {}
    for row in await unit.rows_with_any("stations", above):
        if row["closed_on"] is None:
            by_organisation.setdefault(row["organisation_id"], []).append(row["station_id"])
    nearest = [next((step for step in one if step in by_organisation), None) for one in chains]
    return {
        station_id: ServingStation(station_id, step)
        for step in nearest
        if step is not None
        for station_id in by_organisation[step]
    }


async def _posts(unit: UnitOfWork, scopes: list[tuple[str, str]]) -> tuple[PostHolder, ...]:
    today = local_date(unit.clock.now())
    order = {scope: number for number, scope in enumerate(dict.fromkeys(scopes))}
    rows = await unit.rows_with_any("posts", [{"scope": scope, "scope_id": scope_id} for scope, scope_id in order])
    return tuple(
        PostHolder(row["kind"], row["person_id"], row["scope"], row["scope_id"])
        for row in sorted(rows, key=lambda row: order[row["scope"], row["scope_id"]])
        if row["since"] <= today and (row["until"] is None or today <= row["until"]) and row["kind"] in _ROLES
    )
