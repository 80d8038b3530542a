"""What a provider did with a message is known, or it is unknown; an unknown one is never sent again blindly."""

import asyncio
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

import pytest

from services.notify.domain.template import Rendered
from services.notify.domain.vocabulary import Channel
from services.notify.providers.outcome import Declined, Finding, Outcome, Taken, Unreachable
from services.notify.providers.parcel import Parcel
from services.notify.providers.sms_gateway import SmsGateway
from services.notify.providers.smtp_server import SmtpAccount, SmtpServer
from services.notify.sending.recovery import recover
from tests.integration.notify.world import MEMBER, TIMEOUT, Sinks, World

DAY = 86_400


class Broken:
    """A provider in front of a real one. `before` and `after` happen around its call, as a crash of ours would."""

    def __init__(self, real: SmsGateway | SmtpServer, *, call: bool, hang: bool = False) -> None:
        self.name = real.name
        self.address = real.address
        self._real = real
        self._call = call
        self._hang = hang
        self.calls = 0

    async def prepare(self) -> None:
        await self._real.prepare()

    async def send(self, parcel: Parcel) -> Outcome:
        self.calls += 1
        if self._call:
            await self._real.send(parcel)
        if self._hang:
            await asyncio.Event().wait()
        raise RuntimeError("crash")

    async def look_up(self, message_id: str) -> Finding:
        return await self._real.look_up(message_id)

    async def close(self) -> None:
        await self._real.close()


async def test_a_text_whose_answer_does_not_come_is_unknown_and_found_when_asked_for(
    world: World, sinks: Sinks
) -> None:
    await sinks.fail("sms", accept_then_time_out=1, time_out_ms=60_000)
    await world.accept(MEMBER)
    await world.send()
    message = world.of(MEMBER, "sms")
    assert (await world.row(message))["status"] == "unknown"
    await world.send()
    await world.pass_time(121)
    await world.send()
    row = await world.row(message)
    [text] = await sinks.texts(message)
    assert (row["status"], row["attempts"], row["provider_reference"]) == ("delivered", 1, text["biz_id"])


async def test_a_mail_whose_connection_dies_is_unknown_until_a_receipt_comes(
    world: World, sinks: Sinks, served: str
) -> None:
    await sinks.fail("email", accept_then_drop_connection=1, receipt_late=1, receipt_late_ms=500)
    await world.accept(MEMBER)
    await world.send()
    message = world.of(MEMBER, "email")
    assert (await world.row(message))["status"] == "unknown"
    await world.send()
    await world.until(message, "delivered")
    assert len(await sinks.mails(message)) == 1


async def test_a_mail_of_unknown_outcome_without_receipt_expires_and_is_not_repeated(
    world: World, sinks: Sinks
) -> None:
    await sinks.fail("email", accept_then_drop_connection=1)
    await world.accept(MEMBER)
    for _ in range(8):
        await world.send()
        await world.pass_time(DAY / 2)
    message = world.of(MEMBER, "email")
    row = await world.row(message)
    assert (row["status"], row["code"], row["attempts"]) == ("undelivered", "EXPIRED", 1)
    assert len(await sinks.mails(message)) == 1


@pytest.mark.parametrize("channel", ["email", "sms"])
@pytest.mark.parametrize("called", [False, True])
async def test_a_fault_of_ours_during_the_call_leaves_it_unknown(
    world: World, sinks: Sinks, channel: Channel, called: bool
) -> None:
    real = cast("SmsGateway | SmtpServer", world.provider(channel))
    broken = Broken(real, call=called)
    await world.accept(MEMBER)
    lane = world.lanes[channel] = world.lane(channel, broken)
    for _ in range(2):
        await lane.do_due()
        await lane.idle()
    message = world.of(MEMBER, channel)
    assert broken.calls == 1
    assert (await world.row(message))["status"] == "unknown"
    assert len(await sinks.received(channel, message)) == called


async def test_a_text_that_the_gateway_never_had_is_sent_after_a_pause(world: World, sinks: Sinks) -> None:
    lane = world.lane("sms", Broken(cast("SmsGateway", world.provider("sms")), call=False))
    await world.accept(MEMBER)
    await lane.do_due()
    await lane.idle()
    message = world.of(MEMBER, "sms")
    await world.pass_time(121)
    await world.send()  # asks, and learns that it was never there
    assert ((await world.row(message))["code"], await sinks.texts(message)) == ("NOT_SENT", [])
    await world.pass_time(61)
    await world.send()
    assert ((await world.row(message))["status"], len(await sinks.texts(message))) == ("submitted", 1)


