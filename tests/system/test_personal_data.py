"""No channel of a running installation says anything of anybody; after an erasure nothing readable is left anywhere."""

import contextlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from services.cli.catalogue import NAMES
from shared.kernel.sealed import Erased, PersonalKind, Sealed
from shared.observability.metrics import Metrics
from shared.privacy.blind_index import BlindIndex
from shared.privacy.file_key_encryption import FileKeyEncryption
from shared.privacy.key_material import parse_keys
from shared.privacy.opening import LocalOpener
from shared.privacy.postgres_keyring import PostgresKeyring
from shared.privacy.sealer import Sealer, ToOpen
from shared.runtime.connect import make_engine
from shared.security.database_roles import KEYRING
from shared.web.app import create_app
from tests.system.audit import audit
from tests.system.channels import Channel, everything, metrics, plain
from tests.system.observed import Observed
from tests.system.personal import Personal
from tests.system.persons import Person, ask, person_of, relocated
from tests.system.support import MEMBER_SYSTEM, System, Watcher, until

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("system")]

TRAFFIC = 12
"""Relocations of every outcome, as a small demonstration has them."""
SEALED = re.compile(r"sealed:1:([A-Za-z0-9_-]{1,64}):[A-Za-z0-9_-]{38,8192}")


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
