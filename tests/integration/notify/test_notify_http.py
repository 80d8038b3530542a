"""The doors of notify: receipts are taken when they are kept, garbage is refused, and nobody's data is shown."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.integration.notify.world import MEMBER, STATION, World

AT = "2026-05-01T01:02:03+00:00"
STRANGER = "00000000-0000-5000-8000-000000000000"


def email(message_id: str, **changed: Any) -> dict[str, Any]:
    header = f"<{message_id}@yanzhen.invalid>"
    base = {"channel": "email", "message_id": header, "recipient": "m1@mail.example", "status": "delivered"}
    return {**base, "report_time": AT, **changed}


def sms(message_id: str, **changed: Any) -> dict[str, Any]:
    base = {"out_id": message_id, "biz_id": "b^1", "success": True, "err_code": "DELIVERED", "phone": "13900139000"}
    return {**base, "report_time": "2026-05-01 09:02:03", "send_time": "2026-05-01 09:02:01", **changed}


@pytest.fixture
async def sent(world: World) -> World:
    await world.accept(MEMBER, STATION)
    await world.send()
    return world


async def test_a_mixed_batch_is_taken_and_strangers_are_ignored(sent: World, http: httpx.AsyncClient) -> None:
    mine, other = sent.of(MEMBER, "sms"), sent.of(STATION, "sms")
    batch = [
        sms(mine), sms(STRANGER), sms("not-ours"), sms(mine), {"out_id": 7}, None,
        sms(other, success=False, err_code="MK:0001"), sms(sent.of(MEMBER, "email")),
    ]  # fmt: skip
    answer = await http.post("/receipts/sms", json=batch)
    assert (answer.status_code, answer.json()) == (200, {"taken": 3, "unknown": 3, "malformed": 2})
    row = await sent.row(mine)
    assert row["status"] == "delivered"
    assert ((await sent.row(other))["status"], (await sent.row(other))["code"]) == ("undelivered", "MK:0001")
    assert (await sent.row(sent.of(MEMBER, "email")))["status"] == "submitted"
    stored = (await sent.store.read_streams({f"message-{mine}": 0}))[f"message-{mine}"]
    assert datetime.fromisoformat(stored[-1].data["delivered_at"]) == datetime(2026, 5, 1, 1, 2, 3, tzinfo=UTC)
    assert stored[-1].meta["correlation_id"] == sent.transfer_id


async def test_proof_of_arrival_overrules_a_failure_and_never_the_reverse(sent: World, http: httpx.AsyncClient) -> None:
    mine = sent.of(MEMBER, "email")
    for status, expected in (("undelivered", "undelivered"), ("delivered", "delivered"), ("undelivered", "delivered")):
        receipt = email(mine, status=status, err_code="550 5.1.1 <m1@mail.example> unknown")
        assert (await http.post("/receipts/email", json=[receipt])).status_code == 200
        assert (await sent.row(mine))["status"] == expected
    events = await sent.store.read_streams({f"message-{mine}": 0})
    assert "m1@mail.example" not in str(events)


GARBAGE = [
    b"", b"{", b"null", b"{}", b"[]", b"[null]", b"[[]]", b'"x"', b"[1e999]", b"[NaN]", b'["\\u0000"]', b"\xff",
    b'[{"out_id":"x"}]', b'[{"message_id":{"a":1},"status":"delivered"}]', b"[" * 200, b"[0" + b",0" * 1000 + b"]",
    b'[{"message_id":"<x>","status":"delivered","report_time":"yesterday"}]',
]  # fmt: skip


@pytest.mark.parametrize("channel", ["email", "sms"])
async def test_garbage_is_refused_and_never_a_fault_of_ours(http: httpx.AsyncClient, channel: str) -> None:
    for body in GARBAGE:
        answer = await http.post(f"/receipts/{channel}", content=body, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500, (body[:80], answer.text)


ODD: list[dict[str, Any]] = [
    {"err_code": "x" * 900}, {"biz_id": "姓名 13900139000"}, {"report_time": "2026-13-41 00:00:00"}, {"biz_id": None},
    {"err_code": "call 13900139000"}, {"report_time": "0001-01-01 00:00:00"}, {"report_time": "9999-12-31 23:59:59"},
]  # fmt: skip


async def test_odd_receipts_are_taken_without_what_is_odd(world: World, http: httpx.AsyncClient) -> None:
    parties = [MEMBER.model_copy(update={"party_id": f"p{number}"}) for number in range(len(ODD))]
    await world.accept(*parties)
    await world.send()
    for party, odd in zip(parties, ODD, strict=True):
        mine = world.of(party, "sms")
        answer = await http.post("/receipts/sms", json=[sms(mine, success=False) | odd])
        assert (answer.status_code, answer.json()["taken"]) == (200, 1)
        assert (await world.row(mine))["status"] == "undelivered"
        assert "13900139000" not in str(await world.store.read_streams({f"message-{mine}": 0}))


async def test_messages_are_shown_without_names_and_addresses(sent: World, http: httpx.AsyncClient) -> None:
    listed = (await http.get("/messages", params={"relocation_id": sent.transfer_id})).json()["items"]
    assert {one["message_id"] for one in listed} == {
        sent.of(party, channel) for party in (MEMBER, STATION) for channel in ("email", "sms")
    }
    one = await http.get(f"/messages/{sent.of(MEMBER, 'sms')}")
    assert one.headers["etag"] == f'"{one.json()["version"]}"'
    assert one.json()["status"] == "submitted"
    for personal in ("王小雁", "13900139000", "m1@mail.example", "sealed:"):
        assert personal not in one.text + str(listed)


async def test_odd_questions_are_refused(http: httpx.AsyncClient) -> None:
    odd = [
        "/messages/x", "/messages/%00", "/messages/" + "x" * 70, "/messages/%ED%A0%80", "/messages",
        "/messages?after=x", "/messages?relocation_id=%00", "/messages?relocation_id=",
        "/messages?relocation_id=x&limit=0",
    ]  # fmt: skip
    for path in odd:
        answer = await http.get(path)
        assert 400 <= answer.status_code < 500, (path, answer.text)
