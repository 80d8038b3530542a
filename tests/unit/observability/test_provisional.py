"""What becomes of a trace that was not sampled, once it is known how it ended."""

import time

import pytest
from opentelemetry.trace import StatusCode

from shared.kernel.errors import Refused, Unavailable
from shared.observability.provisional import KEPT, MOST
from shared.observability.trace_export import recorded_spans
from shared.observability.tracing import batch_span, concerns, context_from, span, traceparent_of_current

DROPPED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


def test_a_trace_that_was_not_sampled_and_went_well_leaves_nothing() -> None:
    with recorded_spans(ratio=0.0) as spans, span("POST /transfers"), span("append mobility"):
        pass
    assert spans.all == ()


def test_of_a_trace_that_failed_all_that_happened_here_is_kept() -> None:
    def request() -> None:
        with span("POST /transfers"):
            concerns("0193a0f0-7c1e-7000-8000-5b2f6d1c9e44")
            with span("append mobility", attributes={"db.system.name": "postgresql"}):
                pass
            with span("append mobility"):
                raise RuntimeError("13812345678")

    with recorded_spans(ratio=0.0) as spans, pytest.raises(RuntimeError):
        request()
    first, second, outermost = spans.all
    assert {one.name for one in (first, second)} == {"append mobility"}
    assert first.parent == second.parent
    assert first.parent is not None
    assert outermost.context is not None
    assert first.parent.span_id == outermost.context.span_id
    assert {one.context.trace_id for one in spans.all if one.context} == {outermost.context.trace_id}
    assert [one.status.status_code for one in spans.all] == [StatusCode.UNSET, StatusCode.ERROR, StatusCode.ERROR]
    for one in spans.all:
        assert (one.attributes or {})[KEPT] == "error"
        assert (one.attributes or {})["yanzhen.relocation.id"] == "0193a0f0-7c1e-7000-8000-5b2f6d1c9e44"
        assert one.context is not None
        assert one.context.trace_flags.sampled  # or no exporter would take it
        assert "13812345678" not in one.to_json()
        assert (one.start_time or 0) <= (one.end_time or 0)


def test_a_slow_one_is_kept() -> None:
    with recorded_spans(ratio=0.0, slow=0.005) as spans:
        with span("fast"):
            pass
        with span("slow"), span("inside"):
            time.sleep(0.006)
    assert [(one.name, (one.attributes or {})[KEPT]) for one in spans.all] == [("inside", "slow"), ("slow", "slow")]


def test_a_refusal_is_an_answer_and_an_outage_is_a_failure() -> None:
    with recorded_spans(ratio=0.0) as spans:
        with pytest.raises(Refused), span("refused"):
            raise Refused("no", "a rule says no")
        with pytest.raises(Unavailable), span("away"):
            raise Unavailable("away", "nobody there")
    assert [one.name for one in spans.all] == ["away"]


def test_what_was_dropped_elsewhere_is_kept_here_when_it_fails_here() -> None:
    with recorded_spans(ratio=0.0) as spans:
        with span("fine", parent=context_from(DROPPED)):
            assert (traceparent_of_current() or "")[3:35] == DROPPED[3:35]
            assert (traceparent_of_current() or "").endswith("-00")
        with pytest.raises(OSError, match="gone"), batch_span("assessment follows registry", [DROPPED]):
            raise OSError("gone")
    (kept,) = spans.all
    assert kept.parent is not None
    assert f"{kept.parent.span_id:016x}" == DROPPED[36:52]


def test_memory_is_bounded_and_the_outermost_is_always_among_what_is_kept() -> None:
    def request() -> None:
        with span("outermost"):
            for _ in range(3 * MOST):
                with span("inside"):
                    pass
            raise OSError("gone")

    with recorded_spans(ratio=0.0) as spans, pytest.raises(OSError, match="gone"):
        request()
    assert len(spans.all) == MOST + 1
    assert spans.all[-1].name == "outermost"
