"""Whose business something of the registry is."""

from sqlalchemy import ColumnElement, or_, select

from services.registry.projections.tables import ORGANISATIONS
from services.registry.projections.unit_tables import UNITS
from shared.runtime.definition import Running
from shared.security.access import Permit, in_area
from shared.security.policy import Concern


async def of_unit(running: Running, uscc: str) -> Concern:
    """A unit is its place's, that of the organisation it falls to, and that of those founded in it."""
    [*units] = (await running.store.get_rows("units", [(uscc,)])).values()
    hosted = await running.store.find_rows("organisations", {"unit_uscc": uscc})
    named = [str(row["organisation_id"]) for row in hosted]
    if units and units[0]["responsible_id"]:
        named.append(units[0]["responsible_id"])
    return Concern(organisations=tuple(named), area_code=units[0]["area_code"] if units else None)


async def of_member(running: Running, member_id: str) -> Concern:
    """A member is the business of the organisation that they belong to."""
    rows = await running.store.get_rows("members", [(member_id,)])
    return Concern(tuple(row["organisation_id"] for row in rows.values()))


async def units_seen(access: Permit) -> ColumnElement[bool]:
    """The condition that says the same for lists of units."""
    own = await access.scope()
    hosts = select(ORGANISATIONS.c.unit_uscc).where(ORGANISATIONS.c.organisation_id.in_(own))
    places = in_area(UNITS.c.area_code, await access.areas())
    return or_(UNITS.c.uscc.in_(hosts), UNITS.c.responsible_id.in_(own), *places)
