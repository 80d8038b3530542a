import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.embedded.data_dir import DataDirectory
from shared.embedded.ports import Ports
from shared.embedded.sinks import Reporting, Sink, sms_gateway
from shared.kernel.clock import SystemClock
from tests.integration.embedded.helpers import Receiver, eventually

PHONE = "13800000000"


@pytest.fixture
async def sink(data_dir: Path, receiver: Receiver) -> AsyncIterator[Sink]:
    """The gateway by itself: half the processes to start for each test."""
    directory, ports = DataDirectory(data_dir), Ports()
    directory.open()
    running = sms_gateway(directory, ports.take("http"), Reporting(receiver.url, unit_seconds=0.02), SystemClock())
    await running.start()
    yield running
    await running.stop()
    ports.release()
    directory.close()


@pytest.fixture
async def http(sink: Sink) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sink.url, trust_env=False) as client:
        assert (await client.put("/templates/T1", json={"text": "${name}，您的介绍信已开出。"})).status_code == 200
        yield client


async def test_a_message_is_sent_reported_and_shown(http: httpx.AsyncClient, receiver: Receiver) -> None:
    answer = await _send(http, out_id="o1")
    assert answer["code"] == "OK"
    await eventually(lambda: len(receiver.receipts) == 1)
    receipt = receiver.receipts[0]
    for time in ("send_time", "report_time"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", receipt.pop(time))
    assert receipt == {
        "phone": PHONE,
        "success": True,
        "err_code": "DELIVERED",
        "sms_size": "1",
        "biz_id": answer["biz_id"],
        "out_id": "o1",
    }
    details = (await http.get("/sms/details", params={"out_id": "o1"})).json()
    assert [(sms["text"], sms["success"]) for sms in details] == [("【雁阵】张三，您的介绍信已开出。", True)]
    assert "张三，您的介绍信已开出。" in (await http.get("/")).text


async def test_a_batch_is_answered_message_by_message(http: httpx.AsyncClient, receiver: Receiver) -> None:
    messages = [_message(out_id=f"o{number}") for number in range(99)] + [_message(out_id="bad", phone="110")]
    response = await http.post("/sms/send", json={"messages": messages})
    results = response.json()["results"]
    assert [result["code"] for result in results] == ["OK"] * 99 + ["isv.MOBILE_NUMBER_ILLEGAL"]
    assert len({result.get("biz_id") for result in results}) == 100
    await eventually(lambda: len(receiver.receipts) == 99)
    too_many = await http.post("/sms/send", json={"messages": [_message(out_id="x")] * 101})
    assert too_many.status_code == 422


async def test_the_same_out_id_twice_is_two_messages(http: httpx.AsyncClient, receiver: Receiver) -> None:
    first, second = await _send(http, out_id="o1"), await _send(http, out_id="o1")
    assert first["biz_id"] != second["biz_id"]
    counts = (await http.get("/counts")).json()
    assert (counts["accepted"], counts["distinct"], counts["duplicates"]) == (2, 1, {"o1": 2})
    await eventually(lambda: len(receiver.receipts) == 2)


async def test_templates_and_lengths(http: httpx.AsyncClient) -> None:
    assert (await http.put("/templates/T2", json={"text": "${all}"})).status_code == 422
    assert (await http.put("/templates/T2", json={"text": "${a}${b}"})).status_code == 422
    assert (await _send(http, template="T2"))["code"] == "isv.SMS_TEMPLATE_ILLEGAL"
    assert (await _send(http, params={}))["code"] == "isv.TEMPLATE_MISSING_PARAMETERS"
    assert (await _send(http, params={"name": "长" * 486}))["code"] == "OK"  # 500 with signature and template
    assert (await _send(http, params={"name": "长" * 487}))["code"] == "isv.PARAM_LENGTH_LIMIT"
    assert (await http.get("/counts")).json()["accepted"] == 1


async def test_the_daily_limit_is_off_until_asked_for(http: httpx.AsyncClient) -> None:
    assert (await http.put("/limits", json={"per_day": 2})).status_code == 200
    codes = [(await _send(http, params={"name": str(number)}))["code"] for number in range(3)]
    assert codes == ["OK", "OK", "isv.BUSINESS_LIMIT_CONTROL"]
    assert (await _send(http, phone="13900000000"))["code"] == "OK"


async def test_accepted_but_the_answer_does_not_come(http: httpx.AsyncClient, receiver: Receiver) -> None:
    await _faults(http, accept_then_time_out=1)
    with pytest.raises(httpx.ReadTimeout):
        await http.post("/sms/send", json=_message(out_id="o1"), timeout=0.2)
    await eventually(lambda: len(receiver.receipts) == 1)
    assert len((await http.get("/sms/details", params={"out_id": "o1"})).json()) == 1


async def test_failed_sending_leaves_nothing(http: httpx.AsyncClient) -> None:
    await _faults(http, fail=1)
    assert (await _send(http, out_id="o1"))["code"] == "isp.SYSTEM_ERROR"
    assert (await http.get("/sms/details", params={"out_id": "o1"})).json() == []


async def test_faults_of_receipts(http: httpx.AsyncClient, receiver: Receiver) -> None:
    await _faults(http, receipt_lost=1)
    await _send(http, out_id="lost")
    await _faults(http, receipt_late=1, receipt_late_ms=150)
    await _send(http, out_id="late")
    await _faults(http, receipt_twice=1, undeliverable=[PHONE])
    await _send(http, out_id="twice")
    await eventually(lambda: len(receiver.receipts) == 3)
    assert [receipt["out_id"] for receipt in receiver.receipts] == ["twice", "twice", "late"]
    assert [receipt["success"] for receipt in receiver.receipts] == [False, False, True]
    assert receiver.receipts[0]["err_code"] != "DELIVERED"
    details = (await http.get("/sms/details", params={"out_id": "lost"})).json()
    assert details[0]["err_code"] == "DELIVERED", "polling tells what the lost receipt would have told"


async def test_receipts_are_posted_again_until_taken(http: httpx.AsyncClient, receiver: Receiver) -> None:
    receiver.status = 500
    await _send(http, out_id="o1")
    await eventually(lambda: len(receiver.posts) == 3)
    receiver.status = 200
    await eventually(lambda: len(receiver.posts) == 4)
    assert all(post == receiver.posts[0] for post in receiver.posts)


async def test_a_killed_gateway_still_knows_templates_and_messages(sink: Sink, http: httpx.AsyncClient) -> None:
    await _send(http, out_id="o1")
    os.kill(sink.child.pid or 0, signal.SIGKILL)
    await sink.child.wait_restarts(1)
    assert (await _send(http, out_id="o1"))["code"] == "OK"
    details = (await http.get("/sms/details", params={"out_id": "o1"})).json()
    assert [sms["err_code"] for sms in details] == ["DELIVERED", "DELIVERED"]
    assert len({sms["biz_id"] for sms in details}) == 2


async def test_a_malformed_request_is_refused(http: httpx.AsyncClient) -> None:
    assert (await http.post("/sms/send", json={"phone": PHONE})).status_code == 422
    assert (await http.post("/sms/send", content=b"not json")).status_code == 422


def _message(**changes: Any) -> dict[str, Any]:
    return {
        "out_id": "o",
        "phone": PHONE,
        "sign": "雁阵",
        "template": "T1",
        "params": {"name": "张三"},
    } | changes


async def _send(http: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    response = await http.post("/sms/send", json=_message(**changes))
    assert response.status_code == 200
    return dict(response.json())


async def _faults(http: httpx.AsyncClient, **faults: Any) -> None:
    assert (await http.put("/faults", json=faults)).status_code == 200
