"""`GET /stations/{id}/members`: whom a station looks after, and who leads in it (三方共管)."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy import or_

from services.registry.api import shapes
from services.registry.api.as_of import AsOf, moment_of
from services.registry.api.listing import listed
from services.registry.domain.vocabulary import Id
from services.registry.projections.care_tables import MEMBER_CARE as CARE
from shared.kernel.errors import unknown
from shared.runtime.definition import Running
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


def station_members(running: Running) -> APIRouter:
    """By id, without names: whoever wants a name looks at the member, and that is on record."""
    router = APIRouter(prefix="/stations", tags=["stations"])

    @router.get("/{station_id}/members", responses=answers(200, page(shapes.MEMBER_IN_CARE)))
    @action("station.read-members")
    async def listing(station_id: Id, paging: Paging, access: Access, as_of: AsOf = None) -> Page[dict[str, Any]]:
        """Members in the care of the station at the end of that day; the lead is that of today."""
        concern = Concern(await access.organisation_of_station(station_id))
        await access.check(concern, hidden=unknown("station"))
        moment = moment_of(running, as_of)
        cared = (CARE.c.established_at <= moment, or_(CARE.c.ended_at.is_(None), CARE.c.ended_at > moment))
        here = CARE.c.station_id == station_id
        return await listed(running, paging, "station-members", CARE, ("care_id",), here, *cared)

    return router
