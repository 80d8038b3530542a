"""走访: a record that is void when it was wrong, and never entered twice."""

from datetime import date

import pytest

from services.registry.domain.records import VoidRecord
from services.registry.domain.visit.decider import VISIT, RecordVisit, VisitRecorded, VisitVoided
from shared.kernel.errors import Refused

VISIT_1 = RecordVisit(
    visit_id="v1", post_id="p1", kind="liaison", person_id="m1", scope="unit", scope_id="u1",
    visited_on=date(2026, 9, 12), services=("policy",),
)  # fmt: skip


def test_a_visit_is_recorded_once_and_voided_once() -> None:
    [recorded] = VISIT.decide(VISIT_1, VISIT.initial)
    assert isinstance(recorded, VisitRecorded)
    held = VISIT.fold([recorded])
    assert VISIT.decide(VISIT_1, held) == []
    with pytest.raises(Refused, match=r"^visit-exists:"):
        VISIT.decide(VISIT_1.model_copy(update={"services": ("talent",)}), held)
    [voided] = VISIT.decide(VoidRecord(reason="重复录入"), held)
    assert voided == VisitVoided(visit_id="v1", reason="重复录入")
    void = VISIT.fold([recorded, voided])
    assert VISIT.decide(VoidRecord(reason="x"), void) == []
    with pytest.raises(Refused, match=r"^visit-exists:"):
        VISIT.decide(VISIT_1, void)
    with pytest.raises(Refused, match=r"^visit-unknown:"):
        VISIT.decide(VoidRecord(reason="x"), VISIT.initial)
