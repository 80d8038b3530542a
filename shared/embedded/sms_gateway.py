"""A stand-in for a mainland SMS provider: it sends to nobody, and is as unhelpful about repetition as the real ones.

Run by `python -m shared.embedded.simulator sms --port …`. HTTP: `PUT /templates/{code}`, `POST /sms/send`,
`GET /sms/details?out_id=…`, `GET /counts`, `PUT /limits`, `GET|PUT /faults`, `PUT /receipt-url`, `GET /` for people.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.embedded.faults import SmsFaults
from shared.embedded.journal import Journal
from shared.embedded.receipts import ReceiptPoster
from shared.embedded.sink_web import (
    FaultBoard,
    common_routes,
    invalid,
    own_credentials,
    page,
    parser,
    repeat_after,
    serve,
)
from shared.embedded.sms_exchange import SmsExchange, SmsRequest
from shared.kernel.clock import Clock, SystemClock
from shared.kernel.errors import Invalid

_BATCH = 100
_ON_PAGE = 100


class _Batch(BaseModel):
    model_config = ConfigDict(extra="forbid")
    messages: Annotated[list[SmsRequest], Field(min_length=1, max_length=_BATCH)]


class _Template(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str


class _Limits(BaseModel):
    model_config = ConfigDict(extra="forbid")
    per_day: Annotated[int, Field(ge=0)] | None = None


class Gateway:
    """Sending under the faults now in force."""

    def __init__(
        self, exchange: SmsExchange, board: FaultBoard[SmsFaults], poster: ReceiptPoster, clock: Clock
    ) -> None:
        self._exchange = exchange
        self._board = board
        self._poster = poster
        self._clock = clock

    async def send(self, requests: list[SmsRequest]) -> tuple[list[dict[str, Any]], bool]:
        """The answer per message, and whether it comes too late to be any use."""
        faults = self._board.faults
        if faults.delay_ms:
            await self._clock.sleep(faults.delay_ms / 1000)
        late = False
        results = []
        for request in requests:
            result, times_out = self._send_one(request, faults)
            results.append(result)
            late = late or times_out
        if late:
            await self._clock.sleep(faults.time_out_ms / 1000)
        return results, late

    def _send_one(self, request: SmsRequest, faults: SmsFaults) -> tuple[dict[str, Any], bool]:
        dice = self._board.dice
        if dice.hit(faults.fail):
            return {"code": "isp.SYSTEM_ERROR", "message": "refused by a fault knob", "out_id": request.out_id}, False
        try:
            sms = self._exchange.accept(request)
        except Invalid as error:
            return {"code": error.code, "message": error.detail, "out_id": request.out_id}, False
        self._exchange.settle(sms, delivered=request.phone not in faults.undeliverable)
        self._poster.put(sms.receipt(), faults, dice)
        result = {"code": "OK", "message": "OK", "biz_id": sms.biz_id, "out_id": sms.out_id}
        return result, dice.hit(faults.accept_then_time_out)


def make_app(exchange: SmsExchange, poster: ReceiptPoster, clock: Clock) -> Starlette:
    """The HTTP application."""
    board = FaultBoard(SmsFaults)
    gateway = Gateway(exchange, board, poster, clock)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await poster.start()
        yield
        await poster.stop()

    async def send(request: Request) -> Response:
        body = await request.body()
        try:
            # One message, or a batch under `messages`: providers have two calls, which here are one.
            batch = b'"messages"' in body and _is_batch(await request.json())
            requests = _Batch.model_validate_json(body).messages if batch else [SmsRequest.model_validate_json(body)]
        except ValidationError as error:
            return invalid(error)
        results, late = await gateway.send(requests)
        if late:
            return JSONResponse({"code": "isp.GATEWAY_TIMEOUT"}, status_code=504)
        return JSONResponse({"results": results} if batch else results[0])

    async def details(request: Request) -> Response:
        found = exchange.details(request.query_params.get("out_id", ""))
        return JSONResponse([asdict(sms) for sms in found])

    async def put_template(request: Request) -> Response:
        try:
            exchange.register(request.path_params["code"], _Template.model_validate_json(await request.body()).text)
        except ValidationError as error:
            return invalid(error)
        except Invalid as error:
            return JSONResponse({"code": error.code, "message": error.detail}, status_code=error.status)
        return JSONResponse({"code": "OK", "status": "approved"})

    async def put_limits(request: Request) -> Response:
        try:
            exchange.per_day = _Limits.model_validate_json(await request.body()).per_day
        except ValidationError as error:
            return invalid(error)
        return JSONResponse({"per_day": exchange.per_day})

    async def counts(_: Request) -> Response:
        return JSONResponse({**exchange.counts(), "receipts": poster.counts})

    async def index(_: Request) -> Response:
        rows = [
            (sms.send_time, sms.phone, sms.text, sms.sms_size, sms.err_code or "", sms.out_id)
            for sms in exchange.newest(_ON_PAGE)
        ]
        summary = (
            f"共 {exchange.counts()['accepted']} 条，最新在前（最多显示 {_ON_PAGE} 条）。此处的短信不会送达任何人。"
        )
        return page("短信网关（模拟）", summary, ("时间", "手机号", "内容", "计费条数", "状态", "out_id"), rows)

    routes = [
        Route("/", index),
        Route("/sms/send", send, methods=["POST"]),
        Route("/sms/details", details),
        Route("/templates/{code}", put_template, methods=["PUT"]),
        Route("/limits", put_limits, methods=["PUT"]),
        Route("/counts", counts),
        *common_routes(board, poster),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def _is_batch(body: object) -> bool:
    return isinstance(body, dict) and "messages" in body


def main() -> None:
    """Run the gateway."""
    arguments_parser = parser("python -m shared.embedded.simulator sms", __doc__)
    arguments_parser.add_argument("--port", type=int, required=True, help="HTTP port")
    arguments_parser.add_argument("--per-day", type=int, help="messages per sign, template and phone in 24 hours")
    arguments = arguments_parser.parse_args()
    clock = SystemClock()

    def build() -> Starlette:
        poster = ReceiptPoster(
            arguments.receipt_url,
            clock,
            repeat_after=repeat_after(arguments),
            unit_seconds=arguments.unit_seconds,
            credentials=own_credentials(),
        )
        return make_app(SmsExchange(Journal(arguments.journal), clock, per_day=arguments.per_day), poster, clock)

    serve(build, arguments.host, arguments.port)