@pytest.mark.parametrize("channel", ["email", "sms"])
async def test_a_sender_that_died_during_a_call_is_recovered_without_sending_again(
    world: World, sinks: Sinks, channel: Channel
) -> None:
    real = cast("SmsGateway | SmtpServer", world.provider(channel))
    dying = world.lane(channel, Broken(real, call=True, hang=True))
    await world.accept(MEMBER)
    await dying.do_due()
    message = world.of(MEMBER, channel)

    async def called() -> bool:
        return len(await sinks.received(channel, message)) == 1

    await world.eventually(called)
    for task in dying._busy.values():
        task.cancel()  # kill -9, as far as the database can tell
    await asyncio.sleep(0)
    await world.send()
    assert (await world.row(message))["status"] == "attempting"
    began = time.monotonic()
    again = world.lanes[channel]
    assert await recover(world.kernel.executor, again._to_do, TIMEOUT) == 1
    assert time.monotonic() - began < TIMEOUT + 0.5
    await world.send()
    assert (await world.row(message))["status"] == "unknown"
    assert await called()


async def test_an_attempt_whose_sender_never_comes_back_is_closed_by_its_deadline(world: World) -> None:
    dying = world.lane("sms", Broken(cast("SmsGateway", world.provider("sms")), call=True, hang=True))
    await world.accept(MEMBER)
    await dying.do_due()
    await asyncio.sleep(0.2)
    for task in dying._busy.values():
        task.cancel()
    await world.pass_time(121)
    assert (await world.row(world.of(MEMBER, "sms")))["status"] == "unknown"


@pytest.mark.parametrize(
    ("channel", "fault", "code"),
    [
        ("email", {"reject": 1, "reject_reply": "451 4.3.0 m1@mail.example is busy"}, "451"),
        ("sms", {"fail": 1}, "isp.SYSTEM_ERROR"),
    ],
)
async def test_a_refusal_that_may_pass_is_tried_again(
    world: World, sinks: Sinks, channel: Channel, fault: dict[str, object], code: str
) -> None:
    await sinks.fail(channel, **fault)
    await world.accept(MEMBER)
    await world.send()
    message = world.of(MEMBER, channel)
    row = await world.row(message)
    assert (row["status"], row["code"]) == ("retry", code)
    await sinks.fail(channel)
    await world.send()
    assert await sinks.received(channel, message) == []
    await world.pass_time(61)
    await world.send()
    row = await world.row(message)
    assert (row["status"], row["attempts"], len(await sinks.received(channel, message))) == ("submitted", 2, 1)


async def test_refusals_come_to_an_end(world: World, sinks: Sinks) -> None:
    await sinks.fail("sms", fail=1)
    await world.accept(MEMBER)
    for _ in range(4):
        await world.send()
        await world.pass_time(301)
    row = await world.row(world.of(MEMBER, "sms"))
    assert (row["status"], row["attempts"]) == ("undelivered", 3)


async def test_a_final_refusal_is_not_tried_again_and_does_not_quote_the_address(world: World, sinks: Sinks) -> None:
    await sinks.fail("email", reject=1, reject_reply="550 5.1.1 <m1@mail.example> unknown")
    await world.accept(MEMBER)
    await world.send()
    row = await world.row(world.of(MEMBER, "email"))
    assert (row["status"], row["code"], row["attempts"]) == ("undelivered", "550", 1)
    events = await world.store.read_streams({f"message-{world.of(MEMBER, 'email')}": 0})
    assert "m1@mail.example" not in str(events)


async def test_texts_are_undelivered_when_the_receipt_says_so(world: World, sinks: Sinks, served: str) -> None:
    await sinks.fail("sms", undeliverable=["13900139000"])
    await sinks.fail("email", undeliverable=["m1@mail.example"])
    await world.accept(MEMBER)
    await world.send()
    for channel, code in (("sms", "MK:0001"), ("email", "550 5.1.1")):
        await world.until(world.of(MEMBER, channel), "undelivered")  # type: ignore[arg-type]
        assert (await world.row(world.of(MEMBER, channel)))["code"] == code  # type: ignore[arg-type]


