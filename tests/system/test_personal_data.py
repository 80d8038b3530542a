"""What becomes of a person's data in a running installation: looked up, handed over, erased; keys rotated under way."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from services.cli.catalogue import NAMES
from services.cli.demo.clerks import Clerks
from services.cli.demo.county.relocation_model import Relocation
from services.cli.demo.ids import id_of
from services.cli.service_environment import database_url
from shared.contracts.base import PARTITIONS
from shared.kernel.sealed import Erased, PersonalKind, Sealed
from shared.messaging.nats_bus import NatsBus
from shared.privacy.blind_index import BlindIndex
from shared.privacy.file_key_encryption import FileKeyEncryption
from shared.privacy.key_material import parse_keys
from shared.privacy.opening import LocalOpener
from shared.privacy.postgres_keyring import PostgresKeyring
from shared.privacy.sealer import Sealer, ToOpen
from shared.runtime.connect import make_engine
from shared.security.actor import Actor, Assignment, Role
from shared.security.broker import OPERATOR, inbox_of
from shared.security.database_roles import KEYRING, owner_of
from tests.system.audit import audit
from tests.system.support import System, Watcher, until

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("system")]

SEALED = re.compile(r"sealed:1:([A-Za-z0-9_-]{1,64}):[A-Za-z0-9_-]{38,8192}")


@dataclass
class Person:
    """A member of the county, in the clear."""

    id: str
    name: str
    resident_id: str
    phone: str
    email: str | None

    @property
    def values(self) -> list[str]:
        return [v for v in (self.name, self.resident_id, self.phone, self.email) if v]


def person_of(system: System, plan: Relocation) -> Person:
    member = next(m for t in system.world.territories for m in t.members if m.key == plan.member_key)
    return Person(id_of(member.key), member.name, member.resident_id, member.phone, member.email)


async def relocated(system: System, databases: Watcher) -> Person:
    """Somebody whose relocation has reached everybody."""
    [plan] = system.accepted_plans(1)
    await system.relocate([plan])
    await system.settled(databases)
    return person_of(system, plan)


async def ask(system: System, method: str, path: str, body: Any = None, actor: str = "clerk-7") -> httpx.Response:
    tops = [id_of(territory.organisations[0].key) for territory in system.world.territories]
    badge = system.badges.of(Actor(actor, tuple(Assignment(Role.CITY_DEPARTMENT, top) for top in tops)))
    async with httpx.AsyncClient(base_url=system.installation.url("registry"), trust_env=False, timeout=10) as http:
        return await http.request(method, path, json=body, headers=badge)


def owned(system: System, name: str) -> str:
    """The service's database as its owner: who may do there what the service itself may not."""
    installation = system.installation
    return database_url(installation.files, installation.stack, name, owner_of(name))


async def everything(system: System, databases: Watcher) -> AsyncIterator[tuple[str, str]]:
    """Every row of every table and every message of every stream, as text, and the logs."""
    for name in NAMES:
        for (table,) in await databases.rows(name, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            for (row,) in await databases.rows(name, f'SELECT to_jsonb(t)::text FROM "{table}" AS t'):
                yield f"{name}.{table}", plain(row)
    async with system.connected(OPERATOR) as client:
        bus = NatsBus(client, inbox_prefix=inbox_of(OPERATOR))
        for name in NAMES:
            stream = f"OUT_{name.upper()}"
            last, read = await bus.last_sequence(stream), 0
            async with bus.reader(stream, 1, range(PARTITIONS)) as reader:
                while read < last:
                    for one in await reader.read():
                        yield stream, f"{json.dumps(dict(one.headers))} {one.key} {one.data.decode()}"
                        read = one.position
    for path in sorted((system.data_dir / "logs").iterdir()):
        yield path.name, path.read_text(errors="replace")


def plain(row: str) -> str:
    row = re.sub(r"\\\\x((?:[0-9a-f]{2})+)", lambda m: bytes.fromhex(m[1]).decode("utf-8", "replace"), row)
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), row)


