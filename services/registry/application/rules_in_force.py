"""The formation rules that hold in an area on a day."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.formation.rules import CitedRules, in_force
from services.registry.projections.formation_tables import FORMATION_RULES


async def rules_of(connection: AsyncConnection, area_code: str, day: date) -> CitedRules:
    """Those of the narrowest place around that had any."""
    rows = (await connection.execute(select(FORMATION_RULES))).mappings()
    return in_force([CitedRules.model_validate(dict(row)) for row in rows], area_code, day)
