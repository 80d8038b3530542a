import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from shared.observability.logging import configure_logging
from shared.observability.tracing import context_from, span

TRACE = "12345678901234567890123456789012"


class Lines(io.StringIO):
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def last(self) -> dict[str, Any]:
        return self.all()[-1]


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = Lines()
    configure_logging("mobility", stream=stream)
    yield stream
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


def test_a_line_is_json_with_service_level_module_and_time(lines: Lines) -> None:
    structlog.get_logger("mobility.transfers").info("appended", stream="transfer-1", count=3)
    line = lines.last()
    assert line["event"] == "appended"
    assert line["service"] == "mobility"
    assert line["level"] == "info"
    assert line["logger"] == "mobility.transfers"
    assert line["stream"] == "transfer-1"
    assert line["count"] == 3
    assert line["timestamp"].endswith("Z")
    assert "trace_id" not in line


def test_a_line_carries_the_trace_even_one_that_looks_like_a_number(lines: Lines) -> None:
    with span("any", parent=context_from(f"00-{TRACE}-1234567890123456-01")):
        structlog.get_logger().info("inside")
        logging.getLogger("nats").warning("inside too")
    assert [(line["trace_id"], line["span_id"]) for line in lines.all()] == [(TRACE, "1234567890123456")] * 2


def test_the_standard_librarys_logging_comes_out_the_same(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 42, extra={"color_message": "\x1b[36m"})
    line = lines.last()
    assert line["event"] == "Started server process [42]"
    assert line["logger"] == "uvicorn.error"
    assert line["service"] == "mobility"
    assert "color_message" not in line


def test_a_library_that_brought_its_own_handler_is_routed_too(lines: Lines) -> None:
    noisy = logging.getLogger("test.noisy.lib")
    noisy.addHandler(logging.StreamHandler(io.StringIO()))
    noisy.propagate = False
    configure_logging("mobility", stream=lines)
    noisy.warning("hello")
    assert lines.last()["event"] == "hello"


def test_nothing_personal_comes_out_of_either_door(lines: Lines) -> None:
    structlog.get_logger().info("calling 13812345678", name="张三", nested={"phone": "1"}, note="110101199003070029")
    logging.getLogger("lib").error("cannot send to %s", "anna@example.com", extra={"email": "x"})
    assert lines.all()[0]["nested"] == {"phone": "[redacted]"}
    for secret in ("13812345678", "张三", "110101199003070029", "anna@example.com"):
        assert secret not in lines.getvalue()


def test_a_traceback_is_kept_and_what_it_quotes_is_not(lines: Lines) -> None:
    def fail() -> None:
        raise ValueError("bad number 13812345678")

    for log in (structlog.get_logger().exception, logging.getLogger("lib").exception):
        try:
            fail()
        except ValueError:
            log("failed")
        line = lines.last()
        assert "ValueError: bad number [redacted]" in line["exception"]
        assert "in fail" in line["exception"]
    assert len(lines.all()) == 2


def test_context_bound_to_a_task_is_on_every_line(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(relocation_id="r1"):
        structlog.get_logger().info("one")
        logging.getLogger("lib").warning("two")
    assert [line.get("relocation_id") for line in lines.all()] == ["r1", "r1"]


def test_below_the_level_nothing_is_said_and_statements_never_are(lines: Lines) -> None:
    structlog.get_logger().debug("no")
    logging.getLogger("lib").debug("no")
    logging.getLogger("sqlalchemy.engine.Engine").info("INSERT … ('张三')")
    assert lines.getvalue() == ""


def test_one_event_is_one_line_whatever_it_holds(lines: Lines) -> None:
    structlog.get_logger().info("a\nb\r\n{}", field="c\nd\x00\u2028", other=object())
    assert len(lines.getvalue().splitlines()) >= 1
    assert lines.getvalue().count("\n") == 1


def test_the_console_is_for_terminals_only() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal, pipe = Terminal(), Lines()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logging("s", console=True, stream=terminal)
        structlog.get_logger().info("hello", phone="13812345678")
        configure_logging("s", console=True, stream=pipe)
        structlog.get_logger().info("hello")
    finally:
        root.handlers[:], root.level = handlers, level
        logging.captureWarnings(False)
        structlog.reset_defaults()
    assert "hello" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")
    assert "13812345678" not in terminal.getvalue()
    assert pipe.last()["event"] == "hello"
