"""Text messages over the HTTP gateway of a mainland provider (domain §3.3)."""

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import httpx

from services.notify.domain.templates import TEMPLATES
from services.notify.providers.coalescing import Coalescing
from services.notify.providers.outcome import Absent, Declined, Finding, Found, NoAnswer, Outcome, Taken, Unreachable
from services.notify.providers.parcel import Parcel
from shared.kernel.calendar import SHANGHAI

_LIMIT: Final = "isv.BUSINESS_LIMIT_CONTROL"
"""The only code of the caller's own fault that passes by itself: so many a day and number, and no more."""

_NO_TEMPLATE: Final = "isv.SMS_TEMPLATE_ILLEGAL"
"""Says nothing about the message: the template's review is not through, or the gateway has lost it."""

_CODE = re.compile(r"[A-Za-z0-9:._-]{1,100}", re.ASCII)
_REFERENCE = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
_KEPT_SECONDS: Final = 2.0
"""Idle connections are dropped before the server does it: a request that meets a closing one has an unknown outcome."""

_MOST_AT_ONCE: Final = 100
"""Messages per request that providers take (domain §3.3)."""

R = TypeVar("R")
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class SmsGateway:
    """`out_id` is the message id in every attempt, so that one question shows all that was ever taken for a message."""

    name = "sms-gateway"

    def __init__(self, url: str, sign: str, *, timeout: float, connections: int) -> None:
        self.address = _address(url)
        self._sign = sign
        self._timeout = timeout
        limits = httpx.Limits(max_connections=connections, keepalive_expiry=_KEPT_SECONDS)
        self._together = Coalescing(self._send_all, most=_MOST_AT_ONCE, at_once=2)
        self._client = httpx.AsyncClient(base_url=url, timeout=timeout, limits=limits, trust_env=False)

    async def prepare(self) -> None:
        """Register our templates. With a real provider that is a review of days, and this only repeats the result."""
        for template in TEMPLATES.values():
            if template.channel == "sms":
                response = await self._ask("PUT", f"/templates/{template.name}", json={"text": template.text})
                if not response.is_success:
                    raise Unreachable(f"http-{response.status_code}")

    async def send(self, parcel: Parcel) -> Outcome:
        return await self._together(parcel)

    async def _send_all(self, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        """One request for up to a hundred messages: on its own, each costs more than deciding about it does."""
        if len(parcels) == 1:
            return [await self._post(self._body(parcels[0]), _outcome)]
        body = {"messages": [self._body(parcel) for parcel in parcels]}
        answers = await self._post(body, _outcomes)
        if isinstance(answers, list) and len(answers) == len(parcels):
            return answers
        if isinstance(answers, Declined) and not answers.unreachable:
            # The request as a whole was refused: one at a time shows whose fault it is.
            return [await self._post(self._body(parcel), _outcome) for parcel in parcels]
        # Taken, perhaps, but we cannot read by whom: nobody's outcome is known.
        return [answers if isinstance(answers, Declined | NoAnswer) else NoAnswer("unreadable")] * len(parcels)

    def _body(self, parcel: Parcel) -> dict[str, Any]:
        return {
            "out_id": parcel.message_id,
            "phone": parcel.address,
            "sign": self._sign,
            "template": parcel.template,
            "params": dict(parcel.variables),
        }

    async def _post(self, body: dict[str, Any], read: Callable[[httpx.Response], R]) -> R | Declined | NoAnswer:
        try:
            async with asyncio.timeout(self._timeout):  # from end to end: httpx counts each read anew
                response = await self._client.post("/sms/send", json=body)
        except _NEVER_SENT as error:
            return Declined(f"unreachable.{type(error).__name__}", permanent=False, unreachable=True)
        except (httpx.HTTPError, TimeoutError) as error:
            return NoAnswer(type(error).__name__)
        return read(response)

    async def look_up(self, message_id: str) -> Finding:
        response = await self._ask("GET", "/sms/details", params={"out_id": message_id})
        found = _json(response)
        if not response.is_success or not isinstance(found, list):
            raise Unreachable(f"http-{response.status_code}")
        known = [_found(each) for each in found if isinstance(each, dict)]
        # Of several the one that arrived: it can be only one message in effect, whatever the provider made of it.
        return max(known, key=lambda one: (one.delivered is True, one.delivered is None), default=Absent())

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._client.request(method, path, **arguments)
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unreachable(type(error).__name__) from None


def _address(url: str) -> dict[str, str | int]:
    parts = httpx.URL(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return {"server.address": parts.host, "server.port": port}


def _outcome(response: httpx.Response) -> Outcome:
    return _failure(response) or _outcome_of(_json(response))


def _outcomes(response: httpx.Response) -> list[Outcome] | Declined | NoAnswer:
    failure = _failure(response)
    if failure is not None:
        return failure
    answer = _json(response)
    results = answer.get("results") if isinstance(answer, dict) else None
    return [_outcome_of(each) for each in results] if isinstance(results, list) else NoAnswer("unreadable")


def _failure(response: httpx.Response) -> Declined | NoAnswer | None:
    if response.status_code >= 500:
        # Something between us and the gateway gave up, or it itself did.
        return NoAnswer(f"http-{response.status_code}")
    if not response.is_success:
        return Declined(f"http-{response.status_code}", permanent=response.status_code != 429)
    return None


def _outcome_of(answer: Any) -> Outcome:
    if not isinstance(answer, dict) or not isinstance(answer.get("code"), str):
        return NoAnswer("unreadable")
    if answer["code"] == "OK":
        return Taken(reference_of(answer.get("biz_id")))
    code = code_of(answer["code"])
    if code == _NO_TEMPLATE:
        return Declined(code, permanent=False, unreachable=True)  # until it has been registered again
    return Declined(code, permanent=code.startswith("isv.") and code != _LIMIT)


def _found(each: dict[str, Any]) -> Found:
    success = each.get("success")
    return Found(
        reference_of(each.get("biz_id")),
        success if isinstance(success, bool) else None,
        code_of(each.get("err_code")),
        beijing_time(each.get("report_time")),
    )


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def reference_of(value: object) -> str:
    """The provider's number for a message, if it is one."""
    return value if isinstance(value, str) and _REFERENCE.fullmatch(value) else "none"


def code_of(value: object) -> str:
    """A provider's code, if it is one: a sentence in its place may quote the number it is about."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else "UNSPECIFIED"


def beijing_time(value: object) -> datetime | None:
    """A time as mainland providers write it: `2026-11-22 09:30:00`, Beijing time without saying so."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