async def test_a_lost_receipt_of_a_text_is_made_good_by_asking(world: World, sinks: Sinks, served: str) -> None:
    await sinks.fail("sms", receipt_lost=1)
    await world.accept(MEMBER)
    await world.send()
    message = world.of(MEMBER, "sms")
    assert (await world.row(message))["status"] == "submitted"
    await world.pass_time(121)
    await world.send()
    assert (await world.row(message))["status"] == "delivered"


async def test_receipts_that_come_twice_count_once(world: World, sinks: Sinks, served: str) -> None:
    for channel in ("email", "sms"):
        await sinks.fail(channel, receipt_twice=1)
    await world.accept(MEMBER)
    await world.send()
    for channel in ("email", "sms"):
        message = world.of(MEMBER, channel)  # type: ignore[arg-type]
        await world.until(message, "delivered")
        await asyncio.sleep(0.1)
        stored = (await world.store.read_streams({f"message-{message}": 0}))[f"message-{message}"]
        assert [event.type for event in stored].count("message-delivered") == 1


async def test_an_outage_costs_no_message_an_attempt_and_ends_by_itself(world: World, sinks: Sinks) -> None:
    nowhere = SmtpServer(SmtpAccount("127.0.0.1", 1, "a@b.example", "b"), timeout=TIMEOUT, clock=world.clock)
    await world.accept(MEMBER)
    lane = world.lane("email", nowhere)
    sending = asyncio.create_task(lane.do_due())
    await asyncio.sleep(0.3)
    assert (await world.row(world.of(MEMBER, "email")))["attempts"] == 0
    nowhere._account = SmtpAccount(sinks.stack.smtp_host, sinks.stack.smtp_port, "a@b.example", "yanzhen.invalid")
    await sending
    await lane.idle()
    assert len(await sinks.mails(world.of(MEMBER, "email"))) == 1


async def test_nobody_there_shuts_the_gate_until_somebody_is(world: World) -> None:
    class Away:
        name = "away"
        address: Mapping[str, str | int] = MappingProxyType({})
        knocks = 0

        async def prepare(self) -> None:
            self.knocks += 1
            if self.knocks == 2:
                raise Unreachable("away")

        async def send(self, parcel: Parcel) -> Outcome:
            return Taken("r") if self.knocks > 2 else Declined("unreachable", permanent=False, unreachable=True)

        async def look_up(self, message_id: str) -> Finding:
            return None

        async def close(self) -> None:
            return

    away = Away()
    await world.accept(MEMBER)
    lane = world.lane("sms", away)
    await lane.do_due()
    await lane.idle()
    assert (await world.row(world.of(MEMBER, "sms")))["status"] == "retry"
    await world.pass_time(61)
    await lane.do_due()
    await lane.idle()
    assert (away.knocks, (await world.row(world.of(MEMBER, "sms")))["status"]) == (3, "submitted")


async def test_a_template_the_gateway_lacks_is_no_fault_of_the_message_and_shuts_the_gate(
    world: World, sinks: Sinks
) -> None:
    gateway = cast("SmsGateway", world.provider("sms"))
    answer = await gateway.send(_parcel("no-such-template"))
    assert answer == Declined("isv.SMS_TEMPLATE_ILLEGAL", permanent=False, unreachable=True)
    await gateway.close()


def _parcel(template: str) -> Parcel:
    return Parcel("x", "13800138000", template, {}, Rendered("", "x"))


async def test_a_kept_connection_that_died_meanwhile_costs_nothing(world: World, sinks: Sinks) -> None:
    server = cast("SmtpServer", world.provider("email"))
    lane = world.lane("email", server)
    await world.accept(MEMBER)
    await server.prepare()
    [(_, client)] = server._idle
    assert client.transport is not None
    client.transport.abort()  # type: ignore[attr-defined]
    await lane.do_due()
    await lane.idle()
    row = await world.row(world.of(MEMBER, "email"))
    assert (row["status"], row["attempts"]) == ("submitted", 1)


async def test_the_loop_sends_what_is_queued_while_it_runs_and_finishes_calls_when_told_to_stop(
    world: World, sinks: Sinks
) -> None:
    lane = world.lane("sms")
    running = asyncio.create_task(lane.run())
    await world.accept(MEMBER)
    await world.until(world.of(MEMBER, "sms"), "submitted")
    await sinks.fail("sms", delay_ms=300)
    world.transfer_id += "b"
    await world.accept(MEMBER)
    await world.until(world.of(MEMBER, "sms"), "attempting")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await world.row(world.of(MEMBER, "sms")))["status"] == "submitted"
