"""What an operator sees of a running installation, and what nobody may see in it."""

import json
import re
from datetime import UTC, datetime

import asyncpg
import httpx
import pytest

from services.cli.catalogue import NAMES
from shared.contracts.base import PARTITIONS
from shared.contracts.notify import MessageDelivered
from shared.eventstore.context import Cause
from shared.messaging.envelope import outgoing
from shared.messaging.nats_bus import NatsBus
from shared.security.broker import OPERATOR, inbox_of
from tests.system.audit import audit
from tests.system.support import System, Watcher, until

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("system")]


@pytest.fixture
async def relocated(system: System, databases: Watcher) -> str:
    """A relocation that is propagated."""
    if system.book.accepted:
        await system.settled(databases)
        return next(iter(system.book.accepted))
    [plan] = system.accepted_plans(1)
    await system.relocate([plan])
    await system.settled(databases)
    return system.relocation_of(plan)


async def test_the_journey_of_a_relocation_is_told_across_all_services(system: System, relocated: str) -> None:
    said = await system.say("trace", relocated, "--all")

    assert said.code == 0, said.err
    assert [name for name in NAMES if name not in said.out] == []
    for event in ("transfer-requested", "transfer-accepted", "membership-moved", "roster-updated",
                  "relocation-propagated"):  # fmt: skip
        assert event in said.out
    assert "email" in said.out
    assert "sms" in said.out


async def test_every_service_describes_itself_and_says_how_it_is(system: System, relocated: str) -> None:
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        for name in NAMES:
            url = system.installation.url(name)
            answers = {path: await http.get(url + path) for path in
                       ("/livez", "/readyz", "/metrics", "/openapi.json", "/asyncapi.json")}  # fmt: skip

            assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 200)
            assert answers["/readyz"].json()["status"] == "ready"
            assert "yanzhen_" in answers["/metrics"].text
            assert answers["/openapi.json"].json()["openapi"].startswith("3.")
            assert answers["/asyncapi.json"].json()["asyncapi"] == "3.0.0"
            assert answers["/asyncapi.json"].json()["channels"]


async def test_the_doctor_finds_nothing_wrong(system: System, relocated: str) -> None:
    said = await system.say("doctor")

    assert (said.code, "Nothing is wrong." in said.out) == (0, True), said.out


async def test_a_dead_letter_is_listed_shown_replayed_and_discarded(system: System, databases: Watcher) -> None:
    key = "manufactured-relocation"
    for identity, spoilt in (("spoilt-1", True), ("behind-1", False), ("spoilt-2", True)):
        await _publish_as_notify(system, identity, key if identity != "spoilt-2" else f"{key}-2", spoilt=spoilt)

    async def letters() -> list[int]:
        rows = await databases.rows("mobility", "SELECT id FROM dead_letters WHERE status = 'dead' ORDER BY id")
        return [row[0] for row in rows]

    async def parked() -> bool:
        return bool(await databases.value("mobility", "SELECT count(*) FROM parked"))

    async def both() -> bool:
        return len(await letters()) == 2

    await until("the spoilt messages are dead letters", both)
    await until("the next one of the key waits", parked)
    first, other = await letters()

    listed = await system.say("dlq", "list", "mobility")
    shown = await system.say("dlq", "show", "mobility", str(first))
    doctor = await system.say("doctor")
    failed = await system.say("dlq", "replay", "mobility", str(first))
    await _mend(system, first, key)
    replayed = await system.say("dlq", "replay", "mobility", str(first))
    discarded = await system.say("dlq", "discard", "mobility", str(other), "--yes")

    assert "schema-violation" in listed.out
    assert "OUT_NOTIFY" in listed.out
    assert "waiting behind it" in shown.out
    assert "not shown" in shown.out
    assert doctor.code == 1
    assert (failed.code, "failed-again" in failed.err) == (1, True)
    assert replayed.code == 0, replayed.err
    assert discarded.code == 0
    assert not await parked()
    assert (await system.say("dlq", "list", "mobility")).out.strip() == "No dead letters."
    await databases.until_quiet()
    assert await audit(system, databases) == []


