"""One suite for both buses: what the simulator believes of a bus must be true of JetStream."""

import asyncio

import pytest

from shared.contracts.base import partition_of
from shared.eventstore.records import SequencedMessage
from shared.kernel.json import to_json
from shared.messaging.bus import BusUnavailable, Fenced, ReaderClosed
from shared.messaging.envelope import Envelope
from shared.messaging.memory_bus import MemoryBus
from tests.integration.messaging.conftest import BusUnderTest


def messages(service: str, first: int, count: int) -> list[SequencedMessage]:
    result, heads = [], [0] * 8
    for position in range(1, first + count):
        key = f"k{position % 5}"
        partition = partition_of(key)
        if position >= first:
            headers = {"ce-id": f"id{position}", "ce-type": "yanzhen.x.y.v1", "ce-partitionkey": key}
            subject = f"{service}.evt.a.b.v1.p{partition:02d}"
            message = SequencedMessage(
                position,
                heads[partition],
                partition,
                f"id{position}",
                subject,
                to_json(headers),
                b'{"n":%d}' % position,
            )
            result.append(message)
        heads[partition] = position
    return result


@pytest.mark.parametrize("count", [1, 5, 40, 1200])
async def test_published_messages_get_the_sequence_that_equals_their_position(
    under_test: BusUnderTest, count: int
) -> None:
    await under_test.bus.publish(under_test.stream, messages(under_test.service, 1, count))
    await under_test.bus.publish(under_test.stream, messages(under_test.service, count + 1, 3))
    assert await under_test.bus.last_sequence(under_test.stream) == count + 3
    async with under_test.bus.reader(under_test.stream, 1, range(8)) as reader:
        got: list[Envelope] = []
        while len(got) < count + 3:
            got += await reader.read()
    assert [e.position for e in got] == list(range(1, count + 4))
    expected = messages(under_test.service, 1, count + 3)
    assert [(e.prev, e.partition, e.event_id, e.data) for e in got] == [
        (m.prev, m.partition, m.message_id, m.data) for m in expected
    ]


@pytest.mark.parametrize("count", [2, 60])
@pytest.mark.parametrize("first", [3, 5])
async def test_a_writer_that_is_behind_or_ahead_is_fenced_off(under_test: BusUnderTest, first: int, count: int) -> None:
    await under_test.bus.publish(under_test.stream, messages(under_test.service, 1, 3))
    with pytest.raises(Fenced):
        await under_test.bus.publish(under_test.stream, messages(under_test.service, first, count))
    last = await under_test.bus.last_sequence(under_test.stream)
    async with under_test.bus.reader(under_test.stream, 1, range(8)) as reader:
        got: list[str] = []
        while len(got) < last:
            got += [e.event_id for e in await reader.read()]
    assert got == [f"id{n}" for n in range(1, last + 1)]


async def test_a_reader_starts_where_it_is_told_and_sees_only_its_partitions(under_test: BusUnderTest) -> None:
    all_ = messages(under_test.service, 1, 100)
    await under_test.bus.publish(under_test.stream, all_)
    wanted = {all_[0].partition}
    expected = [m.position for m in all_ if m.partition in wanted and m.position >= 20]
    async with under_test.bus.reader(under_test.stream, 20, sorted(wanted)) as reader:
        got: list[int] = []
        while len(got) < len(expected):
            got += [e.position for e in await reader.read()]
    assert got == expected


async def test_a_reader_waits_for_news(under_test: BusUnderTest) -> None:
    async with under_test.bus.reader(under_test.stream, 1, range(8)) as reader:
        waiting = asyncio.create_task(reader.read())
        await asyncio.sleep(0)
        await under_test.bus.publish(under_test.stream, messages(under_test.service, 1, 2))
        got = await waiting
        while len(got) < 2:
            got += await reader.read()
        assert [e.position for e in got] == [1, 2]


async def test_a_reader_whose_server_side_is_gone_says_so(under_test: BusUnderTest) -> None:
    async with under_test.bus.reader(under_test.stream, 1, range(8)) as reader:
        waiting = asyncio.create_task(reader.read())
        await asyncio.sleep(0)
        if isinstance(under_test.bus, MemoryBus):
            under_test.bus.cut_readers()
        else:
            assert under_test.client is not None
            js = under_test.client.jetstream()
            [consumer] = await js.consumers_info(under_test.stream)
            await js.delete_consumer(under_test.stream, consumer.name)
        with pytest.raises(ReaderClosed):
            await waiting


async def test_a_stream_that_does_not_exist_is_an_error_never_made(under_test: BusUnderTest) -> None:
    with pytest.raises(BusUnavailable):
        await under_test.bus.last_sequence("OUT_NOWHERE")
    with pytest.raises(BusUnavailable):
        await under_test.bus.publish("OUT_NOWHERE", messages("nowhere", 1, 1))
    with pytest.raises(BusUnavailable):
        async with under_test.bus.reader("OUT_NOWHERE", 1, range(8)):
            pass


async def test_the_bell_wakes_whoever_listens(under_test: BusUnderTest) -> None:
    rung = asyncio.Event()
    await under_test.bus.on_ring("door", rung.set)
    if under_test.client:
        await under_test.client.flush()
    await under_test.bus.ring("door")
    async with asyncio.timeout(5):
        await rung.wait()
