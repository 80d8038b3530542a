"""Whose business something of the registry is."""

from shared.runtime.definition import Running
from shared.security.policy import Concern


async def of_unit(running: Running, uscc: str) -> Concern:
    """A unit is its place's, that of the organisation it falls to, and that of those founded in it."""
    [*units] = (await running.store.get_rows("units", [(uscc,)])).values()
    hosted = await running.store.find_rows("organisations", {"unit_uscc": uscc})
    named = [str(row["organisation_id"]) for row in hosted]
    if units and units[0]["responsible_id"]:
        named.append(units[0]["responsible_id"])
    return Concern(organisations=tuple(named), area_code=units[0]["area_code"] if units else None)
