"""A mail server that delivers to nobody: it keeps what it gets, shows it, and posts delivery receipts.

Run by `python -m shared.embedded.simulator mail --port … --http-port …`. HTTP: `GET|DELETE /messages`,
`GET /messages/{message_id}`, `GET /counts`, `GET|PUT /faults`, `PUT /receipt-url`, `GET /` for people.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.embedded.faults import SmtpFaults
from shared.embedded.journal import Journal
from shared.embedded.mailbox import Mail, Mailbox
from shared.embedded.receipts import Receipt, ReceiptPoster
from shared.embedded.sink_web import FaultBoard, common_routes, own_credentials, page, parser, repeat_after, serve
from shared.kernel.clock import Clock, SystemClock

_MAX_BYTES = 10_000_000
_ON_PAGE = 100


class SinkHandler:
    """What happens to one mail: delay, refuse or keep it, make its receipts, answer or hang up."""

    def __init__(self, mailbox: Mailbox, board: FaultBoard[SmtpFaults], poster: ReceiptPoster, clock: Clock) -> None:
        self._mailbox = mailbox
        self._board = board
        self._poster = poster
        self._clock = clock

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """The SMTP reply to the mail."""
        faults, dice = self._board.faults, self._board.dice
        if faults.delay_ms:
            await self._clock.sleep(faults.delay_ms / 1000)
        if dice.hit(faults.reject):
            return faults.reject_reply
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        mail = self._mailbox.add(raw, envelope.mail_from or "", envelope.rcpt_tos, self._clock.now())
        for recipient in mail.recipients:
            self._poster.put(self._receipt(mail, recipient, faults), faults, dice)
        if dice.hit(faults.accept_then_drop_connection) and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 2.0.0 kept"

    def _receipt(self, mail: Mail, recipient: str, faults: SmtpFaults) -> Receipt:
        receipt: Receipt = {
            "channel": "email",
            "message_id": mail.message_id,
            "recipient": recipient,
            "status": "delivered",
            "report_time": self._clock.now().isoformat(),
        }
        if recipient in faults.undeliverable:
            receipt |= {"status": "undelivered", "err_code": "550 5.1.1 no such mailbox"}
        return receipt


def make_app(mailbox: Mailbox, poster: ReceiptPoster, clock: Clock, host: str, smtp_port: int) -> Starlette:
    """The HTTP application; the SMTP server lives and dies with it."""
    board = FaultBoard(SmtpFaults)
    handler = SinkHandler(mailbox, board, poster, clock)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(handler, hostname="localhost", enable_SMTPUTF8=True, data_size_limit=_MAX_BYTES),
            host,
            smtp_port,
        )
        await poster.start()
        yield
        server.close()
        await poster.stop()

    async def list_messages(request: Request) -> Response:
        query = request.query_params
        found = mailbox.find(query.get("message_id"), query.get("to"), int(query.get("limit", "100")))
        return JSONResponse([mail.summary() for mail in found])

    async def get_message(request: Request) -> Response:
        found = mailbox.find(request.path_params["message_id"], limit=1)
        if not found:
            return JSONResponse({"error": "no such mail is kept"}, status_code=404)
        raw = found[0].raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return JSONResponse({**found[0].summary(), "text": found[0].text(), "raw": raw})

    async def delete_messages(_: Request) -> Response:
        mailbox.clear()
        return Response(status_code=204)

    async def counts(_: Request) -> Response:
        return JSONResponse({**mailbox.counts(), "receipts": poster.counts})

    async def index(_: Request) -> Response:
        total = mailbox.counts()["accepted"]
        rows = [
            (m.received_at, m.sender, ", ".join(m.recipients), m.subject, m.text())
            for m in mailbox.find(limit=_ON_PAGE)
        ]
        summary = f"共 {total} 封，最新在前（最多显示 {_ON_PAGE} 封）。此处的邮件不会送达任何人。"
        return page("邮件收件箱（模拟）", summary, ("时间", "发件人", "收件人", "主题", "正文"), rows)

    routes = [
        Route("/", index),
        Route("/messages", list_messages),
        Route("/messages", delete_messages, methods=["DELETE"]),
        Route("/messages/{message_id:path}", get_message),
        Route("/counts", counts),
        *common_routes(board, poster),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def main() -> None:
    """Run the sink."""
    arguments_parser = parser("python -m shared.embedded.simulator mail", __doc__)
    arguments_parser.add_argument("--port", type=int, required=True, help="SMTP port")
    arguments_parser.add_argument("--http-port", type=int, required=True, help="HTTP port")
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
        return make_app(Mailbox(Journal(arguments.journal)), poster, clock, arguments.host, arguments.port)

    serve(build, arguments.host, arguments.http_port)
