"""What becomes of a person's data in a running installation: looked up, handed over, erased; keys rotated under way."""

import contextlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from services.cli.catalogue import NAMES
from services.cli.demo.clerks import Clerks
from services.cli.demo.county.relocation_model import Relocation
from services.cli.demo.ids import id_of
from services.cli.service_environment import database_url
from shared.kernel.sealed import Erased, PersonalKind, Sealed
from shared.observability.metrics import Metrics
from shared.privacy.blind_index import BlindIndex
from shared.privacy.file_key_encryption import FileKeyEncryption
from shared.privacy.key_material import parse_keys
from shared.privacy.opening import LocalOpener
from shared.privacy.postgres_keyring import PostgresKeyring
from shared.privacy.sealer import Sealer, ToOpen
from shared.runtime.connect import make_engine
from shared.security.actor import Actor, Assignment, Role
from shared.security.database_roles import KEYRING, owner_of
from shared.security.development_issuer import DevelopmentIssuer
from shared.web.app import create_app
from tests.system.audit import audit
from tests.system.channels import Channel, everything, metrics, plain
from tests.system.observed import Observed
from tests.system.personal import Personal
from tests.system.support import MEMBER_SYSTEM, Said, System, Watcher, until

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("system")]

TRAFFIC = 12
"""Relocations of every outcome, as a small demonstration has them."""
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


async def spans_of(system: Observed, relocation_ids: Iterable[str]) -> None:
    """Return when the services have exported what they did about these."""

    async def exported() -> bool:
        return all({one.service for one in system.about(each)} == set(NAMES) for each in relocation_ids)

    await until("every service's spans have come in", exported)


async def careless(system: Observed, person: Person) -> None:
    """A client that puts a person's data where none belongs: into paths, queries, headers and the wrong fields."""
    headers = system.everybody()
    odd = {
        "traceparent": f"00-{person.phone}-{person.resident_id}-01",
        "tracestate": f"who={person.phone}",
        "baggage": f"phone={person.phone}",
        "user-agent": person.resident_id,
        "x-request-id": person.phone,
        "referer": f"/{person.phone}",
    }
    requests: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", f"/members/{{}}?q={person.phone}", {}),
        ("GET", "/{}", {}),
        ("PUT", "/transfers/{}", {"json": {"member_id": person.name}}),
        ("POST", "/transfers", {"json": {"member_id": person.resident_id, person.phone: person.name}}),
        ("POST", "/transfers", {"content": f'{{"name": "{person.name}", '.encode()}),
        ("POST", "/members/lookup", {"json": {"phone": person.phone + "0", "purpose": person.name}}),
        (person.phone, "/members", {}),
    ]
    async with httpx.AsyncClient(trust_env=False, timeout=10, headers=headers | odd) as http:
        for value in (person.name, person.phone, person.resident_id, f"tel-86{person.phone}"):
            for name in NAMES:
                for method, path, more in requests:
                    answer = await http.request(method, system.installation.url(name) + path.format(value), **more)
                    assert 400 <= answer.status_code < 500, answer.text
                once = {b"idempotency-key": value.encode()}
                await http.post(f"{system.installation.url(name)}/transfers", json={}, headers=once)


