"""`/stations/{id}/services`: 服务清单 of a station's windows, one stop for all of them (便民窗口, 一站式, domain N19)."""

from typing import Any, get_args

from fastapi import APIRouter

from services.registry.api import shapes
from services.registry.api.as_of import AsOf, day_of
from services.registry.api.duties import list_in_force
from services.registry.domain.vocabulary import Id, ServiceWindow
from services.registry.projections.tables import STATIONS
from shared.kernel.errors import unknown
from shared.runtime.definition import Running
from shared.runtime.reading import one
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.shapes import answers


def services_at_stations(running: Running) -> APIRouter:
    """What is done for whoever comes, and how; everybody may know."""
    router = APIRouter(prefix="/stations", tags=["stations"])

    @router.get("/{station_id}/services", responses=answers(200, shapes.SERVICES))
    @action("station.read")
    async def services(station_id: Id, access: Access, as_of: AsOf = None) -> dict[str, Any]:
        """By window the list that the nearest place has issued and that held on that day, each service with its steps."""
        await access.check(Concern(), hidden=unknown("station"))
        station = await one(running, STATIONS, STATIONS.c.station_id == station_id, "station")
        day = day_of(running, as_of)
        windows = [
            {"window": window, **found}
            for window in get_args(ServiceWindow)
            if (found := await list_in_force(running, "service_list", window, station["area_code"], day)) is not None
        ]
        return {"station_id": station_id, "as_of": day, "windows": windows}

    return router
