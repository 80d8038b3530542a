import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.trace import SpanKind

from shared.kernel.errors import Refused
from shared.observability.metrics import exemplar
from shared.observability.trace_export import recorded_spans, setup_tracing
from shared.observability.tracing import (
    MAX_LINKS,
    batch_span,
    context_from,
    current_trace_id,
    span,
    traceparent_of_current,
)

KEPT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
DROPPED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


def traceparents(count: int, flags: str = "01") -> list[str | None]:
    return [f"00-{n:032x}-{n:016x}-{flags}" for n in range(1, count + 1)]


def test_a_traceparent_survives_reading_and_writing() -> None:
    for text in (KEPT, DROPPED):
        with span("any", parent=context_from(text)):
            assert traceparent_of_current() == text
    assert traceparent_of_current() is None
    assert current_trace_id() is None


@pytest.mark.parametrize(
    "garbage",
    [
        None,
        "",
        "garbage",
        KEPT.upper(),
        KEPT[:-1],
        KEPT + "-more",
        KEPT.replace("00-", "ff-", 1),
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
        KEPT.replace("0af", "０af"),
        KEPT + "-" + "x" * 1000,
    ],
)
def test_a_malformed_traceparent_is_none(garbage: str | None) -> None:
    assert context_from(garbage) is None


@given(st.text())
def test_no_text_makes_reading_a_traceparent_fail(text: str) -> None:
    context_from(text)
    with batch_span("any", [text, KEPT]):
        pass


def test_a_later_version_of_the_header_is_read_as_far_as_it_is_known() -> None:
    assert context_from(KEPT.replace("00-", "cc-", 1) + "-what-follows") == context_from(KEPT)


def test_without_an_exporter_there_are_trace_ids_all_the_same() -> None:
    with span("outer"):
        outer = current_trace_id()
        assert outer is not None
        with span("inner") as inner:
            assert current_trace_id() == outer
            assert not inner.is_recording()
        assert current_trace_id() == outer
    with span("another"):
        assert current_trace_id() != outer


def test_a_trace_kept_elsewhere_passes_unbroken_through_a_process_that_exports_nothing() -> None:
    with span("handle", parent=context_from(KEPT)), span("append"):
        assert traceparent_of_current() == KEPT


def test_a_span_is_recorded_below_its_parent_with_its_kind_and_attributes() -> None:
    attributes = {"yanzhen.relocation.id": "r"}
    with (
        recorded_spans() as spans,
        span("outer", kind=SpanKind.SERVER, parent=context_from(KEPT), attributes=attributes),
        span("inner"),
    ):
        pass
    inner, outer = spans.all
    assert outer.parent is not None
    assert f"{outer.parent.span_id:016x}" == "b7ad6b7169203331"
    assert inner.parent == outer.context
    assert outer.kind is SpanKind.SERVER
    assert dict(outer.attributes or {}) == {"yanzhen.relocation.id": "r"}


def test_a_failure_is_marked_by_its_type_and_its_message_is_not_kept() -> None:
    with recorded_spans() as spans, pytest.raises(ValueError, match="13812345678"), span("work"):
        raise ValueError("13812345678")
    (failed,) = spans.all
    assert failed.status.status_code is trace.StatusCode.ERROR
    assert dict(failed.attributes or {}) == {"error.type": "ValueError"}
    assert "13812345678" not in failed.to_json()


def test_a_refusal_is_told_by_its_code_and_is_no_error() -> None:
    with recorded_spans() as spans, pytest.raises(Refused), span("append mobility"):
        raise Refused("already-open", "13812345678")
    (refused,) = spans.all
    assert refused.status.status_code is trace.StatusCode.UNSET
    assert dict(refused.attributes or {}) == {"yanzhen.outcome": "already-open"}
    assert "13812345678" not in refused.to_json()


def test_an_unsampled_parent_means_no_child_is_recorded() -> None:
    with recorded_spans(ratio=1.0) as spans, span("child", parent=context_from(DROPPED)):
        below = traceparent_of_current()
        assert below is not None
        assert (below[:35], below[52:]) == (DROPPED[:35], DROPPED[52:])  # the same trace, and still not sampled
        assert exemplar() is None
    assert spans.all == ()


def test_a_new_trace_is_kept_by_ratio_and_a_kept_one_always() -> None:
    with recorded_spans(ratio=0.0) as spans:
        with span("new"):
            pass
        with span("kept", parent=context_from(KEPT)):
            assert exemplar() == {"trace_id": "0af7651916cd43dd8448eb211c80319c"}
    assert [one.name for one in spans.all] == ["kept"]


def test_a_batch_is_one_span_linked_to_every_kept_trace() -> None:
    with (
        recorded_spans(ratio=0.0) as spans,
        batch_span("apply", [*traceparents(5), None, "junk", *traceparents(5)], {"n": 1}),
    ):
        pass
    (batch,) = spans.all
    assert batch.kind is SpanKind.CONSUMER
    assert batch.parent is None
    assert {link.context.trace_id for link in batch.links} == {1, 2, 3, 4, 5}
    assert dict(batch.attributes or {}) == {"n": 1}


def test_a_batch_whose_traces_were_all_dropped_is_dropped() -> None:
    with recorded_spans(ratio=1.0) as spans, batch_span("apply", traceparents(5, "00")):
        pass
    assert spans.all == ()


def test_a_batch_from_a_single_span_continues_its_trace() -> None:
    with recorded_spans(ratio=0.0) as spans, batch_span("apply", [KEPT, KEPT]):
        assert current_trace_id() == "0af7651916cd43dd8448eb211c80319c"
    (batch,) = spans.all
    assert batch.parent is not None
    assert len(batch.links) == 1


def test_a_batch_does_not_become_a_child_of_whatever_happens_to_be_current() -> None:
    with recorded_spans() as spans, span("loop"), batch_span("apply", traceparents(2)):
        pass
    assert spans.named("apply")[0].parent is None


def test_links_are_capped() -> None:
    with recorded_spans() as spans, batch_span("apply", traceparents(200)):
        pass
    assert len(spans.all[0].links) == MAX_LINKS


def test_nothing_is_exported_unless_an_endpoint_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", raising=False)
    assert not setup_tracing("s", "1").exporting
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    tracing = setup_tracing("s", "1")
    try:
        assert tracing.exporting
    finally:
        tracing.shutdown()
    with span("after"):
        assert exemplar() is None


def per_call(count: int, work: Callable[[], None]) -> float:
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        for _ in range(count):
            work()
        best = min(best, (time.perf_counter() - began) / count)
    return best


def test_spans_that_nobody_keeps_cost_next_to_nothing() -> None:
    def child() -> None:
        with span("x"):
            pass

    batch = traceparents(200, "00")

    def handle() -> None:
        with batch_span("x", batch):
            pass

    with span("root"):
        assert per_call(2000, child) < 10e-6  # measured 0.9 µs; the bound leaves room for a busy machine
    assert per_call(200, handle) < 200e-6  # measured 7 µs for 200 messages
