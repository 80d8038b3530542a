"""What becomes of a person's data on request: looked up, handed over, erased; keys rotated under way, trails verified."""

import json
import os
from pathlib import Path

import asyncpg
import pytest

from services.cli.catalogue import NAMES
from services.cli.demo.clerks import Clerks
from services.cli.demo.ids import id_of
from shared.privacy.key_material import parse_keys
from shared.security.actor import Actor, Assignment, Role
from shared.security.database_roles import KEYRING
from shared.security.development_issuer import DevelopmentIssuer
from tests.system.audit import audit
from tests.system.persons import ask, owned, person_of, relocated
from tests.system.support import Said, System, Watcher, until

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("system")]


async def test_a_member_is_found_by_number_masked_and_on_record(system: System, databases: Watcher) -> None:
    person = await relocated(system, databases)

    known = {"resident_id": person.resident_id, "purpose": "transfer"}
    by_number = await ask(system, "POST", "/members/lookup", known, "clerk-9")
    by_phone = await ask(
        system, "POST", "/members/lookup", {"phone": person.phone, "purpose": "verify-identity"}, "clerk-8"
    )
    unknown = {"resident_id": "11010519491231002X", "purpose": "transfer"}
    nobody = await ask(system, "POST", "/members/lookup", unknown, "clerk-9")
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
    query = "SELECT outcome FROM audit WHERE action = 'member.lookup-by-resident-id' AND actor = 'clerk-9'"
    rows = await databases.rows("registry", query)
    assert sorted(row[0] for row in rows) == ["done", "nobody"]
    verified = await system.say("audit", "verify")
    assert verified.code == 0, verified.out


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
