"""Frames as nats-py would write them, headers as it would read them; and what we use of its inside is still there."""

import inspect
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nats.aio.client import Client
from nats.errors import ConnectionClosedError
from nats.protocol import command

from shared.kernel.json import to_json
from shared.messaging.nats_wire import frame, header_lines, parse_headers, send

NAMES = st.from_regex(r"[a-z][a-z-]{0,12}", fullmatch=True)
VALUES = st.text(alphabet=st.sampled_from(list('":,{}\\\r\n\tab é中\x00\u2028')), max_size=8)


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_stored_headers_become_lines_that_no_value_can_break_out_of(headers: dict[str, str]) -> None:
    expected = "".join(
        f"{name}: {value.translate(str.maketrans(chr(13) + chr(10), '  '))}\r\n" for name, value in headers.items()
    )
    assert header_lines(to_json(headers)) == expected
    assert header_lines(json.dumps(headers)) == expected
    assert header_lines(json.dumps(headers, ensure_ascii=False)) == expected


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_headers_are_read_as_nats_py_reads_them(headers: dict[str, str]) -> None:
    raw = (header_lines(to_json(headers)) + "\r\n").encode()
    assert parse_headers(raw) == Client._parse_header_lines(raw)


def test_a_frame_is_the_one_that_nats_py_would_send() -> None:
    head = b"NATS/1.0\r\nce-id: 1\r\n\r\n"
    assert frame("a.b", "in.1", "ce-id: 1\r\n", b"{}") == command.hpub_cmd("a.b", "in.1", head, b"{}")


async def test_nothing_is_kept_for_a_connection_that_is_not_there() -> None:
    with pytest.raises(ConnectionClosedError):
        await send(Client(), [b"x"])


def test_what_is_used_of_nats_py_is_as_it_was() -> None:
    assert list(inspect.signature(Client._send_command).parameters) == ["self", "cmd", "priority"]
    assert next(iter(inspect.signature(Client._flush_pending).parameters)) == "self"
    assert "_parse_header_lines(raw_headers)" in inspect.getsource(Client._process_headers)
