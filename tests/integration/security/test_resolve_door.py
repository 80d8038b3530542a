"""Personal data is opened for whom and what it may be opened, on record; the broker and the door both see to it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from nats.aio.client import Client
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.eventstore.audit import AuditRecord
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres import audit_trail
from shared.eventstore.postgres.store import PostgresStore
from shared.kernel.errors import Forbidden, Invalid, Refused, Unavailable, YanzhenError
from shared.kernel.json import from_json, to_json
from shared.kernel.sealed import ERASED
from shared.privacy.memory_keyring import InMemoryKeyring
from shared.privacy.opening import LocalOpener
from shared.privacy.remote_sealer import RemoteSealer
from shared.privacy.reply_box import BoxKey
from shared.privacy.resolve_door import ResolveDoor
from shared.privacy.resolve_subject import DOOR, SUBJECT
from shared.privacy.resolver import Resolver
from shared.privacy.sealer import WORDS, Sealer, ToOpen, ToSeal
from tests.integration.security.conftest import Connect
from tests.support.kernel import assemble
from tests.support.sample import MODEL, VIEWS

UNSEALED = {"person_id": "m1", "field": "name", "sealed": "张三"}


@dataclass
class Registry:
    """The door, and the keys behind it."""

    engine: AsyncEngine
    keyring: InMemoryKeyring
    sealer: Sealer
    door: ResolveDoor

    async def value(self, person: str, field: str, content: str) -> ToOpen:
        return ToOpen(person, field, await self.sealer.seal(person, field, content))

    async def trail(self) -> list[AuditRecord]:
        return [record async for record in audit_trail.read(self.engine)]


@pytest.fixture
async def registry(engine: AsyncEngine, connect: Connect) -> AsyncIterator[Registry]:
    await migrate(engine, MODEL)
    kernel = assemble(MODEL, PostgresStore(engine, VIEWS))
    keyring = InMemoryKeyring()
    sealer = Sealer(keyring)
    client = (await connect(DOOR)).client
    door = ResolveDoor(client, LocalOpener(sealer), kernel.executor, sealer, BoxKey())
    task = asyncio.create_task(door.run())
    await asyncio.sleep(0)
    await client.flush()
    try:
        yield Registry(engine, keyring, sealer, door)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def resolver(connect: Connect, role: str, purpose: str, ttl: float = 0) -> Resolver:
    return Resolver((await connect(role)).client, role, purpose, actor="clerk-7", ttl_seconds=ttl)


async def test_notify_has_names_and_addresses_opened_each_on_its_own_and_on_record(
    registry: Registry, connect: Connect
) -> None:
    fine, phone = await registry.value("m1", "name", "王小雁"), await registry.value("m1", "phone", "13900139000")
    gone = await registry.value("m2", "name", "赵四")
    moved = ToOpen("m1", "phone", fine.sealed)
    await registry.keyring.destroy("m2")

    opened = await (await resolver(connect, "notify", "deliver-message")).open_each([fine, phone, gone, moved, fine])

    assert [opened[0], opened[1], opened[2], opened[4]] == ["王小雁", "13900139000", ERASED, "王小雁"]
    assert isinstance(opened[3], YanzhenError)
    assert opened[3].code == "seal-broken"
    first, second = await registry.trail()
    assert (first.subject, first.actor, first.purpose, first.outcome) == (
        "m1",
        "notify:clerk-7",
        "deliver-message",
        "done",
    )
    assert from_json(second.detail) == {"fields": {"name": "erased"}}
    assert "王小雁" not in first.detail


@pytest.mark.parametrize(
    ("role", "purpose", "field"),
    [
        ("notify", "deliver-message", "resident_id"),
        ("notify", "subject-access", "name"),
        ("mobility", "transfer", "phone"),
        ("mobility", "deliver-message", "name"),
        ("operator", "transfer", "name"),
    ],
)
async def test_what_a_role_has_no_right_to_is_refused_and_the_attempt_is_on_record(
    registry: Registry, connect: Connect, role: str, purpose: str, field: str
) -> None:
    value = await registry.value("m1", field, "x" * 18)

    with pytest.raises(Forbidden, match="not-permitted"):
        await (await resolver(connect, role, purpose)).open_each([value])

    [record] = await registry.trail()
    assert (record.subject, record.outcome, record.purpose) == ("m1", "not-permitted", purpose)


@pytest.mark.parametrize("role", ["assessment", "business-registry"])
async def test_the_broker_lets_no_other_role_ask_under_whatever_name(
    registry: Registry, connect: Connect, role: str
) -> None:
    value = await registry.value("m1", "name", "王小雁")
    connection = await connect(role)

    for name in (role, "notify", "operator"):
        asking = Resolver(connection.client, name, "deliver-message", timeout=0.5)
        with pytest.raises(Unavailable, match="nobody-opens"):
            await asking.open_each([value])
    await connection.client.subscribe(f"{SUBJECT}.*")

    assert "permissions violation" in "".join(await connection.settled()).lower()
    assert await registry.trail() == []


async def test_mobility_has_the_name_on_a_letter_opened_and_the_clerk_is_on_record(
    registry: Registry, connect: Connect
) -> None:
    value = await registry.value("m1", "name", "王小雁")

    assert await (await resolver(connect, "mobility", "transfer")).open_each([value]) == ["王小雁"]

    [record] = await registry.trail()
    assert (record.actor, record.purpose, record.outcome) == ("mobility:clerk-7", "transfer", "done")


async def test_notify_cannot_ask_as_the_operator(registry: Registry, connect: Connect) -> None:
    value = await registry.value("m1", "resident_id", "11010519491231002X")
    connection = await connect("notify")

    with pytest.raises(Unavailable):
        await Resolver(connection.client, "operator", "subject-access", timeout=0.5).open_each([value])

    assert await registry.trail() == []


async def test_without_a_record_there_is_no_answer(registry: Registry, connect: Connect) -> None:
    value = await registry.value("m1", "name", "王小雁")
    async with registry.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE audit ADD CONSTRAINT no_more CHECK (number < 1) NOT VALID"))

    with pytest.raises(Unavailable):
        await (await resolver(connect, "notify", "deliver-message")).open_each([value])


async def test_an_answer_is_remembered_for_a_while_and_an_erasure_takes_effect_after_it(
    registry: Registry, connect: Connect
) -> None:
    value = await registry.value("m1", "name", "王小雁")
    asking = await resolver(connect, "notify", "deliver-message", ttl=0.05)

    assert await asking.open_each([value]) == ["王小雁"]
    assert await asking.open_each([value]) == ["王小雁"]
    asked_once = len(await registry.trail())
    await registry.keyring.destroy("m1")
    async with asyncio.timeout(10):
        while await asking.open_each([value]) != [ERASED]:
            await asyncio.sleep(0.02)

    assert asked_once <= 2
    assert asking._known == {}
    with pytest.raises(ValueError, match="erasure comes too late"):
        Resolver((await connect("notify")).client, "notify", "deliver-message", ttl_seconds=3600)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"nonsense", b"[]", b"{}", b'{"purpose": "deliver-message", "key": "", "values": []}',
        to_json({"purpose": "deliver-message", "key": "AAAA", "values": [UNSEALED]}).encode(),
    ],
)  # fmt: skip
async def test_what_is_no_question_gets_an_answer_that_says_so_and_repeats_nothing(
    registry: Registry, connect: Connect, body: bytes
) -> None:
    client: Client = (await connect("notify")).client

    answer = from_json((await client.request(f"{SUBJECT}.notify", body, timeout=5)).data)

    assert answer["status"] == 422
    assert answer["code"] in ("bad-resolve-request", "bad-asker-key")
    assert "张三" not in str(answer)


async def test_words_are_sealed_for_whoever_may_and_travel_to_the_door_in_a_box(
    registry: Registry, connect: Connect
) -> None:
    client = (await connect("mobility")).client
    sealing = RemoteSealer(client, "mobility")
    [said, again] = await sealing.seal_many([ToSeal("m1", WORDS, "子女入学难")] * 2)
    [other] = await RemoteSealer(client, "mobility").seal_many([ToSeal("m2", WORDS, "子女入学难")])

    assert said == again == (await sealing.seal_many([ToSeal("m1", WORDS, "子女入学难")]))[0]
    assert said != other
    assert await (await resolver(connect, "mobility", "hear")).open_each([ToOpen("m1", WORDS, said)]) == ["子女入学难"]
    for value in (ToSeal("m1", "name", "王小雁"), ToSeal("m1", "resident_id", "x")):
        with pytest.raises(Forbidden, match="not-permitted"):
            await sealing.seal_many([value])
    with pytest.raises(Forbidden, match="not-permitted"):
        await RemoteSealer((await connect("notify")).client, "notify").seal_many([ToSeal("m1", WORDS, "x")])
    with pytest.raises(Invalid, match="personal-text-too-long"):
        await sealing.seal_many([ToSeal("m1", WORDS, "x" * 5000)])
    await registry.keyring.destroy("m1")
    with pytest.raises(Refused, match="person-erased"):
        await sealing.seal_many([ToSeal("m1", WORDS, "more")])
    assert (await registry.trail())[0].action == "personal.resolve", "that somebody read them is on record"


async def test_a_door_whose_key_was_changed_is_asked_again_with_the_new_one(
    registry: Registry, connect: Connect
) -> None:
    sealing = RemoteSealer((await connect("mobility")).client, "mobility")
    [before] = await sealing.seal_many([ToSeal("m1", WORDS, "x")])
    registry.door._key = BoxKey()
    assert await sealing.seal_many([ToSeal("m1", WORDS, "x")]) == [before]
