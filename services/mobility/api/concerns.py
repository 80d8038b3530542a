"""Whose business a mobile member is, for single rows and for lists. Neighbours are told that there is nothing."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, or_

from services.mobility.api.fields import Id
from services.mobility.projections.care_tables import CARDS, CARE, DEPARTURES
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.decider import Decider
from shared.kernel.errors import unknown
from shared.runtime.definition import Running
from shared.security.access import Permit
from shared.security.policy import Concern

INVOLVED = {
    DEPARTURES.name: (
        "origin_branch_id",
        "origin_committee_id",
        "station_organisation_id",
        "destination_organisation_id",
    ),
    CARE.name: ("origin_id", "station_organisation_id", "destination_id"),
    CARDS.name: ("branch_id", "committee_id"),
}
"""The columns that name the organisations concerned."""

PERSONS = {
    DEPARTURES.name: ("member_id",),
    CARE.name: ("member_id", "origin_person_id", "station_person_id", "destination_person_id"),
    CARDS.name: ("member_id",),
}


def concern_of(table: Table, row: Mapping[str, Any]) -> Concern:
    """Whom the row concerns."""
    organisations = dict.fromkeys(row[name] for name in INVOLVED[table.name])
    persons = dict.fromkeys(row[name] for name in PERSONS[table.name])
    return Concern(tuple(filter(None, organisations)), tuple(filter(None, persons)))


async def seen(running: Running, access: Permit, table: Table, key: str, what: str) -> Mapping[str, Any]:
    """The row, when it is the actor's business. Raises `NotFound` for all others."""
    rows = await running.store.get_rows(table.name, [(key,)])
    row = next(iter(rows.values()), None)
    if row is None:
        raise unknown(what)
    await access.check(concern_of(table, row), hidden=unknown(what))
    return row


async def visible(table: Table, access: Permit) -> ColumnElement[bool]:
    """The condition that says the same as `concern_of`, for lists."""
    scope = await access.scope()
    organisations = [table.c[name].in_(scope) for name in INVOLVED[table.name]]
    own = [table.c[name] == access.actor.id for name in PERSONS[table.name]]
    return or_(*organisations, *own)


async def member_seen(running: Running, access: Permit, member_id: Id) -> None:
    """Raises `NotFound` unless the member belongs to the actor's scope."""
    rows = await running.store.get_rows("members", [(member_id,)])
    belongs = Concern(tuple(str(row["organisation_id"]) for row in rows.values()))
    await access.check(belongs, hidden=unknown("member"))


async def after(unit: UnitOfWork, decider: Decider[Any, Any], identity: str, code: int, /, **said: Any) -> Answer:
    """What a command answers: the ids, and the version it left behind."""
    return Answer(code, said | {"version": await unit.version(decider, identity)})