async def readable_of(system: System, person_id: str, found: list[str]) -> list[str | Erased]:
    """What somebody with the keyring and the key-encryption key gets out of these sealed values."""
    engine = make_engine(system.installation.database_url(KEYRING))
    try:
        keyring = PostgresKeyring(engine, FileKeyEncryption(system.installation.files.key_file("kek")))
        values = [
            ToOpen(person_id, field, Sealed(v)) for v in found for field in ("name", "phone", "email", "resident_id")
        ]
        opened = await LocalOpener(Sealer(keyring)).open_each(values)
        return [one for one in opened if isinstance(one, str | Erased)]
    finally:
        await engine.dispose()


async def test_a_member_is_found_by_number_masked_and_on_record(system: System, databases: Watcher) -> None:
    person = await relocated(system, databases)

    by_number = await ask(system, "POST", "/members/lookup", {"resident_id": person.resident_id, "purpose": "transfer"})
    by_phone = await ask(
        system, "POST", "/members/lookup", {"phone": person.phone, "purpose": "verify-identity"}, "clerk-8"
    )
    nobody = await ask(system, "POST", "/members/lookup", {"resident_id": "11010519491231002X", "purpose": "transfer"})
    refused = [
        await ask(system, "POST", "/members/lookup", body)
        for body in (
            {"resident_id": person.resident_id},
            {"resident_id": person.resident_id, "purpose": "curiosity"},
            {"purpose": "transfer"},
            {"resident_id": person.resident_id, "phone": person.phone, "purpose": "transfer"},
        )
    ]

    [member] = by_number.json()["members"]
    assert (member["member_id"], member["name"]) == (person.id, person.name[0] + "*")
    assert by_number.headers["cache-control"] == "no-store"
    assert person.id in [one["member_id"] for one in by_phone.json()["members"]]
    assert nobody.json() == {"members": []}
    assert [answer.status_code for answer in refused] == [422] * 4
    assert all(person.resident_id not in answer.text for answer in refused)
    said = await system.say("audit", "list", "registry", "--person", person.id, "--actor", "clerk-8")
    assert "member.lookup-by-phone" in said.out, said.err
    assert "verify-identity" in said.out
    rows = await databases.rows("registry", "SELECT outcome FROM audit WHERE action = 'member.lookup-by-resident-id'")
    assert sorted(row[0] for row in rows) == ["done", "nobody"]
    verified = await system.say("audit", "verify")
    assert verified.code == 0, verified.out


async def test_after_an_erasure_nothing_readable_is_left_and_the_histories_add_up(
    system: System, databases: Watcher, tmp_path: Path
) -> None:
    person = await relocated(system, databases)
    index = BlindIndex(parse_keys(system.installation.files.key_file("index").read_text("ascii"), where="index"))
    entries = [
        *index.candidates(PersonalKind.RESIDENT_ID, person.resident_id),
        *index.candidates(PersonalKind.PHONE, person.phone),
    ]
    sealed_before = await sealed_values(system, databases, person)
    assert person.name in await readable_of(system, person.id, sealed_before)
    with_number = [where async for where, text in everything(system, databases) if any(e in text for e in entries)]
    assert set(with_number) == {"registry.blind_index"}

    exported = await system.say("privacy", "export", person.id, "--by", "clerk-7", "--to", str(tmp_path))
    erased = await system.say("privacy", "erase", person.id, "--ground", "subject-request", "--by", "clerk-7", "--yes")
    again = await system.say("privacy", "erase", person.id, "--ground", "subject-request", "--by", "clerk-7", "--yes")
    unknown = await system.say("privacy", "erase", "nobody", "--ground", "subject-request", "--yes")
    await databases.until_quiet()

    assert exported.code == 0, exported.err
    document = json.loads((tmp_path / f"person-{person.id}.json").read_text())
    assert document["personal_data"]["name"] == person.name
    assert document["personal_data"]["resident_id"] == person.resident_id
    assert {"registry", "mobility", "notify"} <= {name for name, tables in document["held"].items() if tables}
    assert person.phone in (tmp_path / f"person-{person.id}.html").read_text()
    assert not SEALED.search((tmp_path / f"person-{person.id}.json").read_text())
    assert (erased.code, "is erased" in erased.out) == (0, True), erased.err
    assert (again.code, "erased before" in again.out) == (0, True)
    assert (unknown.code, unknown.err.startswith("member-unknown")) == (1, True)

    leaks = [where async for where, text in everything(system, databases) if any(v in text for v in person.values)]
    indexed = [where async for where, text in everything(system, databases) if any(e in text for e in entries)]
    assert (leaks, indexed) == ([], [])
    after = await readable_of(system, person.id, await sealed_values(system, databases, person) or sealed_before)
    assert after
    assert all(isinstance(one, Erased) for one in after)
    assert await audit(system, databases) == []
    member = (await ask(system, "GET", f"/members/{person.id}")).json()
    assert (member["erased"], member["name"]) == (True, "")
    looked = await ask(system, "POST", "/members/lookup", {"resident_id": person.resident_id, "purpose": "transfer"})
    assert looked.json() == {"members": []}
    exported = await system.say("privacy", "export", person.id, "--by", "clerk-7", "--to", str(tmp_path))
    assert exported.code == 0, exported.err
    assert person.name not in (tmp_path / f"person-{person.id}.json").read_text()
    assert await databases.value(
        "notify", "SELECT name IS NULL AND phone IS NULL AND erased FROM members WHERE member_id = $1", person.id
    )