async def test_no_channel_says_anything_of_anybody(system: Observed, databases: Watcher) -> None:
    await system.relocate(system.plans(TRAFFIC))
    await careless(system, person_of(system, next(iter(system.book.accepted.values()))))
    await system.settled(databases)
    await spans_of(system, list(system.book.accepted)[-TRAFFIC // 2 :])
    personal = Personal.of(system)

    said = [one async for one in everything(system, databases)]

    leaks = {(one.channel, one.where): found for one in said if (found := personal.found_in(one.text))}
    assert leaks == {}
    assert {one.channel for one in said} >= set(Channel) - {Channel.DEAD_LETTER}
    # The scan can see: what went out to people, in the stand-ins for their providers, does name them.
    sent = "".join(path.read_text(errors="replace") for path in (system.data_dir / "sinks").glob("*.jsonl"))
    assert personal.found_in(plain(sent))


async def test_a_leak_into_any_channel_is_seen(system: Observed, databases: Watcher) -> None:
    """Of somebody who is not of the county, so that the other scans are not disturbed by what cannot be taken back."""
    name, phone, resident_id, mail = "尉迟不存", "19900001234", "11010519491231002X", "weichi@example.invalid"
    planted = Personal([name], [phone, resident_id], [mail])
    (system.data_dir / "logs" / "planted.log").write_text(json.dumps({"event": f"{name}!"}))
    provider = TracerProvider(resource=Resource({"service.name": "planted"}))
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(f"{system.receiver.url}/v1/traces")))
    with contextlib.suppress(ValueError), provider.get_tracer("planted").start_as_current_span("planted"):
        raise ValueError(f"no such number: 86{phone}")  # recorded as an event of the span
    provider.shutdown()
    # What an outside system says in a way that nobody understands is set aside as it came: subject, body, dead letter.
    await system.report(MEMBER_SYSTEM, f"{phone}.v1", {"resident_id": resident_id}, id_="planted")
    metrics_of_ours = Metrics()
    metrics_of_ours.dead_lettered.labels("planted", mail, "planted").inc()

    async def set_aside() -> list[int]:
        query = "SELECT id FROM dead_letters WHERE headers::text LIKE '%planted%' AND status = 'dead'"
        return [row[0] for row in await databases.rows("registry", query)]

    await until("the message is a dead letter", set_aside)

    found: dict[Channel, set[str]] = {}
    said = [one async for one in everything(system, databases)]
    planted_app = create_app(title="planted", version="1", metrics=metrics_of_ours)
    said.append(await metrics("planted", "http://planted", httpx.ASGITransport(planted_app)))
    for one in said:
        found.setdefault(one.channel, set()).update(planted.found_in(one.text))

    assert found[Channel.LOG] == {name}
    assert found[Channel.SPAN] >= {phone}
    assert found[Channel.SUBJECT] == {phone}
    assert found[Channel.MESSAGE] >= {resident_id}
    assert found[Channel.DEAD_LETTER] >= {resident_id}
    assert found[Channel.METRIC] == {mail}
    assert found[Channel.DATABASE] >= {phone}  # the refusal, which repeats what kind of message it was
    for number in await set_aside():
        assert (await system.say("dlq", "discard", "registry", str(number), "--yes")).code == 0
    (system.data_dir / "logs" / "planted.log").unlink()
    await databases.until_quiet()


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
    system: Observed, databases: Watcher, tmp_path: Path
) -> None:
    person = await relocated(system, databases)
    index = BlindIndex(parse_keys(system.installation.files.key_file("index").read_text("ascii"), where="index"))
    entries = [
        *index.candidates(PersonalKind.RESIDENT_ID, person.resident_id),
        *index.candidates(PersonalKind.PHONE, person.phone),
    ]
    sealed_before = await sealed_values(system, databases, person)
    assert person.name in await readable_of(system, person.id, sealed_before)
    with_number = [one.where async for one in everything(system, databases) if any(e in one.text for e in entries)]
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

    left = [one async for one in everything(system, databases)]
    assert {one.channel for one in left} >= set(Channel) - {Channel.DEAD_LETTER}
    leaks = [one[:2] for one in left if any(v in one.text for v in person.values)]
    indexed = [one[:2] for one in left if any(e in one.text for e in entries)]
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


async def sealed_values(system: Observed, databases: Watcher, person: Person) -> list[str]:
    """Every sealed value under the person's key, wherever it is."""
    row = await databases.value(
        "registry",
        "SELECT data->>'name' FROM events WHERE type = 'member-admitted' AND data->>'member_id' = $1",
        person.id,
    )
    key = Sealed(row).key_id
    found = {m[0] async for one in everything(system, databases) for m in SEALED.finditer(one.text) if m[1] == key}
    return sorted(found)


async def test_outside_development_who_acts_is_who_the_token_names(
    system: System, databases: Watcher, tmp_path: Path
) -> None:
    person = person_of(system, system.accepted_plans(1)[0])
    provider = DevelopmentIssuer(tmp_path / "provider")  # makes keys; outside development its tokens count nowhere
    elsewhere = {"YANZHEN_OIDC_ISSUER": "https://id.example", "YANZHEN_OIDC_JWKS_FILE": str(provider.jwks_file)}
    operator = system.installation.issuer().token(Actor("keeper-1", (Assignment(Role.OPERATOR),)))
    clerk = system.installation.issuer().token(Actor("clerk-1", (Assignment(Role.AUDITOR, "o"),)))

    async def export(**environment: str) -> Said:
        return await system.say("privacy", "export", person.id, "--to", str(tmp_path), environment=environment)

    nobody = await export(**elsewhere)
    stranger = await export(**elsewhere, YANZHEN_TOKEN=operator)
    no_operator = await export(YANZHEN_TOKEN=clerk)
    assert [(said.code, said.err.split(":")[0]) for said in (nobody, stranger, no_operator)] == [
        (1, "token-needed"), (1, "token-development"), (1, "not-an-operator"),
    ]  # fmt: skip
    assert os.listdir(tmp_path) == ["provider"]
    query = "SELECT actor FROM audit WHERE action = 'privacy.export' AND subject = $1"
    assert await databases.rows("registry", query, person.id) == []

    assert (await export(YANZHEN_TOKEN=operator)).code == 0
    assert {row[0] for row in await databases.rows("registry", query, person.id)} == {"keeper-1"}


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
