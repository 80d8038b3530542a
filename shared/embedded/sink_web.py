"""What both stand-ins share of HTTP: faults, receipt address, health, the page for people, and the running."""

import argparse
import html
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

import uvicorn
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from shared.embedded.faults import Dice, Faults
from shared.embedded.ports import LOOPBACK
from shared.embedded.receipts import ReceiptPoster
from shared.security.client_credentials import CLIENT_ID, CLIENT_SECRET, TOKEN_URL, ClientCredentials

F = TypeVar("F", bound=Faults)

_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #222; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ border-bottom: 1px solid #ddd; padding: .4rem .6rem; text-align: left; vertical-align: top; }}
td {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
</style></head><body><h1>{title}</h1><p>{summary}</p>
<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></body></html>
"""


class FaultBoard(Generic[F]):
    """The faults now in force and the dice that belong to them."""

    def __init__(self, kind: type[F]) -> None:
        self.kind = kind
        self.faults = kind()
        self.dice = Dice.of(self.faults)

    def set(self, faults: F) -> None:
        """Put these in force from the next message on."""
        self.faults = faults
        self.dice = Dice.of(faults)


def common_routes(board: FaultBoard[Any], poster: ReceiptPoster) -> list[Route]:
    """`GET /healthz`, `GET|PUT /faults`, `PUT /receipt-url`."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def get_faults(_: Request) -> Response:
        return JSONResponse(board.faults.model_dump(mode="json"))

    async def put_faults(request: Request) -> Response:
        try:
            board.set(board.kind.model_validate_json(await request.body()))
        except ValidationError as error:
            return invalid(error)
        return JSONResponse(board.faults.model_dump(mode="json"))

    async def put_receipt_url(request: Request) -> Response:
        # The receiver of receipts often starts after us and chooses its own port.
        url = (await request.json()).get("url")
        if url is not None and not str(url).startswith(("http://", "https://")):
            return JSONResponse({"error": "url must be an http(s) address or null"}, status_code=422)
        poster.url = url
        return JSONResponse({"url": url})

    return [
        Route("/healthz", healthz),
        Route("/faults", get_faults),
        Route("/faults", put_faults, methods=["PUT"]),
        Route("/receipt-url", put_receipt_url, methods=["PUT"]),
    ]


def invalid(error: ValidationError) -> Response:
    """What was wrong with the body, as 422."""
    return JSONResponse(
        {"errors": error.errors(include_url=False, include_context=False, include_input=False)}, status_code=422
    )


def page(title: str, summary: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A readable page of one table. Everything shown is escaped: messages come from anybody."""
    head = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return HTMLResponse(_PAGE.format(title=html.escape(title), summary=html.escape(summary), head=head, body=body))


def parser(program: str, description: str | None) -> argparse.ArgumentParser:
    """The arguments that both stand-ins take."""
    result = argparse.ArgumentParser(prog=program, description=description)
    result.add_argument("--journal", type=Path, help="JSON-lines file that what is accepted is appended to")
    result.add_argument("--receipt-url", help="where delivery receipts are posted")
    result.add_argument("--repeat-after", default="1,5,10", help="units after which an untaken receipt is posted again")
    result.add_argument("--unit-seconds", type=float, default=1.0, help="length of a unit")
    return result


def own_credentials() -> ClientCredentials | None:
    """Who we are, when the environment says so."""
    given = [os.environ.get(name, "") for name in (TOKEN_URL, CLIENT_ID, CLIENT_SECRET)]
    return ClientCredentials(*given) if all(given) else None


def repeat_after(arguments: argparse.Namespace) -> list[float]:
    """The argument as numbers."""
    return [float(part) for part in arguments.repeat_after.split(",") if part]


def serve(make_app: Callable[[], Starlette], port: int) -> None:
    """Run until SIGTERM or SIGINT, on loopback only. Answers that are held back on purpose do not delay the end."""
    logging.basicConfig(level=logging.WARNING)
    uvicorn.run(
        make_app,
        factory=True,
        host=LOOPBACK,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