async def sealed_values(system: System, databases: Watcher, person: Person) -> list[str]:
    """Every sealed value under the person's key, wherever it is."""
    row = await databases.value(
        "registry",
        "SELECT data->>'name' FROM events WHERE type = 'member-admitted' AND data->>'member_id' = $1",
        person.id,
    )
    key = Sealed(row).key_id
    found = {m[0] async for _, text in everything(system, databases) for m in SEALED.finditer(text) if m[1] == key}
    return sorted(found)


async def test_an_erasure_waits_for_what_is_under_way_and_is_then_carried_out_by_itself(
    system: System, databases: Watcher
) -> None:
    [plan] = system.accepted_plans(1)
    person = person_of(system, plan)
    async with system.patient("mobility") as mobility:
        clerks = Clerks(mobility, system.world)
        await clerks._ask(plan, plan.attempts[0], id_of(plan.key))
    await databases.until_quiet()

    waiting = await system.say("privacy", "erase", person.id, "--ground", "subject-request", "--by", "clerk-7", "--yes")
    listed = await system.say("privacy", "erasures")
    member = (await ask(system, "GET", f"/members/{person.id}")).json()

    assert (waiting.code, "waits: 1 open cases" in waiting.out) == (0, True), waiting.out + waiting.err
    assert "waits for 1 open" in listed.out
    assert (member["erased"], member["name"]) == (False, person.name[0] + "*")

    await system.relocate([plan])
    await system.settled(databases)

    async def done() -> bool:
        return bool(
            await databases.value(
                "registry", "SELECT done_at IS NOT NULL FROM erasures WHERE person_id = $1", person.id
            )
        )

    await until("the erasure is carried out", done)
    await databases.until_quiet()
    assert (await ask(system, "GET", f"/members/{person.id}")).json()["erased"]
    assert (await system.say("privacy", "erasures")).out.strip() == "No erasure is waiting."
    assert await audit(system, databases) == []


async def test_keys_are_rotated_while_everything_runs(system: System, databases: Watcher) -> None:
    file = system.installation.files.key_file("kek")
    before = list(parse_keys(file.read_text("ascii"), where="kek"))

    first = await system.say("privacy", "rotate", "--new-key", "--by", "operator-1")
    person = await relocated(system, databases)  # needs old keys opened and new ones made, in processes that ran before
    second = await system.say("privacy", "rotate", "--retire", "--by", "operator-1")

    assert first.code == 0, first.err
    assert second.code == 0, second.err
    [after] = list(parse_keys(file.read_text("ascii"), where="kek"))
    assert after not in before
    looked = await ask(system, "POST", "/members/lookup", {"phone": person.phone, "purpose": "transfer"})
    assert person.name[0] + "*" in [one["name"] for one in looked.json()["members"]]
    connection = await asyncpg.connect(system.installation.database_url(KEYRING))
    try:
        used = await connection.fetch("SELECT DISTINCT kek_id FROM person_keys WHERE kek_id IS NOT NULL")
        assert [row[0] for row in used] == [after]
        with pytest.raises(asyncpg.PostgresError, match="is retired"):
            await connection.execute(
                "INSERT INTO person_keys (person_id, key_id, wrapped_key, kek_id) VALUES ('x', 'k', '\\x00', $1)",
                before[0],
            )
    finally:
        await connection.close()
    assert await audit(system, databases) == []


