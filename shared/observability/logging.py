"""Logs: one JSON object per line, with the trace it belongs to, and nothing personal.

The standard library's logging (uvicorn, FastStream, nats, SQLAlchemy) runs through the same processors, so a line of a
library is redacted and traced like one of ours.
"""

import logging
import sys
from collections.abc import Sequence
from typing import Final, TextIO

import structlog
from opentelemetry import trace
from structlog.types import EventDict, Processor, WrappedLogger

from shared.observability.redaction import redact, redact_entry

_OURS: Final = frozenset(
    {"trace_id", "span_id", "timestamp", "level", "service", "logger", "_record", "_from_structlog"}
)
"""Set by the processors here: never personal, and a trace id of digits alone must not be taken for a 身份证."""

_QUIET: Final = {"sqlalchemy.engine": logging.WARNING, "asyncio": logging.WARNING, "httpx": logging.WARNING}
"""Loggers that at INFO print statements with their parameters, or URLs with their queries."""


def configure_logging(
    service: str, *, level: str = "INFO", console: bool = False, stream: TextIO | None = None
) -> None:
    """Route all logging of this process to `stream` (standard output if not given); may be called again.

    With `console`, lines are for reading when the stream is a terminal; otherwise they are JSON all the same.
    """
    stream = stream or sys.stdout
    readable = console and stream.isatty()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _add_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _Service(service),
        _add_trace,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,  # before redaction: a traceback quotes values
        _redact,
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *names: _Named(stream, *names),
        cache_logger_on_first_use=False,
    )
    _route_standard_logging(stream, threshold, shared, renderer)


def _route_standard_logging(stream: TextIO, threshold: int, shared: Sequence[Processor], renderer: Processor) -> None:
    handler = logging.StreamHandler(stream)
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder(), *shared],
            processors=[remove_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
    for name in list(logging.root.manager.loggerDict):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, threshold))
    logging.captureWarnings(True)


class _Named(structlog.WriteLogger):
    """Writes lines, and remembers which module asked for it: `structlog.get_logger(__name__)`."""

    def __init__(self, stream: TextIO, name: str = "") -> None:
        super().__init__(stream)
        self.name = name


class _Service:
    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event.setdefault("service", self._service)
        return event


def _add_name(logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if name := getattr(logger, "name", ""):
        event.setdefault("logger", name)
    return event


def _add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    current = trace.get_current_span().get_span_context()
    if current.is_valid:
        event["trace_id"] = f"{current.trace_id:032x}"
        event["span_id"] = f"{current.span_id:016x}"
    return event


def _redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {
        redact(key): value if key in _OURS else redact_entry(key, value)
        for key, value in event.items()
        if key != "color_message"  # uvicorn's message a second time, with escape codes
    }
