"""An operator finds a relocation in the trace backend, and sees there what `yanzhen trace` says of it."""

import json
import re
from collections.abc import AsyncIterator, Iterable
from datetime import datetime

import httpx
import pytest

from services.cli.catalogue import NAMES
from shared.kernel.calendar import SHANGHAI
from tests.system.observed import Observed
from tests.system.otlp import Seen
from tests.system.support import Watcher, until

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("watched")]

ACCEPTANCE = "POST /transfers/{transfer_id}/acceptance"
EXPECTED = {
    "mobility": {
        ACCEPTANCE,
        "append mobility",
        "mobility handles|follows mobility",
        "mobility handles|follows registry",
    },
    "registry": {"registry handles|follows mobility", "append registry"},
    "assessment": {"assessment handles|follows registry", "append assessment"},
    "notify": {
        "notify handles|follows mobility",
        "append notify",
        "attempt email",
        "send email",
        "attempt sms",
        "send sms",
    },
}
"""What must be in the trace of an acceptance, by service."""


@pytest.fixture
async def databases(watched: Observed) -> AsyncIterator[Watcher]:
    async with Watcher(watched.installation) as databases:
        yield databases


@pytest.fixture
async def relocated(watched: Observed, databases: Watcher) -> str:
    """A relocation that is propagated, all of whose spans have come in."""
    if not watched.book.accepted:
        await watched.relocate(watched.accepted_plans(3))
    await watched.settled(databases)
    relocation_id = next(iter(watched.book.accepted))
    tied = [row[0] for name in NAMES for row in await _tied(databases, name, relocation_id)]

    async def all_in() -> bool:
        spans = {one.span_id for one in watched.receiver.spans}
        about = watched.about(relocation_id)
        parents = {one.parent_id for one in about} - {""}
        batches = {span_id for one in about if one.kind == "CONSUMER" for _, span_id in one.links}
        return {text[36:52] for text in tied} | parents | batches <= spans

    await until("every span has come in", all_in)
    return relocation_id


async def _tied(databases: Watcher, service: str, relocation_id: str) -> list[tuple[str, str, datetime]]:
    """(traceparent, type, time) of every event of the story."""
    rows = await databases.rows(
        service, "SELECT meta->>'traceparent', type, recorded_at FROM events WHERE correlation_id = $1", relocation_id
    )
    return [(row[0], row[1], row[2]) for row in rows]


def acceptance(watched: Observed, relocation_id: str) -> Seen:
    [found] = [one for one in watched.about(relocation_id) if one.name == ACCEPTANCE]
    return found


async def test_one_unbroken_trace_leads_from_the_request_to_the_providers(watched: Observed, relocated: str) -> None:
    request = acceptance(watched, relocated)
    spans = watched.trace(request.trace_id)

    roots = [one for one in spans.values() if not one.parent_id]
    orphans = [one.name for one in spans.values() if one.parent_id and one.parent_id not in spans]
    assert [one.name for one in roots] == [ACCEPTANCE]
    assert orphans == []
    reached = [*spans.values(), *_shared_batches(watched, spans.values())]
    for service in NAMES:
        names = {_shortened(one) for one in reached if one.service == service}
        assert EXPECTED[service] - names == set(), service
    # Batches that hold messages of several traces are traces of their own, linked to each of them.
    relays = {
        one.name
        for one in watched.receiver.spans
        if one.kind == "PRODUCER" and request.trace_id in {one.trace_id, *(link[0] for link in one.links)}
    }
    assert {"relay OUT_MOBILITY", "relay OUT_REGISTRY", "relay OUT_ASSESSMENT", "relay OUT_NOTIFY"} <= relays


def _shared_batches(watched: Observed, spans: Iterable[Seen]) -> list[Seen]:
    """The traces of batches that these were handled in together with other relocations: there is one commit for all."""
    linked = {trace_id for one in spans if one.kind == "CONSUMER" for trace_id, _ in one.links}
    return [one for one in watched.receiver.spans if one.trace_id in linked]


def _shortened(span: Seen) -> str:
    """A message that was handled alone has one span, in a batch one of its own below or beside the batch's."""
    follows = re.fullmatch(r"(\w+) follows (\w+)", span.name)
    if follows:
        return f"{follows[1]} handles|follows {follows[2]}"
    handles = re.fullmatch(r"(\w+) handles [\w-]+", span.name)
    source = str(span.attributes.get("messaging.destination.name", "")).removeprefix("OUT_").lower()
    return f"{handles[1]} handles|follows {source}" if handles else span.name


