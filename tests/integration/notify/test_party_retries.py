"""A party whose delivery failed is told again when that is asked for: once per asking, and never beside a message that may
still arrive."""

from datetime import UTC, datetime

import pytest

from services.notify.domain.message.identity import message_id_of
from services.notify.domain.templates import template_name_for
from services.notify.domain.vocabulary import Channel
from shared.contracts.mobility import PartyRetried
from tests.integration.notify.world import MEMBER, Sinks, World

CHANNELS: tuple[Channel, ...] = ("email", "sms")


async def asked_again(world: World, attempt: int) -> None:
    await world.hear(
        PartyRetried(
            relocation_id=world.transfer_id, member_id="m1", party_id=MEMBER.party_id, attempt=attempt, asked_by="clerk",
            retried_at=datetime(2026, 5, 2, tzinfo=UTC),
        )
    )  # fmt: skip


def retry(world: World, channel: Channel, attempt: int) -> str:
    return message_id_of(world.transfer_id, MEMBER.party_id, template_name_for(MEMBER.role), channel, attempt)


async def messages(world: World) -> set[str]:
    return {row["message_id"] for row in await world.store.find_rows("messages", {"relocation_id": world.transfer_id})}


async def refused(world: World, sinks: Sinks) -> None:
    """The member's address is refused on both channels: nobody has been told."""
    await world.admit("m1", phone="12345", email="nobody")
    await world.accept(MEMBER)
    await world.send()
    for channel in CHANNELS:
        await world.until(world.of(MEMBER, channel), "undelivered")


@pytest.mark.usefixtures("served")
async def test_a_party_that_was_not_reached_gets_its_message_once_per_retry(world: World, sinks: Sinks) -> None:
    await refused(world, sinks)
    await world.admit("m1")  # somebody has corrected the number
    for _ in range(2):
        await asked_again(world, 1)
    await world.send()
    for channel in CHANNELS:
        await world.until(retry(world, channel, 1), "delivered")
        assert len(await sinks.received(channel, retry(world, channel, 1))) == 1
        assert await sinks.received(channel, world.of(MEMBER, channel)) == []
    assert len(await messages(world)) == 4


async def test_nobody_is_told_beside_a_message_that_may_still_arrive(world: World, sinks: Sinks) -> None:
    await refused(world, sinks)
    await world.admit("m1")
    await asked_again(world, 1)
    await asked_again(world, 2)  # before the first try has come to an end
    assert await messages(world) == {
        *(world.of(MEMBER, channel) for channel in CHANNELS),
        *(retry(world, channel, 1) for channel in CHANNELS),
    }


async def test_who_was_not_reached_again_is_tried_once_more(world: World, sinks: Sinks) -> None:
    await refused(world, sinks)
    await asked_again(world, 1)
    await world.send()
    for channel in CHANNELS:
        await world.until(retry(world, channel, 1), "undelivered")
    await asked_again(world, 2)
    assert {retry(world, channel, 2) for channel in CHANNELS} <= await messages(world)
