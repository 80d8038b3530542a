"""`/messages`: what became of each message. Recipients are told by id; no name and no address is ever shown."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from sqlalchemy import and_, or_, select

from services.notify.api import shapes
from services.notify.domain.vocabulary import Id
from services.notify.projections.tables import MESSAGES, STATIONS
from shared.kernel.errors import unknown
from shared.runtime.definition import Running
from shared.runtime.reading import one, page_of
from shared.security.access import Access, Permit, action
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

_SIDES: Final = ("origin", "destination")
"""The references of a message that say between which branches somebody moved."""


async def _concern(row: dict[str, Any], access: Permit) -> Concern:
    """Whose business a message is: either side's of what it tells, and its recipient's."""
    organisations = [row["about"].get(side) for side in _SIDES]
    kind, recipient = row["recipient_kind"], row["recipient_ref"]
    if kind == "organisation":
        organisations.append(recipient)
    elif kind == "station":
        organisations += await access.organisation_of_station(recipient)
    persons = (recipient,) if kind in ("member", "outside_system") else ()
    return Concern(tuple(filter(None, organisations)), persons)


def messages(running: Running) -> APIRouter:
    """The routes of messages."""
    router = APIRouter(prefix="/messages", tags=["messages"])

    @router.get("/{message_id}", responses=answers(200, shapes.MESSAGE))
    @action("message.read")
    async def read(message_id: Id, response: Response, access: Access) -> dict[str, Any]:
        row = await one(running, MESSAGES, MESSAGES.c.message_id == message_id, "message")
        await access.check(await _concern(row, access), hidden=unknown("message"))
        response.headers["ETag"] = etag(row["version"])
        return row

    @router.get("", responses=answers(200, page(shapes.MESSAGE)))
    @action("message.read")
    async def listing(paging: Paging, access: Access, relocation_id: Annotated[Id, Query()]) -> Page[dict[str, Any]]:
        """The messages about a relocation: all of them to either side of it, of others those to themselves."""
        scope = await access.scope()
        stations = select(STATIONS.c.station_id).where(STATIONS.c.organisation_id.in_(scope))
        visible = or_(
            *[MESSAGES.c.about[side].astext.in_(scope) for side in _SIDES],
            and_(MESSAGES.c.recipient_kind == "organisation", MESSAGES.c.recipient_ref.in_(scope)),
            and_(MESSAGES.c.recipient_kind == "station", MESSAGES.c.recipient_ref.in_(stations)),
            and_(MESSAGES.c.recipient_kind == "member", MESSAGES.c.recipient_ref == access.actor.id),
        )
        query = select(MESSAGES).where(MESSAGES.c.relocation_id == relocation_id, visible)
        return await page_of(running, paging, "messages", query, MESSAGES.c.message_id)

    return router
