import asyncio
import os
import signal
import smtplib
import time
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import httpx
import pytest

from shared.embedded.data_dir import DataDirectory
from shared.embedded.ports import Ports
from shared.embedded.sinks import Reporting, Sink, smtp_sink
from shared.kernel.clock import SystemClock
from tests.integration.embedded.helpers import Receiver, eventually


@pytest.fixture
async def sink(data_dir: Path, receiver: Receiver) -> AsyncIterator[Sink]:
    """The mail sink by itself: half the processes to start for each test."""
    directory, ports = DataDirectory(data_dir), Ports()
    directory.open()
    running = smtp_sink(
        directory, ports.take("smtp"), ports.take("http"), Reporting(receiver.url, unit_seconds=0.02), SystemClock()
    )
    await running.start()
    yield running
    await running.stop()
    ports.release()
    directory.close()


@pytest.fixture
async def http(sink: Sink) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sink.url, trust_env=False) as client:
        yield client


async def test_mail_is_kept_found_and_shown(sink: Sink, http: httpx.AsyncClient) -> None:
    await _send(sink, _mail("<1@yz>", "a@x.cn", "b@x.cn"))
    await _send(sink, _mail("<2@yz>", "c@x.cn"))

    found = (await http.get("/messages", params={"to": "b@x.cn"})).json()
    assert [(mail["message_id"], mail["recipients"]) for mail in found] == [("<1@yz>", ["a@x.cn", "b@x.cn"])]
    assert found[0]["subject"] == "组织关系转接"
    assert len((await http.get("/messages", params={"limit": 1})).json()) == 1
    assert "您好 <党员>" in (await http.get("/messages/<2@yz>")).json()["text"]
    assert (await http.get("/messages/<3@yz>")).status_code == 404
    page = (await http.get("/")).text
    assert "组织关系转接" in page
    assert "您好 &lt;党员&gt;" in page
    assert (await http.get("/counts")).json()["accepted"] == 2
    assert (await http.delete("/messages")).status_code == 204
    assert (await http.get("/counts")).json()["accepted"] == 0


async def test_each_recipient_gives_a_receipt(sink: Sink, receiver: Receiver) -> None:
    await _send(sink, _mail("<1@yz>", "a@x.cn", "b@x.cn"))
    await eventually(lambda: len(receiver.receipts) == 2)
    assert {receipt.pop("recipient") for receipt in receiver.receipts} == {"a@x.cn", "b@x.cn"}
    receipt = receiver.receipts[0]
    assert receipt.pop("report_time").endswith("+00:00")
    assert receipt == {"channel": "email", "message_id": "<1@yz>", "status": "delivered"}


async def test_receipts_are_posted_again_until_taken(sink: Sink, receiver: Receiver) -> None:
    receiver.status = 503
    await _send(sink, _mail("<1@yz>", "a@x.cn"))
    await eventually(lambda: len(receiver.posts) == 2)
    receiver.status = 204
    await eventually(lambda: len(receiver.posts) == 3)
    assert receiver.posts[0] == receiver.posts[1] == receiver.posts[2]