async def _publish_as_notify(system: System, identity: str, relocation_id: str, *, spoilt: bool) -> None:
    """What a faulty release of notify would put into its outbox."""
    event = _delivery(identity, relocation_id)
    message = outgoing(event, identity, 1, Cause(relocation_id), datetime.now(UTC))
    connection = await asyncpg.connect(system.installation.database_url("notify"))
    try:
        await connection.execute(
            "INSERT INTO outbox (message_id, subject, partition, headers, data) VALUES ($1, $2, $3, $4, $5)",
            message.message_id, message.subject, message.partition, message.headers, b"{}" if spoilt else message.data,
        )  # fmt: skip
    finally:
        await connection.close()


async def _mend(system: System, number: int, relocation_id: str) -> None:
    """What the next release of mobility could read."""
    connection = await asyncpg.connect(system.installation.database_url("mobility"))
    try:
        data = _delivery("spoilt-1", relocation_id).model_dump_json().encode()
        await connection.execute("UPDATE dead_letters SET data = $2 WHERE id = $1", number, data)
    finally:
        await connection.close()


def _delivery(identity: str, relocation_id: str) -> MessageDelivered:
    return MessageDelivered(
        message_id=identity, relocation_id=relocation_id, party_id="nobody", channel="sms", receipt_id="r",
        delivered_at=datetime.now(UTC),
    )  # fmt: skip


# -- nothing personal in the clear -----------------------------------------------------------------------------------

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_HAN = re.compile(r"[\u3400-\u9fff·]+")
_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:1[0-9]{10}|[0-9]{17}[0-9Xx])(?![0-9A-Za-z])")
_MAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")


class Personal:
    """What the generator made up about people, found again in a text."""

    def __init__(self, system: System) -> None:
        territories = system.world.territories
        people = [member for territory in territories for member in territory.members]
        public = "\n".join(
            [o.name for t in territories for o in t.organisations] + [u.name for t in territories for u in t.units]
            + [s.name + s.host for t in territories for s in t.stations]
        )  # fmt: skip
        # The name of a person that is also part of an organisation's proves nothing.
        self.names = {member.name for member in people if member.name not in public}
        self.numbers = {m.phone for m in people} | {m.resident_id for m in people}
        offices = {o.office_email for t in territories for o in t.organisations}
        self.mails = {m.email for m in people if m.email} - offices
        assert len(self.names) > 500
        assert len(self.numbers) > 2000

    def found_in(self, text: str) -> set[str]:
        plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
        found = set(_NUMBER.findall(plain)) & self.numbers
        found |= set(_MAIL.findall(plain)) & self.mails
        for run in set(_HAN.findall(plain)):
            found |= {run[i:j] for i in range(len(run)) for j in range(i + 2, min(i + 5, len(run)) + 1)} & self.names
        return found


async def test_nobody_is_named_in_logs_streams_or_databases(system: System, databases: Watcher, relocated: str) -> None:
    personal = Personal(system)
    leaks: dict[str, set[str]] = {}

    def look(where: str, text: str) -> None:
        if found := personal.found_in(text):
            leaks.setdefault(where, set()).update(found)

    for where, text in system.logs().items():
        look(where, text)
    for name in NAMES:
        tables = await databases.rows(name, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables:
            for (row,) in await databases.rows(name, f'SELECT to_jsonb(t)::text FROM "{table}" AS t'):
                look(f"{name}: {table}", _readable(row))
    async with system.connected(OPERATOR) as client:
        bus = NatsBus(client, inbox_prefix=inbox_of(OPERATOR))
        for name in NAMES:
            stream = f"OUT_{name.upper()}"
            last, read = await bus.last_sequence(stream), 0
            async with bus.reader(stream, 1, range(PARTITIONS)) as reader:
                while read < last:
                    for one in await reader.read():
                        look(stream, f"{json.dumps(dict(one.headers))} {one.key} {one.data.decode()}")
                        read = one.position
            subjects = await client.request(f"$JS.API.STREAM.INFO.{stream}", b'{"subjects_filter": ">"}', timeout=5)
            look(f"{stream} subjects", subjects.data.decode())

    assert leaks == {}
    # The scan can see: what went out to people, in the stand-ins for their providers, does name them.
    sent = "".join(path.read_text(errors="replace") for path in (system.data_dir / "sinks").glob("*.jsonl"))
    assert personal.found_in(sent)


def _readable(row: str) -> str:
    r"""The row with its bytea columns (\x…) as the text they hold."""
    return re.sub(r"\\\\x((?:[0-9a-f]{2})+)", lambda m: bytes.fromhex(m[1]).decode("utf-8", "replace"), row)
