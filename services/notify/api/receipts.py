"""`/receipts`: where providers post what became of our messages, and learn by 2xx that it is kept."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Body
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from services.notify.api import shapes
from services.notify.application.receipts import Receipt, take
from services.notify.domain.vocabulary import Channel
from services.notify.providers.sms_gateway import beijing_time, code_of, reference_of
from shared.kernel.errors import Invalid
from shared.runtime.definition import Running
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.shapes import answers

MOST_AT_ONCE: Final = 1000
Batch = Annotated[list[Any], Body(min_length=1, max_length=MOST_AT_ONCE, description="receipts, in any order")]

_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_MESSAGE_ID = re.compile(_ID, re.ASCII)
_HEADER_ID = re.compile(rf"<({_ID})@[A-Za-z0-9.-]{{1,200}}>", re.ASCII)
_REPLY = re.compile(r"[45]\d\d(?: [45]\.\d{1,3}\.\d{1,3})?", re.ASCII)
log = structlog.get_logger(__name__)


class _Posted(BaseModel):
    # Providers add fields as they please. What they say about a person (the recipient) is not even read.
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class EmailReceipt(_Posted):
    """What a mail system reports."""

    message_id: Annotated[str, Field(max_length=300)]
    status: Annotated[str, Field(pattern="^(delivered|undelivered)$")]
    err_code: Annotated[str, Field(max_length=1000)] | None = None
    report_time: AwareDatetime | None = None

    def read(self) -> Receipt | None:
        """The receipt; None when the Message-ID is none of ours."""
        match = _HEADER_ID.fullmatch(self.message_id.strip())
        if match is None:
            return None
        # Only the numbers of the reply: its text likes to quote the address.
        reply = _REPLY.match(self.err_code or "")
        code = reply[0] if reply else "UNSPECIFIED"
        return Receipt(match[1], self.message_id.strip()[:200], self.status == "delivered", code, self.report_time)


class SmsReceipt(_Posted):
    """What a gateway reports. Times are Beijing time without saying so."""

    out_id: Annotated[str, Field(max_length=300)]
    success: bool
    biz_id: Annotated[str, Field(max_length=200)] | None = None
    err_code: Annotated[str, Field(max_length=1000)] | None = None
    report_time: Annotated[str, Field(max_length=40)] | None = None

    def read(self) -> Receipt | None:
        """The receipt; None when the `out_id` is none of ours."""
        if not _MESSAGE_ID.fullmatch(self.out_id):
            return None
        at: datetime | None = beijing_time(self.report_time)
        return Receipt(self.out_id, reference_of(self.biz_id), self.success, code_of(self.err_code), at)


def receipts(running: Running) -> APIRouter:
    """The routes of receipts."""
    router = APIRouter(prefix="/receipts", tags=["receipts"])

    @router.post("/email", responses=answers(200, shapes.TAKEN))
    @action("receipt.report")
    async def email(batch: Batch, access: Access) -> dict[str, int]:
        await access.check(Concern())
        return await _take(running, "email", batch, TypeAdapter(EmailReceipt).validate_python)

    @router.post("/sms", responses=answers(200, shapes.TAKEN))
    @action("receipt.report")
    async def sms(batch: Batch, access: Access) -> dict[str, int]:
        await access.check(Concern())
        return await _take(running, "sms", batch, TypeAdapter(SmsReceipt).validate_python)

    return router


async def _take(
    running: Running, channel: Channel, batch: list[Any], parse: Callable[[Any], EmailReceipt | SmsReceipt]
) -> dict[str, int]:
    """Take what can be read. One bad receipt must not cost the others of its batch, which would not come again."""
    readable: list[Receipt | None] = []
    for one in batch:
        try:
            readable.append(parse(one).read())
        except ValidationError:
            continue
    if not readable:
        raise Invalid("no-receipts", "not one of these can be read as a receipt", remedy="see /openapi.json")
    ours = [receipt for receipt in readable if receipt is not None]
    taken = await take(running.executor, channel, ours)
    counts = {"taken": taken, "unknown": len(readable) - taken, "malformed": len(batch) - len(readable)}
    if counts["unknown"] or counts["malformed"]:
        log.warning("receipts.not-all-taken", channel=channel, **counts)
    return counts
