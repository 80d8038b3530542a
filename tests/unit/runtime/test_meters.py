"""What a consumer's batches look like in a trace."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from opentelemetry.sdk.trace import ReadableSpan

from shared.contracts.assessment import RosterUpdated
from shared.contracts.base import PublicEvent
from shared.contracts.registry import MembershipMoved
from shared.messaging.envelope import Envelope
from shared.observability.metrics import Metrics
from shared.observability.trace_export import recorded_spans
from shared.observability.tracing import span
from shared.runtime.meters import TracedMeter

RELOCATIONS = [f"0193a0f0-7c1e-7000-8000-00000000000{n}" for n in range(3)]
MOVED = MembershipMoved.ce_type


def moved(relocation_id: str) -> MembershipMoved:
    return MembershipMoved(
        member_id="m", transfer_id=relocation_id, from_organisation_id="a", to_organisation_id="b",
        moved_at=datetime(2026, 11, 22, tzinfo=UTC),
    )  # fmt: skip


def envelope(position: int, traceparent: str | None, ce_type: str = MOVED) -> Envelope:
    headers = {"traceparent": traceparent} if traceparent else {}
    return Envelope("OUT_REGISTRY", position, position - 1, 0, "k", f"event-{position}", ce_type, headers, b"")


def traceparent(number: int, flags: str = "01") -> str:
    return f"00-{number:032x}-{number:016x}-{flags}"


@pytest.fixture
def meter() -> TracedMeter:
    return TracedMeter(Metrics(), "assessment", "OUT_REGISTRY", lambda ce_type: ce_type == MOVED)


def handle(meter: TracedMeter, batch: Sequence[Envelope], events: Sequence[PublicEvent | None]) -> list[str | None]:
    """The traceparents that the effects of each message bear."""
    found = []
    with meter.batch(batch):
        for one, event in zip(batch, events, strict=True):
            with meter.message(one, event) as cause:
                found.append(cause.traceparent)
                with span("inside"):
                    pass
    return found


def attributes(one: ReadableSpan) -> dict[str, object]:
    return dict(one.attributes or {})


def test_one_message_goes_on_in_its_own_trace_with_one_span(meter: TracedMeter) -> None:
    with recorded_spans() as spans:
        [effect] = handle(meter, [envelope(1, traceparent(7))], [moved(RELOCATIONS[0])])
    [batch] = spans.named("assessment follows registry")
    assert batch.context is not None
    assert batch.parent is not None
    assert (batch.context.trace_id, batch.parent.span_id) == (7, 7)
    assert effect == f"00-{7:032x}-{batch.context.span_id:016x}-01"
    assert attributes(batch) == {
        "messaging.system": "nats",
        "messaging.operation.type": "process",
        "messaging.operation.name": "follow",
        "messaging.destination.name": "OUT_REGISTRY",
        "messaging.consumer.group.name": "assessment",
        "messaging.batch.message_count": 1,
        "messaging.message.id": "event-1",
        "cloudevents.event_type": MOVED,
        "yanzhen.relocation.id": RELOCATIONS[0],
    }


def test_of_many_traces_each_goes_on_unbroken_and_the_batch_is_linked_to_all(meter: TracedMeter) -> None:
    with recorded_spans(ratio=0.0) as spans:
        effects = handle(
            meter, [envelope(n + 1, traceparent(n + 1)) for n in range(3)], [moved(one) for one in RELOCATIONS]
        )
    [batch] = spans.named("assessment follows registry")
    handled = spans.named("assessment handles membership-moved")
    assert batch.context is not None
    assert batch.parent is None
    assert {link.context.trace_id for link in batch.links} == {1, 2, 3}
    for number, one in enumerate(handled):
        assert one.context is not None
        assert one.parent is not None
        assert (one.context.trace_id, one.parent.span_id) == (number + 1, number + 1)
        assert [link.context.span_id for link in one.links] == [batch.context.span_id]
        assert attributes(one)["yanzhen.relocation.id"] == RELOCATIONS[number]
        assert effects[number] == f"00-{number + 1:032x}-{one.context.span_id:016x}-01"
    assert {one.context.trace_id for one in spans.named("inside") if one.context} == {1, 2, 3}


def test_what_is_only_passed_by_is_in_nobodys_trace(meter: TracedMeter) -> None:
    passing = RosterUpdated.ce_type
    with recorded_spans() as spans:
        handle(meter, [envelope(1, traceparent(1), passing), envelope(2, traceparent(2), passing)], [None, None])
    assert spans.named("assessment follows registry") == []
    assert spans.named("assessment handles roster-updated") == []


def test_of_traces_that_nobody_keeps_the_effects_stay_in_theirs(meter: TracedMeter) -> None:
    with recorded_spans(ratio=0.0) as spans:
        effects = handle(
            meter,
            [envelope(n + 1, traceparent(n + 1, "00")) for n in range(2)],
            [moved(one) for one in RELOCATIONS[:2]],
        )
    assert effects == [traceparent(1, "00"), traceparent(2, "00")]
    assert spans.all == ()


def test_without_an_exporter_the_trace_goes_on_all_the_same(meter: TracedMeter) -> None:
    sent = [traceparent(1), traceparent(2)]
    assert (
        handle(meter, [envelope(n + 1, one) for n, one in enumerate(sent)], [moved(r) for r in RELOCATIONS[:2]]) == sent
    )
    assert handle(meter, [envelope(3, sent[0])], [moved(RELOCATIONS[0])]) == [sent[0]]


def test_handling_is_timed_by_type_and_outcome_with_the_way_to_a_trace() -> None:
    metrics = Metrics()
    meter = TracedMeter(metrics, "assessment", "OUT_REGISTRY", lambda _: True)
    with recorded_spans():
        handle(meter, [envelope(1, traceparent(1))], [moved(RELOCATIONS[0])])
        with pytest.raises(OSError, match="gone"), meter.batch([envelope(2, traceparent(2))]):
            raise OSError("gone")
        with meter.batch([envelope(3, traceparent(3))]):
            meter.dead(envelope(3, traceparent(3)), "schema-violation")
    [family] = [one for one in metrics.registry.collect() if one.name == "yanzhen_handler_seconds"]
    counted = {one.labels["outcome"]: one.value for one in family.samples if one.name.endswith("_count")}
    assert counted == {"ok": 1, "failed": 1, "dead": 1}
    traces = {one.exemplar.labels["trace_id"] for one in family.samples if one.exemplar}
    assert f"{1:032x}" in traces
    labels = {"consumer": "assessment", "type": MOVED, "code": "schema-violation"}
    assert metrics.registry.get_sample_value("yanzhen_dead_lettered_total", labels) == 1