async def test_receipts_are_given_up_after_the_third_repetition(
    sink: Sink, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    receiver.status = 500
    await _send(sink, _mail("<1@yz>", "a@x.cn"))
    await eventually(lambda: len(receiver.posts) == 4)
    receiver.status = 200
    await _send(sink, _mail("<2@yz>", "a@x.cn"))
    await eventually(lambda: len(receiver.posts) == 5)
    counts = (await http.get("/counts")).json()["receipts"]
    assert counts == {"made": 2, "lost": 0, "posted": 1, "repeated_posts": 3, "given_up": 1}


async def test_faults_of_receipts(sink: Sink, http: httpx.AsyncClient, receiver: Receiver) -> None:
    await _faults(http, receipt_lost=1)
    await _send(sink, _mail("<lost@yz>", "a@x.cn"))
    await _faults(http, receipt_twice=1, undeliverable=["gone@x.cn"])
    await _send(sink, _mail("<twice@yz>", "gone@x.cn"))
    await eventually(lambda: len(receiver.receipts) == 2)
    assert {receipt["message_id"] for receipt in receiver.receipts} == {"<twice@yz>"}
    assert {receipt["status"] for receipt in receiver.receipts} == {"undelivered"}
    assert (await http.get("/counts")).json()["receipts"]["lost"] == 1


async def test_accepted_but_the_connection_dies(sink: Sink, http: httpx.AsyncClient, receiver: Receiver) -> None:
    await _faults(http, accept_then_drop_connection=1)
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await _send(sink, _mail("<1@yz>", "a@x.cn"))
    await eventually(lambda: len(receiver.receipts) == 1)
    await _faults(http)
    await _send(sink, _mail("<1@yz>", "a@x.cn"))
    assert (await http.get("/counts")).json()["duplicates"] == {"<1@yz>": 2}


async def test_refused_mail_is_not_kept(sink: Sink, http: httpx.AsyncClient) -> None:
    await _faults(http, reject=1, reject_reply="550 5.7.1 not wanted")
    with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
        await _send(sink, _mail("<1@yz>", "a@x.cn"))
    assert refusal.value.code == 550
    assert (await http.get("/counts")).json()["accepted"] == 0


async def test_an_unknown_fault_is_refused(http: httpx.AsyncClient) -> None:
    assert (await http.put("/faults", json={"recept_lost": 1})).status_code == 422
    assert (await http.put("/faults", json={"reject": 2})).status_code == 422


async def test_the_same_seed_fails_the_same_mails(sink: Sink, http: httpx.AsyncClient) -> None:
    outcomes = []
    for _ in range(2):
        await _faults(http, reject=0.5, seed=7)
        outcome = []
        for number in range(20):
            try:
                await _send(sink, _mail(f"<{number}@yz>", "a@x.cn"))
                outcome.append(True)
            except aiosmtplib.SMTPDataError:
                outcome.append(False)
        outcomes.append(outcome)
    assert outcomes[0] == outcomes[1]
    assert {True, False} == set(outcomes[0])


async def test_a_killed_sink_still_knows_its_mails(sink: Sink, http: httpx.AsyncClient) -> None:

    await _send(sink, _mail("<1@yz>", "a@x.cn"))
    os.kill(sink.child.pid or 0, signal.SIGKILL)
    await sink.child.wait_restarts(1)
    await _send(sink, _mail("<1@yz>", "a@x.cn"))
    assert (await http.get("/counts")).json()["duplicates"] == {"<1@yz>": 2}
    assert "您好" in (await http.get("/messages/<1@yz>")).json()["text"]


async def test_the_receiver_may_be_named_later(sink: Sink, http: httpx.AsyncClient) -> None:
    async with Receiver() as late:
        assert (await http.put("/receipt-url", json={"url": late.url})).status_code == 200
        await _send(sink, _mail("<1@yz>", "a@x.cn"))
        await eventually(lambda: len(late.receipts) == 1)
    assert (await http.put("/receipt-url", json={"url": "file:///x"})).status_code == 422


@pytest.mark.bench
async def test_five_hundred_mails_a_second_on_one_connection(sink: Sink) -> None:

    mails = [_mail(f"<{number}@yz>", "a@x.cn").as_bytes() for number in range(1_000)]

    def send() -> float:
        with smtplib.SMTP("127.0.0.1", sink.smtp_port or 0) as client:
            began = time.perf_counter()
            for mail in mails:
                client.sendmail("yanzhen@x.cn", ["a@x.cn"], mail)
            return 1_000 / (time.perf_counter() - began)

    assert await asyncio.to_thread(send) >= 500


def _mail(message_id: str, *recipients: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Message-ID"] = message_id
    mail["From"] = "yanzhen@x.cn"
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = "组织关系转接"
    mail.set_content("您好 <党员>，介绍信已开出。")
    return mail


async def _send(sink: Sink, mail: EmailMessage) -> None:
    await aiosmtplib.send(mail, hostname="127.0.0.1", port=sink.smtp_port, start_tls=False)


async def _faults(http: httpx.AsyncClient, **faults: Any) -> None:
    assert (await http.put("/faults", json=faults)).status_code == 200
