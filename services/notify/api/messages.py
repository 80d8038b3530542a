"""`/messages`: what became of each message. Recipients are told by id; no name and no address is ever shown."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import Select, select

from services.notify.domain.vocabulary import Id
from services.notify.projections.tables import MESSAGES
from shared.kernel.errors import NotFound
from shared.runtime.definition import Running
from shared.web.etag import etag
from shared.web.paging import Page, Paging


def messages(running: Running) -> APIRouter:
    """The routes of messages."""
    router = APIRouter(prefix="/messages", tags=["messages"])

    async def many(query: Select[Any]) -> list[dict[str, Any]]:
        async with running.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]

    @router.get("/{message_id}")
    async def read(message_id: Id, response: Response) -> dict[str, Any]:
        rows = await many(select(MESSAGES).where(MESSAGES.c.message_id == message_id))
        if not rows:
            raise NotFound("message-unknown", "there is no such message", remedy="check the id in the path")
        response.headers["ETag"] = etag(rows[0]["version"])
        return rows[0]

    @router.get("")
    async def listing(paging: Paging, relocation_id: Annotated[Id, Query()]) -> Page[dict[str, Any]]:
        key = MESSAGES.c.message_id
        query = select(MESSAGES).where(MESSAGES.c.relocation_id == relocation_id).order_by(key).limit(paging.limit + 1)
        if after := paging.after("messages", str):
            query = query.where(key > after[0])
        return paging.page("messages", await many(query), lambda row: (row["message_id"],), dict)

    return router