async def test_a_relocation_is_found_by_its_id_at_every_step(watched: Observed, relocated: str) -> None:
    found = watched.about(relocated)

    assert {one.service for one in found} == set(NAMES)
    names = {one.name for one in [*found, *_shared_batches(watched, found)]}
    assert {
        "POST /transfers", "POST /transfers/{transfer_id}/acceptance", "POST /transfers/{transfer_id}/receipt",
        "append mobility", "append registry", "append assessment", "append notify", "send email", "send sms",
        "receipt email", "receipt sms", "mobility takes from outside",
    } <= names  # fmt: skip
    # In its trace only what several messages share goes without: batches on the way, and what is appended for them.
    for one in watched.trace(acceptance(watched, relocated).trace_id).values():
        shared = one.kind in ("PRODUCER", "CONSUMER") and "messaging.message.id" not in one.attributes
        assert shared or one.name.startswith("append") or one.attributes.get("yanzhen.relocation.id") == relocated, one


async def test_the_backend_and_yanzhen_trace_agree(watched: Observed, databases: Watcher, relocated: str) -> None:
    told = (await watched.say("trace", relocated, "--all")).out
    spans = {(one.trace_id, one.span_id): one for one in watched.receiver.spans}
    services = 0
    for service in NAMES:
        events = await _tied(databases, service, relocated)
        services += bool(events)
        for traceparent, kind, at in events:
            _, trace_id, span_id, flags = traceparent.split("-")
            span = spans[trace_id, span_id]
            assert span.service == service
            assert int(flags, 16) & 1  # sampled
            assert span.start <= at.timestamp() * 1e9 + 1e6, (kind, span)  # PostgreSQL keeps microseconds
            assert at.timestamp() * 1e9 - 1e6 <= span.end, (kind, span)
            local = f"{at.astimezone(SHANGHAI):%H:%M:%S.%f}"[:-3]
            assert re.search(rf"{service} +{kind}  {re.escape(local)}", told), f"{service} {kind} {local}\n{told}"
    assert services == len(NAMES)


async def test_spans_say_what_they_are_by_the_conventions(watched: Observed, relocated: str) -> None:
    spans = watched.receiver.spans
    for one in spans:
        assert one.resource["service.namespace"] == "yanzhen"
        assert one.resource["service.version"]
        assert one.resource["service.instance.id"]
        needed: dict[str, tuple[str, ...]] = {
            "SERVER": ("http.request.method", "http.response.status_code", "url.scheme", "server.address"),
            "PRODUCER": (
                "messaging.system",
                "messaging.destination.name",
                "messaging.operation.type",
                "server.address",
            ),
            "CONSUMER": ("messaging.system", "messaging.destination.name", "messaging.operation.type"),
        }
        if one.name.startswith("append"):
            needed["CLIENT"] = ("db.system.name", "db.namespace", "db.operation.name", "server.address", "server.port")
        if one.name.startswith("send"):
            needed["CLIENT"] = ("server.address", "server.port", "yanzhen.provider")
        assert [name for name in needed.get(one.kind, ()) if name not in one.attributes] == [], one
    instances = {one.resource["service.instance.id"] for one in spans}
    assert len(instances) == len(NAMES)
    # By operation: neither an id nor a number is part of a name, or every trace would have names of its own.
    assert [name for name in {one.name for one in spans} if re.search(r"\d{2}|[0-9a-f]{8}-", name)] == []


async def test_metrics_and_logs_lead_to_traces(watched: Observed, relocated: str) -> None:
    known = {one.trace_id for one in watched.receiver.spans}
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        for name in NAMES:
            url = f"{watched.installation.url(name)}/metrics"
            answer = await http.get(url, headers={"accept": "application/openmetrics-text; version=1.0.0"})
            assert answer.headers["content-type"].startswith("application/openmetrics-text")
            exemplars = set(re.findall(r'# \{trace_id="([0-9a-f]{32})"\}', answer.text))
            assert exemplars & known
            assert "# {" not in (await http.get(url)).text  # the older format knows no exemplars
    log = (watched.data_dir / "logs" / "mobility.log").read_text()
    lines = [json.loads(line) for line in log.splitlines() if '"request"' in line]
    request = acceptance(watched, relocated)
    [line] = [line for line in lines if line.get("trace_id") == request.trace_id]
    assert line["span_id"] == request.span_id
    assert line["status"] == 200
