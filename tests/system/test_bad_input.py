"""Whatever comes in at the real doors: a readable refusal, never a fault of ours, and nothing is lost or half done."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import nats
import pytest

from services.cli.catalogue import NAMES
from services.cli.demo.ids import id_of
from shared.contracts.base import PARTITIONS
from shared.messaging.nats_bus import NatsBus
from shared.messaging.whole_stream import Hole, read_whole
from shared.security.broker import OPERATOR, inbox_of
from tests.system.audit import audit
from tests.system.support import BUSINESS_REGISTRY, MEMBER_SYSTEM, System, Watcher, until

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("system")]

DOORS = {
    "registry": "/units",
    "mobility": "/transfers",
    "assessment": "/rule-sets/annual/versions",
    "notify": "/receipts/email",
}
JSON = {"content-type": "application/json"}


@pytest.fixture
async def http(system: System) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=20, trust_env=False, headers=system.everybody()) as client:
        yield client


def problem(answer: httpx.Response, *codes: str) -> dict[str, Any]:
    """The problem in a refusal that a client can act on."""
    said = f"{answer.request.method} {answer.request.url.raw_path[:80]!r}: {answer.status_code} {answer.text[:300]}"
    assert 400 <= answer.status_code < 500, said
    assert answer.headers["content-type"].startswith("application/problem+json"), said
    found: dict[str, Any] = answer.json()
    assert found["status"] == answer.status_code, said
    assert found["code"], said
    assert found["detail"], said
    assert found.get("remedy"), f"no remedy: {said}"
    assert not codes or found["code"] in codes, said
    return found


BODIES = {
    "cut off": (b'{"name": "x', "malformed-json"),
    "no JSON at all": (b"name=x&kind=y", "malformed-json"),
    "empty": (b"", None),
    "no UTF-8": (b'{"name": "\xff\xfe"}', "malformed-json"),
    "a number": (b"17", None),
    "null": (b"null", None),
    "a list of lists": (b"[[]]", None),
    "NaN": (b'{"staff": NaN}', "malformed-json"),
    "a number of ten thousand digits": (b'{"staff": ' + b"9" * 10_000 + b"}", "malformed-json"),
    "a number beyond all": (b'{"staff": 1e999}', None),
    "U+0000": (b'{"name": "a\\u0000b"}', "nul-character"),
    "half a surrogate": (b'{"name": "a\\ud800b"}', "lone-surrogate"),
    "deep nesting": (b"[" * 300 + b"]" * 300, "json-too-deep"),
    "very deep nesting": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "json-too-deep"),
    "unknown fields": (b'{"nobody_knows": 1}', None),
    "huge": (b'{"name": "' + b"x" * (2 << 20) + b'"}', "body-too-large"),
}


@pytest.mark.parametrize("service", NAMES)
async def test_a_body_that_cannot_be_taken_is_refused_with_words(
    system: System, http: httpx.AsyncClient, service: str
) -> None:
    url = system.installation.url(service) + DOORS[service]

    for body, code in BODIES.values():
        answer = await http.post(url, content=body, headers=JSON)
        problem(answer, *([code] if code else []))


@pytest.mark.parametrize("service", NAMES)
async def test_a_request_that_fits_no_route_is_refused_with_words(
    system: System, http: httpx.AsyncClient, service: str
) -> None:
    url, door = system.installation.url(service), DOORS[service]

    problem(await http.get(f"{url}/nothing/here"), "unknown-route")
    problem(await http.get(f"{url}{door}/"), "unknown-route", "method-not-allowed")
    problem(await http.request("DELETE", url + door), "method-not-allowed")
    problem(await http.get(f"{url}/%00"), "nul-character")
    problem(await http.get(f"{url}/nothing/%00/here"), "nul-character")
    problem(await http.get(f"{url}/nothing?cursor=%00"), "nul-character")
    problem(await http.get(f"{url}/{'x' * 40_000}"), "headers-too-large")
    problem(await http.get(f"{url}/%ff%fe/%2e%2e/%2e%2e/etc/passwd"), "unknown-route")
    for content_type in ("text/plain", "application/xml", "multipart/form-data; boundary=x", ""):
        problem(await http.post(url + door, content=b"<name/>", headers={"content-type": content_type}))


IDENTIFIED = {
    "registry": ("/members/{}", "/organisations/{}", "/units/{}", "/stations/{}"),
    "mobility": ("/transfers/{}", "/relocations/{}"),
    "assessment": ("/quarters/{}", "/roster/{}", "/rule-sets/{}"),
    "notify": ("/messages/{}",),
}
STRANGE = ("nobody", "%00", "%ff", "%20", "a%0ab", "%F0%9F%A6%A2", "x" * 500, "1' OR '1'='1", "..%2f..", "-1", "null")


@pytest.mark.parametrize("service", NAMES)
async def test_what_does_not_exist_is_said_not_to(system: System, http: httpx.AsyncClient, service: str) -> None:
    url = system.installation.url(service)

    for path in IDENTIFIED[service]:
        for strange in STRANGE:
            problem(await http.get(url + path.format(strange)))


@pytest.mark.parametrize("service", NAMES)
async def test_conditions_that_make_no_sense_are_refused_with_words(
    system: System, http: httpx.AsyncClient, service: str
) -> None:
    url = system.installation.url(service) + DOORS[service]
    conditions = [("Idempotency-Key", "two words"), ("Idempotency-Key", "x" * 200), ("If-Match", 'W/"1"'),
                  ("If-Match", '"1", "2"'), ("Authorization", "Bearer x"), ("Authorization", "Basic eDp5")]  # fmt: skip

    for name, value in conditions if service != "notify" else []:  # receipts come from providers, without any of these
        answer = await http.post(url, content=b"{}", headers={**JSON, name: value})
        problem(answer)


@pytest.mark.parametrize(
    ("service", "path"), [("registry", "/organisations"), ("registry", "/units"), ("mobility", "/transfers"),
                          ("mobility", "/cases"), ("notify", "/messages?relocation_id=x")]
)  # fmt: skip
async def test_pages_that_cannot_be_are_refused_with_words(
    system: System, http: httpx.AsyncClient, service: str, path: str
) -> None:
    url = system.installation.url(service) + path
    glue = "&" if "?" in path else "?"
    assert (await http.get(url)).status_code == 200

    for query in ("limit=0", "limit=-1", "limit=1000000000000000000000", "limit=x", "after=x", "after=" + "A" * 2000,
                  "after=bnVsbA", "after=%F0%9F%A6%A2"):  # fmt: skip
        problem(await http.get(f"{url}{glue}{query}"))


async def test_what_the_registry_cannot_enter_is_refused_with_the_reason(
    system: System, http: httpx.AsyncClient
) -> None:
    url = system.installation.url("registry")
    unit = system.world.district.units[0]
    wrong_digit = unit.uscc[:-1] + ("A" if unit.uscc[-1] != "A" else "B")
    member = {"organisation_id": "nobody-knows", "admitted_on": "2026-01-05", "name": "周明远",
              "resident_id": system.world.district.members[0].resident_id}  # fmt: skip

    bad_uscc = problem(
        await http.post(
            f"{url}/units",
            json={"uscc": wrong_digit, "name": "甲", "kind": unit.kind.value, "area_code": "430702", "staff": 1},
        ),
        "invalid-input",
    )
    assert [error["pointer"] for error in bad_uscc["errors"]] == ["/uscc"]
    assert wrong_digit not in json.dumps(bad_uscc)
    bad_person = problem(
        await http.post(f"{url}/members", json=member | {"resident_id": "430702199309265211"}), "invalid-input"
    )
    assert [error["pointer"] for error in bad_person["errors"]] == ["/resident_id"]
    problem(await http.post(f"{url}/members", json=member))
    problem(await http.post(f"{url}/units", json={"uscc": unit.uscc, "name": "甲", "kind": "enterprise",
                                                  "area_code": "999999", "staff": 1}), "invalid-input")  # fmt: skip
    problem(await http.post(f"{url}/stations", json={"name": "站", "kind": "guidance", "area_code": "430702",
                                                     "organisation_id": "nobody-knows"}))  # fmt: skip
    entered = await http.post(f"{url}/members/batch", json={"members": [member]})
    assert entered.status_code == 200
    assert [one["entered"] for one in entered.json()["results"]] == [False]


async def test_a_stale_version_and_a_reused_key_are_refused(system: System, http: httpx.AsyncClient) -> None:
    url = f"{system.installation.url('registry')}/units/{system.world.district.units[1].uscc}"
    seen = (await http.get(url)).headers["etag"]
    key = {"Idempotency-Key": uuid.uuid4().hex}

    first = await http.patch(url, json={"staff": 11}, headers={**key, "If-Match": seen})
    again = await http.patch(url, json={"staff": 11}, headers={**key, "If-Match": seen})
    other = await http.patch(url, json={"staff": 12}, headers=key)
    stale = await http.patch(url, json={"staff": 13}, headers={"If-Match": seen})
    future = await http.patch(url, json={"staff": 13}, headers={"If-Match": '"99999"'})

    assert (first.status_code, again.status_code, again.headers["idempotency-replayed"]) == (200, 200, "true")
    assert first.json() == again.json()
    assert problem(other)["code"] == "idempotency-key-reused"
    assert problem(stale)["status"] == 412
    assert problem(future)["status"] == 412
    assert (await http.get(url)).json()["staff"] == 11


async def test_a_transfer_that_cannot_be_is_refused_with_the_reason(system: System, http: httpx.AsyncClient) -> None:
    url = f"{system.installation.url('mobility')}/transfers"
    member = system.world.city.members[-1]
    committees = [o for o in system.world.district.organisations if o.can_approve_probationary]
    asking = {
        "member_id": id_of(member.key), "to_committee_id": id_of(committees[-1].key), "scope": "national",
        "reason": "work_unit_changed", "dues_paid_to": "2026-09",
    }  # fmt: skip

    problem(await http.post(url, json=asking | {"member_id": "nobody-knows"}))
    problem(await http.post(url, json=asking | {"to_committee_id": "nobody-knows"}))
    problem(await http.post(url, json=asking | {"to_branch_id": "nobody-knows"}))
    problem(await http.post(url, json=asking | {"to_committee_id": id_of(member.organisation_key)}))
    problem(await http.post(url, json=asking | {"scope": "galaxy"}), "invalid-input")
    problem(await http.post(url, json=asking | {"dues_paid_to": "2026-13"}), "invalid-input")
    for step in ("approvals", "acceptance", "rejection", "receipt", "closure"):
        body = {"by": "x", "branch_id": "x", "letter_number": "x", "reason_code": "other", "text": "x"}
        fields = {"acceptance": ("by", "branch_id", "letter_number"), "rejection": ("by", "reason_code", "text"),
                  "closure": ("by", "text")}.get(step, ("by",))  # fmt: skip
        problem(await http.post(f"{url}/nobody-knows/{step}", json={name: body[name] for name in fields}))
    relocations = system.installation.url("mobility") + "/relocations"
    problem(await http.post(f"{relocations}/nobody-knows/acknowledgements", json={"by": "x", "party_id": "x"}))


async def test_what_an_outside_system_gets_wrong_is_told_to_it_and_kept(system: System, databases: Watcher) -> None:
    uscc = system.world.district.units[2].uscc
    run = uuid.uuid4().hex[:8]
    good = {"uscc": uscc, "name": f"好{run}", "staff": 5}
    wrong: dict[str, tuple[str, bytes | dict[str, Any], str]] = {
        "malformed": ("unit-changed.v1", b'{"uscc": ', "schema-violation"),
        "schema": ("unit-changed.v1", good | {"staff": "many"}, "schema-violation"),
        "extra": ("unit-changed.v1", good | {"surprise": 1}, "schema-violation"),
        "digit": ("unit-changed.v1", good | {"uscc": uscc[:-1] + ("A" if uscc[-1] != "A" else "B")}, "schema-violation"),
        "type": ("weather-changed.v1", good, "unknown-event-type"),
        "nowhere": ("relocation-acknowledged.v1", {"relocation_id": "nobody-knows"}, "relocation-unknown"),
        "nul": ("unit-changed.v1", b'{"uscc": "' + uscc.encode() + b'", "name": "a\\u0000b"}', "schema-violation"),
        "deep": ("unit-changed.v1", b"[" * 100_000, "schema-violation"),
    }  # fmt: skip
    await system.report(BUSINESS_REGISTRY, "unit-changed.v1", good, id_=f"{run}-good")
    await system.report(BUSINESS_REGISTRY, "unit-changed.v1", good | {"name": "again"}, id_=f"{run}-good")
    for name, (kind, body, _) in wrong.items():
        await system.report(BUSINESS_REGISTRY, kind, body, id_=f"{run}-{name}")
    await system.report(BUSINESS_REGISTRY, "unit-changed.v1", good, id_=f"{run}-old", specversion="0.3")
    await system.report(BUSINESS_REGISTRY, "unit-changed.v1", good, id_="")
    for attribute in ("id", "source"):
        event = {"specversion": "1.0", "id": run, "source": "urn:x", "type": "cn.unit-changed.v1", "data": good}
        await _report_structured(system, event | {attribute: "a\x00b"})

    unreadable = 4

    told: dict[str, str] = {}

    async def all_told() -> bool:
        told.clear()
        told.update(await _refusals(system, "OUT_REGISTRY") | await _refusals(system, "OUT_MOBILITY"))
        return len({name for name in told if name.startswith((run, "sequence-"))}) >= len(wrong) + unreadable

    await until("every refusal is public", all_told, 60)
    assert {name: told[f"{run}-{name}"] for name in wrong} == {name: one[2] for name, one in wrong.items()}
    assert f"{run}-good" not in told
    assert (
        sorted(code for name, code in told.items() if name.startswith("sequence-")) == ["bad-cloudevent"] * unreadable
    )
    rows = await databases.rows("registry", "SELECT name FROM units WHERE uscc = $1", uscc)
    assert [row[0] for row in rows] == [good["name"]]

    kept = 0
    for service in ("registry", "mobility"):
        letters = await databases.rows(service, "SELECT id, code, detail FROM dead_letters WHERE status = 'dead'")
        kept += len(letters)
        for number, code, detail in letters:
            assert code in told.values()
            assert detail
            assert (await system.say("dlq", "discard", service, str(number), "--yes")).code == 0
    assert kept == len(wrong) + unreadable
    await databases.until_quiet()
    assert await audit(system, databases) == []


async def _report_structured(system: System, event: dict[str, Any]) -> None:
    async with system.connected(BUSINESS_REGISTRY) as client:
        await client.jetstream().publish(
            f"inbound.{BUSINESS_REGISTRY}.unit-changed.v1",
            json.dumps(event).encode(),
            headers={"content-type": "application/cloudevents+json"},
        )


async def test_reports_are_taken_up_at_once_however_long_the_door_was_idle(system: System, databases: Watcher) -> None:
    """A client library that waits for a full batch held single messages back for up to twenty seconds."""
    unit = system.world.district.units[3]
    for number in range(4):
        name = f"单位{uuid.uuid4().hex[:6]}"
        await system.report(BUSINESS_REGISTRY, "unit-changed.v1", {"uscc": unit.uscc, "name": name}, id_=name)

        async def named(name: str = name) -> bool:
            query = "SELECT count(*) FROM units WHERE uscc = $1 AND name = $2"
            return bool(await databases.value("registry", query, unit.uscc, name))

        await until("the report is in", named, 3)
        if number < 3:
            await asyncio.sleep(6)  # nothing happens: that is the point


async def _refusals(system: System, stream: str) -> dict[str, str]:
    """The `inbound-refused` events as the outside system itself reads them: message id → code."""
    found: dict[str, str] = {}
    async with system.connected(BUSINESS_REGISTRY) as client:
        bus = NatsBus(client, inbox_prefix=inbox_of(BUSINESS_REGISTRY))
        last, position = await bus.last_sequence(stream), 0
        async with bus.reader(stream, 1, range(PARTITIONS)) as reader:
            while position < last:
                for one in await reader.read():
                    position = one.position
                    if ".inbound-refused." in one.type:
                        refusal = json.loads(one.data)
                        assert refusal["system"] == BUSINESS_REGISTRY
                        assert refusal["detail"]
                        found[refusal["message_id"]] = refusal["code"]
    return found


async def test_a_relocation_is_acknowledged_by_an_outside_system(
    system: System, databases: Watcher, http: httpx.AsyncClient
) -> None:
    [plan] = system.accepted_plans(1)
    await system.relocate([plan])
    identity = system.relocation_of(plan)
    await system.acknowledge(identity)  # once more, under the same id
    await system.settled(databases)

    relocation = (await http.get(f"{system.installation.url('mobility')}/relocations/{identity}")).json()

    [party] = [one for one in relocation["parties"] if one["role"] == "outside_system"]
    assert party["steps"]["acknowledged"]["state"] == "acknowledged"
    assert relocation["propagated_at"]
    assert relocation["missing"] == []


FORGED = b'{"seconds": 1}'


def fail(hole: Hole) -> None:
    raise AssertionError(f"missing: {hole}")


@pytest.mark.parametrize(
    "subject",
    ["registry.evt.member.membership-moved.v1.p00", "mobility.evt.transfer.transfer-accepted.v1.p00",
     f"inbound.{BUSINESS_REGISTRY}.unit-changed.v1", "bell.registry-dlq", "dev.clock"],
)  # fmt: skip
async def test_an_outside_system_forges_nothing(system: System, databases: Watcher, subject: str) -> None:
    async with system.connected(OPERATOR) as client:
        bus = NatsBus(client, inbox_prefix=inbox_of(OPERATOR))
        streams = ("OUT_REGISTRY", "OUT_MOBILITY", "INBOUND")
        before = [await bus.last_sequence(stream) for stream in streams]

        refused: list[str] = []

        async def on_error(error: Exception) -> None:
            refused.append(str(error).lower())

        async def told() -> bool:
            return bool(refused)

        forger = await nats.connect(
            system.installation.stack.nats_url,
            nkeys_seed=str(system.installation.files.seed(MEMBER_SYSTEM)),
            inbox_prefix=inbox_of(MEMBER_SYSTEM),
            error_cb=on_error,
        )
        try:
            await forger.publish(subject, FORGED)
            await until("the broker refuses it", told, 5)
        finally:
            await forger.close()

        assert "permissions violation for publish" in refused[0]
        # The services themselves may publish meanwhile: that their audit trail was anchored, for one.
        for stream, last in zip(streams, before, strict=True):
            async for batch in read_whole(bus, stream, last, await bus.last_sequence(stream), fail):
                assert FORGED not in {bytes(one.data) for one in batch}


async def test_no_door_was_broken_by_any_of_it(system: System, databases: Watcher) -> None:
    await system.all_ready()
    assert await audit(system, databases) == []
