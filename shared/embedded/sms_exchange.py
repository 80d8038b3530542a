"""The gateway's rules without its HTTP: templates, what is accepted or refused and why, details per `out_id`."""

import re
from collections import defaultdict, deque
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.embedded.journal import Journal
from shared.embedded.sms_text import LONGEST, check_template, full_text, parts, render
from shared.kernel.clock import Clock
from shared.kernel.errors import Invalid

_PHONE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_DAY = timedelta(hours=24)
_BEIJING = timezone(timedelta(hours=8))


class SmsRequest(BaseModel):
    """One message to send. `out_id` is the caller's own number for it; the gateway makes nothing of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    out_id: str = Field(min_length=1, max_length=256)
    phone: str
    sign: str = Field(min_length=1)
    template: str
    params: dict[str, str] = Field(default_factory=dict)


@dataclass(slots=True)
class Sms:
    """One accepted message. Times are Beijing time without an offset, as mainland providers write them."""

    biz_id: str
    out_id: str
    phone: str
    text: str
    sms_size: int
    send_time: str
    report_time: str | None = None
    success: bool | None = None
    err_code: str | None = None

    def receipt(self) -> dict[str, Any]:
        """What is posted about it."""
        fields = asdict(self)
        del fields["text"]
        return {**fields, "sms_size": str(self.sms_size)}  # a string there, whatever one would expect


class SmsExchange:
    """Accepts messages. Deliberately not idempotent: the same `out_id` twice is two messages, as with real providers.

    `per_day` limits messages of one signature and template to one phone in any 24 hours, counted when accepted whatever
    becomes of them; None is no limit.
    """

    def __init__(self, journal: Journal, clock: Clock, *, per_day: int | None = None) -> None:
        self.per_day = per_day
        self._journal = journal
        self._clock = clock
        self._templates: dict[str, str] = {}
        self._by_out_id: dict[str, list[Sms]] = defaultdict(list)
        self._newest: deque[Sms] = deque(maxlen=1_000)
        self._sent: dict[tuple[str, str, str], deque[datetime]] = defaultdict(deque)
        self._count = 0
        for record in journal.records():
            self._restore(record)

    def register(self, code: str, text: str) -> None:
        """Approve a template at once. Raises `Invalid` (`template-all-variable`)."""
        check_template(text)
        self._templates[code] = text
        self._journal.append({"template": code, "text": text})

    def accept(self, request: SmsRequest) -> Sms:
        """Take a message. Raises `Invalid` whose code is the provider's."""
        if not _PHONE.fullmatch(request.phone):
            raise Invalid("isv.MOBILE_NUMBER_ILLEGAL", "not a mainland mobile number", where="phone")
        template = self._templates.get(request.template)
        if template is None:
            raise Invalid("isv.SMS_TEMPLATE_ILLEGAL", f"no approved template {request.template}", where="template")
        try:
            text = full_text(request.sign, render(template, request.params))
        except Invalid as error:
            raise Invalid("isv.TEMPLATE_MISSING_PARAMETERS", error.detail, where="params") from error
        if len(text) > LONGEST:
            raise Invalid("isv.PARAM_LENGTH_LIMIT", f"{len(text)} characters, at most {LONGEST}", where="params")
        now = self._clock.now()
        self._count_in(request, now)
        self._count += 1
        sms = Sms(
            biz_id=f"{now:%y%m%d%H%M%S%f}^{self._count}",
            out_id=request.out_id,
            phone=request.phone,
            text=text,
            sms_size=parts(text),
            send_time=_beijing(now),
        )
        self._keep(sms)
        self._journal.append({"sms": asdict(sms)})
        return sms

    def settle(self, sms: Sms, *, delivered: bool) -> None:
        """What became of the message at the carrier."""
        sms.report_time = _beijing(self._clock.now())
        sms.success = delivered
        sms.err_code = "DELIVERED" if delivered else "MK:0001"  # carriers' code for a number that does not exist
        self._journal.append(
            {"settled": sms.biz_id, "out_id": sms.out_id, "delivered": delivered, "at": sms.report_time}
        )

    def details(self, out_id: str) -> list[Sms]:
        """All messages of that `out_id`, in the order of sending; empty when none was accepted."""
        return list(self._by_out_id.get(out_id, ()))

    def newest(self, limit: int) -> list[Sms]:
        """The latest messages, newest first."""
        return list(self._newest)[: -limit - 1 : -1]

    def counts(self) -> dict[str, Any]:
        """How many messages were accepted, of how many `out_id`s, and which `out_id`s more than once."""
        return {
            "accepted": self._count,
            "distinct": len(self._by_out_id),
            "duplicates": {out_id: len(found) for out_id, found in self._by_out_id.items() if len(found) > 1},
        }

    def _count_in(self, request: SmsRequest, now: datetime) -> None:
        if self.per_day is None:
            return
        sent = self._sent[request.sign, request.template, request.phone]
        while sent and now - sent[0] >= _DAY:
            sent.popleft()
        if len(sent) >= self.per_day:
            raise Invalid("isv.BUSINESS_LIMIT_CONTROL", f"more than {self.per_day} in 24 hours", where="phone")
        sent.append(now)

    def _keep(self, sms: Sms) -> None:
        self._by_out_id[sms.out_id].append(sms)
        self._newest.append(sms)

    def _restore(self, record: dict[str, Any]) -> None:
        if "template" in record:
            self._templates[record["template"]] = record["text"]
        elif "sms" in record:
            self._count += 1
            self._keep(Sms(**record["sms"]))
        else:
            for sms in self._by_out_id[record["out_id"]]:
                if sms.biz_id == record["settled"]:
                    sms.report_time = record["at"]
                    sms.success = record["delivered"]
                    sms.err_code = "DELIVERED" if sms.success else "MK:0001"


def _beijing(instant: datetime) -> str:
    return instant.astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M:%S")