async def test_neither_notify_nor_mobility_nor_assessment_is_given_a_key(system: System) -> None:
    for name in NAMES:
        given = [
            v
            for v in system.service(name).spec.env
            if v.startswith(("YANZHEN_KEK", "YANZHEN_KEYRING", "YANZHEN_INDEX"))
        ]
        assert bool(given) == (name == "registry"), (name, given)


async def test_a_trail_that_somebody_touched_or_shortened_is_found_out(system: System, databases: Watcher) -> None:
    for number in range(3):
        await ask(
            system, "POST", "/members/lookup", {"phone": f"1380000000{number}", "purpose": "supervision"}, "auditor"
        )
    tip = await databases.value("registry", "SELECT max(number) FROM audit")

    async def told() -> bool:
        query = "SELECT data FROM outbound WHERE subject LIKE 'registry.evt.audit.%'"
        return any(json.loads(row[0])["number"] >= tip for row in await databases.rows("registry", query))

    await until("the end of the trail is told on the bus", told)
    admin = await asyncpg.connect(owned(system, "registry"))
    try:
        await admin.execute("ALTER TABLE audit DISABLE TRIGGER audit_append_only")
        await admin.execute("UPDATE audit SET actor = 'nobody' WHERE number = $1", tip - 1)
        changed = await system.say("audit", "verify", "registry")
        await admin.execute("UPDATE audit SET actor = 'auditor' WHERE number = $1", tip - 1)
        await admin.execute("CREATE TABLE kept AS SELECT * FROM audit WHERE number >= " + str(tip - 1))
        await admin.execute("DELETE FROM audit WHERE number >= $1", tip - 1)
        shortened = await system.say("audit", "verify", "registry")
        alone = await system.say("audit", "verify", "registry", "--offline")
        await admin.execute("INSERT INTO audit SELECT * FROM kept")
        await admin.execute("DROP TABLE kept")
    finally:
        await admin.execute("ALTER TABLE audit ENABLE TRIGGER audit_append_only")
        await admin.close()

    assert (changed.code, f"no. {tip - 1}" in changed.out) == (1, True), changed.out
    assert (shortened.code, "the end is missing" in shortened.out) == (1, True), shortened.out
    assert (alone.code, "not compared" in alone.out) == (0, True)  # the chain by itself cannot tell
    well = await system.say("audit", "verify", "registry")
    assert well.code == 0, well.out


async def test_retention_is_reported_and_enforced_on_record(system: System, databases: Watcher) -> None:
    admin = await asyncpg.connect(owned(system, "registry"))
    try:
        await admin.execute("UPDATE idempotency_keys SET created_at = created_at - interval '40 days'")
    finally:
        await admin.close()
    old = await databases.value(
        "registry", "SELECT count(*) FROM idempotency_keys WHERE created_at < now() - interval '30 days'"
    )
    assert old

    reported = await system.say("privacy", "retention")
    kept = await databases.value("registry", "SELECT count(*) FROM idempotency_keys")
    enforced = await system.say("privacy", "retention", "--enforce", "--by", "auditor-1")

    assert reported.code == enforced.code == 0, reported.err + enforced.err
    assert kept >= old
    assert "介绍信存根" in reported.out
    assert not await databases.value("registry", "SELECT count(*) FROM idempotency_keys")
    said = await system.say("audit", "list", "registry", "--actor", "auditor-1")
    assert "privacy.retention" in said.out
