"""Whose business a post or a record is, by what it is about: for one, and for lists."""

from dataclasses import replace

from sqlalchemy import ColumnElement, Table, or_, select

from services.registry.api.concerns import of_unit, units_seen
from services.registry.domain.vocabulary import Scope
from services.registry.projections.place_tables import PLACES
from services.registry.projections.tables import STATIONS
from services.registry.projections.unit_tables import UNITS
from shared.runtime.definition import Running
from shared.security.access import Permit
from shared.security.policy import Concern


async def concern_at(running: Running, scope: Scope, scope_id: str, person_id: str = "") -> Concern:
    """That of the organisation itself, of the one that answers for the place, or of those founded in the unit."""
    persons = (person_id,) if person_id else ()
    if scope == "organisation":
        return Concern((scope_id,), persons)
    if scope == "unit":
        # Where nobody is organised yet, which is what liaisons are sent for, the place decides.
        return replace(await of_unit(running, scope_id), persons=persons)
    if scope == "station":
        found = [*(await running.directory.stations([scope_id])).values()]
    else:
        found = [*(await running.store.get_rows(PLACES.name, [(scope_id,)])).values()]
    return Concern(tuple(str(row["organisation_id"]) for row in found), persons)


async def visible_at(table: Table, access: Permit) -> ColumnElement[bool]:
    """The condition that says the same for lists, by the columns `scope` and `scope_id`."""
    scope = await access.scope()
    places = table.c.scope_id.in_(select(PLACES.c.place_id).where(PLACES.c.organisation_id.in_(scope)))
    within: dict[Scope, ColumnElement[bool]] = {
        "organisation": table.c.scope_id.in_(scope),
        "station": table.c.scope_id.in_(select(STATIONS.c.station_id).where(STATIONS.c.organisation_id.in_(scope))),
        "grid": places,
        "platform": places,
        "site": places,
        "unit": table.c.scope_id.in_(select(UNITS.c.uscc).where(await units_seen(access))),
    }
    return or_(*((table.c.scope == kind) & condition for kind, condition in within.items()))
