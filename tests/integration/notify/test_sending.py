"""A relocation reaches every party on every channel, once, by name, with proof."""

import asyncio
from datetime import UTC, datetime

import pytest

from services.notify.domain.vocabulary import Channel
from shared.contracts.parties import InterestedParty
from shared.contracts.registry import MemberContactChanged, PersonErased
from tests.integration.notify.world import MEMBER, OFFICE, STATION, Sinks, World

CHANNELS: tuple[Channel, ...] = ("email", "sms")


@pytest.mark.usefixtures("served")
async def test_every_party_is_told_on_every_channel_and_receipts_prove_it(world: World, sinks: Sinks) -> None:
    await world.accept(MEMBER, STATION)
    await world.send()
    for party in (MEMBER, STATION):
        for channel in CHANNELS:
            await world.until(world.of(party, channel), "delivered")
            assert len(await sinks.received(channel, world.of(party, channel))) == 1
    [mail] = await sinks.mails(world.of(MEMBER, "email"))
    assert mail["subject"] == "您的组织关系已转至中共第二支部"
    # Accepted on 30 April in Greenwich, which was 1 May in Shanghai.
    assert "王小雁同志：" in mail["text"]
    assert "2026年5月1日由中共第一支部转至中共第二支部" in mail["text"]
    assert mail["recipients"] == ["m1@mail.example"]
    [text] = await sinks.texts(world.of(STATION, "sms"))
    assert text["phone"] == "13800138000"
    assert text["text"].startswith("【雁阵】王小雁同志的组织关系已由中共第一支部转至中共第二支部")
    assert (await world.row(world.of(STATION, "sms")))["provider_reference"] == text["biz_id"]


async def test_a_repeated_acceptance_sends_nothing_more(world: World, sinks: Sinks) -> None:
    for _ in range(2):
        await world.accept(MEMBER)
        await world.send()
    for channel in CHANNELS:
        assert len(await sinks.received(channel, world.of(MEMBER, channel))) == 1


async def test_two_senders_that_see_the_same_messages_send_each_once(world: World, sinks: Sinks) -> None:
    parties = [MEMBER.model_copy(update={"party_id": f"p{n}"}) for n in range(20)]
    await world.accept(*parties)
    pairs = [(world.lane(channel), world.lane(channel)) for channel in CHANNELS]
    for one, other in pairs:
        await asyncio.gather(one.do_due(), other.do_due())
        await one.idle()
        await other.idle()
        assert await one.do_due() == 0
    for channel in CHANNELS:
        for party in parties:
            assert len(await sinks.received(channel, world.of(party, channel))) == 1


async def test_an_office_with_a_landline_is_not_reached_by_text_and_nobody_is_asked(world: World, sinks: Sinks) -> None:
    await world.accept(OFFICE)
    await world.send()
    row = await world.row(world.of(OFFICE, "sms"))
    assert (row["status"], row["code"]) == ("undelivered", "bad-mobile-phone")
    assert await sinks.texts(world.of(OFFICE, "sms")) == []
    assert (await world.row(world.of(OFFICE, "email")))["status"] == "submitted"


@pytest.mark.parametrize("late", [False, True])
async def test_an_erased_person_is_neither_written_to_nor_about(world: World, sinks: Sinks, late: bool) -> None:
    if late:  # the key is gone, the news of it still on its way
        await world.sealer._keyring.destroy("m1")
    else:
        await world.hear(PersonErased(person_id="m1", erased_at=datetime.now(UTC)))
    await world.accept(MEMBER, STATION)
    await world.send()
    for channel in CHANNELS:
        assert (await world.row(world.of(MEMBER, channel)))["code"] == "recipient-erased"
        assert (await world.row(world.of(STATION, channel)))["code"] == "subject-erased"
        for party in (MEMBER, STATION):
            assert await sinks.received(channel, world.of(party, channel)) == []


async def test_a_member_without_an_address_is_told_on_the_other_channel(world: World) -> None:
    email = await world.sealer.seal("m1", "email", "new@mail.example")
    await world.hear(MemberContactChanged(member_id="m1", phone=None, email=email))
    await world.accept(MEMBER)
    await world.send()
    assert (await world.row(world.of(MEMBER, "sms")))["code"] == "no-address"
    [mail] = await world.sinks.mails(world.of(MEMBER, "email"))
    assert mail["recipients"] == ["new@mail.example"]


async def test_a_recipient_the_registry_has_not_told_us_of_yet_is_tried_again(world: World) -> None:
    party = InterestedParty(party_id="p", kind="member", ref_id="m2", role="liaison", channels=("email",))
    await world.accept(party)
    await world.send()
    row = await world.row(world.of(party, "email"))
    assert (row["status"], row["code"], row["next_step"]) == ("retry", "recipient-unknown", "retry")
    await world.admit("m2")
    await world.pass_time(61)
    await world.send()
    assert (await world.row(world.of(party, "email")))["status"] == "submitted"


@pytest.mark.parametrize("address", ["a\r\nBcc:x@y", "<x@y>", "a,b@c", "张@例子.中国", '"x"@y', "x@[1.2.3.4]"])
async def test_an_address_that_could_mean_something_else_is_refused(world: World, address: str) -> None:
    await world.admit("m3", phone=None, email=address)
    party = InterestedParty(party_id="p", kind="member", ref_id="m3", role="liaison", channels=("email",))
    await world.accept(party)
    await world.send()
    assert (await world.row(world.of(party, "email")))["code"] == "bad-address"


async def test_one_broken_contact_does_not_hold_up_the_others(world: World) -> None:
    await world.admit("m4")
    world.sealer._keyring._keys.pop("m4")  # type: ignore[attr-defined]
    lost = InterestedParty(party_id="p4", kind="member", ref_id="m4", role="liaison", channels=("email",))
    await world.accept(lost, MEMBER)
    await world.send()
    assert (await world.row(world.of(lost, "email")))["code"] == "key-missing"
    assert (await world.row(world.of(MEMBER, "email")))["status"] == "submitted"
