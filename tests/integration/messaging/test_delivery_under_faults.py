"""From append to effect on real PostgreSQL and NATS, while things break: nothing lost, doubled or out of order."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from nats.aio.client import Client
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.eventstore.migrate import migrate
from shared.eventstore.model import ServiceModel
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from shared.kernel.json import from_json
from shared.messaging.handlers import Handlers, On
from shared.messaging.nats_bus import NatsBus
from shared.messaging.outbound import NotLeader
from shared.messaging.postgres_outbound import PostgresOutboundQueue
from shared.messaging.provisioning import StreamSpec, ensure_stream
from shared.messaging.relay import StreamAhead
from tests.support.harness import Harness, eventually, stopping
from tests.support.kernel import assemble, under
from tests.support.sample import MODEL, AccountCredited, follower
from tests.support.servers import Servers

ACCOUNTS = [f"a{n}" for n in range(12)]


@pytest.fixture
async def harness(engine: AsyncEngine, nats_client: Client) -> AsyncIterator[Harness]:
    stream = f"OUT_SAMPLE_{uuid.uuid4().hex[:6]}"
    prefix = f"s{uuid.uuid4().hex[:8]}"
    await ensure_stream(nats_client.jetstream(), StreamSpec(stream, (f"{prefix}.evt.>",)))
    await migrate(engine, MODEL)
    kernel = assemble(MODEL, PostgresStore(engine, MODEL.views))
    under(kernel, prefix)
    async with stopping(Harness(kernel, PostgresOutboundQueue(engine), NatsBus(nats_client), stream)) as harness:
        yield harness
    with contextlib.suppress(Exception):
        await nats_client.jetstream().delete_stream(stream)


async def follow_in_database(harness: Harness, url: str, name: str, handlers: Handlers | None = None) -> Any:
    engine = create_async_engine(url)
    model = follower(name)
    await migrate(engine, ServiceModel(name, (), projections=model.projections, views=model.views))
    return harness.follow(name, PostgresStore(engine, model.views), handlers), engine


async def traffic(harness: Harness, rounds: int) -> dict[str, int]:
    for _ in range(rounds):
        await asyncio.gather(*(harness.credit(account, 1) for account in ACCOUNTS))
    rows = await harness.kernel.store.find_rows("accounts", {})
    return {row["account"]: row["cents"] for row in rows}


async def test_everything_appended_arrives_once_and_in_order(harness: Harness) -> None:
    harness.start(harness.relay())
    followers = [harness.run(harness.follow(name)) for name in ("one", "two", "three")]
    expected = await traffic(harness, 20)
    assert expected == dict.fromkeys(ACCOUNTS, 20)
    for one in followers:
        await eventually(lambda one=one: _equal(one, expected))  # type: ignore[misc]


async def _equal(one: Any, expected: dict[str, int]) -> bool:
    return bool(await one.credits() == expected)


async def test_of_two_relays_one_leads_and_the_other_takes_over(harness: Harness) -> None:
    first, second = harness.relay(), harness.relay()
    leading = harness.start(first)
    await eventually(lambda: first.leading)
    harness.start(second)
    one = harness.run(harness.follow("one"))
    await traffic(harness, 3)
    assert not second.leading
    leading.cancel()
    expected = await traffic(harness, 3)
    await eventually(lambda: _equal(one, expected))
    assert second.leading


async def test_only_one_can_lead_at_a_time(harness: Harness) -> None:
    async with harness.queue.lead():
        with pytest.raises(NotLeader):
            async with harness.queue.lead():
                pass
    async with harness.queue.lead():
        pass


async def test_a_leader_whose_session_is_gone_notices_before_it_can_do_harm(
    harness: Harness, engine: AsyncEngine
) -> None:
    async def deposed() -> None:
        async with harness.queue.lead() as stale:
            async with engine.connect() as connection:
                await connection.execute(
                    text(
                        "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                        " WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()"
                    )
                )
            await harness.credit("a", 1)
            await stale.sequence(10)

    with pytest.raises(NotLeader):
        await deposed()
    async with harness.queue.lead() as leadership:
        assert [m.position for m in await leadership.sequence(10)] == [1, 2]


async def test_a_stale_leader_is_refused_by_the_broker(harness: Harness) -> None:
    async with harness.queue.lead() as leadership:
        await harness.credit("a", 1)
        batch = list(await leadership.sequence(10))
        await harness.bus.publish(harness.stream, batch)
        await harness.credit("a", 1)
        later = list(await leadership.sequence(10))
    relay = harness.relay()
    harness.start(relay)
    await eventually(lambda: relay.published == 3)
    # The one who sequenced `later` wakes up and publishes what the new leader has published already.
    with contextlib.suppress(Exception):
        await harness.bus.publish(harness.stream, [*batch, *later])
    assert await harness.bus.last_sequence(harness.stream) == 3


async def test_a_broker_that_lost_everything_is_filled_again_from_the_database(
    harness: Harness, nats_client: Client
) -> None:
    harness.start(harness.relay())
    one = harness.run(harness.follow("one"))
    expected = await traffic(harness, 5)
    await eventually(lambda: _equal(one, expected))
    js = nats_client.jetstream()
    subjects = (await js.stream_info(harness.stream)).config.subjects or []
    await js.delete_stream(harness.stream)
    await ensure_stream(js, StreamSpec(harness.stream, tuple(subjects)))
    late = harness.run(harness.follow("late"))
    expected = await traffic(harness, 5)
    for each in (one, late):
        await eventually(lambda each=each: _equal(each, expected))  # type: ignore[misc]


async def test_a_stream_that_is_ahead_of_the_database_stops_the_relay(harness: Harness, engine: AsyncEngine) -> None:
    async with harness.queue.lead() as leadership:
        await harness.credit("a", 1)
        await harness.bus.publish(harness.stream, list(await leadership.sequence(10)))
    async with engine.begin() as connection:
        # A database restored from a backup does not know what was published after it.
        await connection.execute(text("ALTER TABLE outbound DISABLE TRIGGER ALL"))
        await connection.execute(text("DELETE FROM outbound WHERE position = 2"))
    relay = harness.relay()
    with pytest.raises(StreamAhead):
        async with harness.queue.lead() as leadership:
            await relay._recover(leadership)


async def test_two_instances_of_one_consumer_have_each_effect_once(harness: Harness, database_url: str) -> None:
    harness.start(harness.relay())
    one, engine_one = await follow_in_database(harness, database_url, "twin")
    two, engine_two = await follow_in_database(harness, database_url, "twin")
    expected = await traffic(harness, 15)
    # Both have read the same messages before either has handled one: that one is slower must not be why nothing is doubled.
    first, second = await one.consumer.next(), await two.consumer.next()
    await asyncio.gather(one.consumer.handle(first), two.consumer.handle(second))
    harness.run(one)
    harness.run(two)
    await eventually(lambda: _equal(one, expected))
    await traffic(harness, 0)
    assert await two.credits() == expected
    await harness.stop()
    await engine_one.dispose()
    await engine_two.dispose()


async def test_a_killed_broker_is_caught_up_with(harness: Harness, servers: Servers) -> None:
    harness.start(harness.relay())
    one = harness.run(harness.follow("one"))
    await traffic(harness, 3)
    for _ in range(2):
        await servers.kill("nats")
        expected = await traffic(harness, 3)
        await servers.back("nats")
    await eventually(lambda: _equal(one, expected), 60)


async def test_a_message_that_cannot_be_handled_holds_up_its_key_only(harness: Harness, database_url: str) -> None:
    healed = False

    async def react(event: AccountCredited, _: UnitOfWork) -> None:
        if event.account == "a3" and event.cents == 13 and not healed:
            raise Refused("no-thirteen", "thirteen is refused")

    handlers = Handlers(follower("picky"), {AccountCredited: On(react)})
    one, engine = await follow_in_database(harness, database_url, "picky", handlers)
    harness.run(one)
    harness.start(harness.relay())
    await harness.credit("a3", 1)
    await harness.credit("a3", 13)
    await harness.credit("a3", 2)
    await traffic(harness, 2)
    others = {account: 2 for account in ACCOUNTS if account != "a3"}
    await eventually(lambda: _equal(one, others | {"a3": 1}))
    [(number, status, letter)] = await one.kernel.store.dead_letters("picky")
    assert (status, letter.code, letter.key) == ("dead", "no-thirteen", "a3")
    await eventually(lambda: _parked(one, harness.stream, 3))

    assert await one.kernel.store.request_dead_letter(number, "replay")
    assert await one.consumer.settle_requested() == 0  # still refused: it stays where it is
    assert [s for _, s, _ in await one.kernel.store.dead_letters("picky")] == ["dead"]

    healed = True
    assert await one.kernel.store.request_dead_letter(number, "replay")
    assert await one.consumer.settle_requested() == 4
    await harness.credit("a3", 5)
    await eventually(lambda: _equal(one, others | {"a3": 1 + 13 + 2 + 2 + 5}))
    await harness.stop()
    await engine.dispose()


async def _parked(one: Any, stream: str, count: int) -> bool:
    return len(await one.kernel.store.parked_messages("picky", stream, "a3")) == count


async def test_a_discarded_message_lets_go_of_what_waits_behind_it(harness: Harness) -> None:
    async def react(event: AccountCredited, _: UnitOfWork) -> None:
        if event.cents == 13:
            raise ValueError("a bug")

    one = harness.run(harness.follow("picky", handlers=Handlers(follower("picky"), {AccountCredited: On(react)})))
    harness.start(harness.relay())
    for cents in (1, 13, 2):
        await harness.credit("a3", cents)
    await eventually(lambda: _parked(one, harness.stream, 1))
    [(number, _, letter)] = await one.kernel.store.dead_letters()
    assert letter.code == "handler-failed"
    assert "bug" not in letter.detail
    await one.kernel.store.request_dead_letter(number, "discard")
    assert await one.consumer.settle_requested() == 2
    await eventually(lambda: _equal(one, {"a3": 3}))


async def test_the_public_order_is_gapless_and_keeps_the_order_of_each_stream(harness: Harness) -> None:
    for n in range(12):
        await harness.credit("a", n + 1)
        await harness.credit("b", n + 1)
    async with harness.queue.lead() as leadership:
        placed = [*await leadership.sequence(7), *await leadership.sequence(100)]
        assert list(await leadership.sequence(100)) == []
    assert [m.position for m in placed] == list(range(1, len(placed) + 1))
    heads = [0] * 8
    for message in placed:
        assert message.prev == heads[message.partition]
        heads[message.partition] = message.position
    for account in ("a", "b"):
        cents = [d["cents"] for m in placed if (d := from_json(m.data))["account"] == account and "cents" in d]
        assert cents == list(range(1, 13))
