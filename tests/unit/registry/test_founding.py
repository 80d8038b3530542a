"""Applying for a party organisation, and the answer within a month (domain §1.5 P6)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registry.domain.founding.decider import (
    FOUNDING,
    ApplyForFounding,
    DecideFounding,
    FoundingApplied,
    FoundingDecided,
    FoundingReplyOverdue,
)
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer

APPLIED_AT = datetime(2026, 10, 30, 20, tzinfo=UTC)  # 31 October in Shanghai


def apply(*history: DomainEvent, **more: Any) -> Sequence[DomainEvent]:
    facts = {"founding_id": "f1", "organisation_id": "o1", "name": "甲支部", "kind": "branch", "area_code": "430702",
             "formal_members": 3, "applied_by": "c1", "decided_by": "k1", "applied_at": APPLIED_AT, **more}  # fmt: skip
    return FOUNDING.decide(ApplyForFounding.model_validate(facts), FOUNDING.fold(history))


def applied() -> FoundingApplied:
    [event] = apply()
    assert isinstance(event, FoundingApplied)
    return event


def decide(decision: str, *history: DomainEvent, by: str = "k1", reason: str | None = None) -> Sequence[DomainEvent]:
    facts = {"decision": decision, "decided_by": by, "person_id": "p1", "reason": reason, "decided_on": "2026-11-10"}
    return FOUNDING.decide(DecideFounding.model_validate(facts), FOUNDING.fold(history))


def test_an_answer_is_due_within_a_calendar_month_in_shanghai() -> None:
    event = applied()
    assert event.reply_by == date(2026, 11, 30)
    assert FOUNDING.timers(event) == [ArmTimer("reply", datetime(2026, 11, 30, 15, 59, 59, 999999, tzinfo=UTC))]


def test_an_application_repeated_is_the_same_one_and_another_needs_another_id() -> None:
    later = datetime(2026, 11, 1, tzinfo=UTC)
    assert apply(applied(), applied_at=later) == []
    with pytest.raises(Refused, match=r"^founding-known:"):
        apply(applied(), name="乙支部")


def test_nobody_applies_for_a_branch_with_two_formal_members() -> None:
    with pytest.raises(Refused, match=r"^too-few-formal-members:"):
        apply(formal_members=2)


def test_silence_is_overdue_in_the_hands_of_the_body_that_was_asked() -> None:
    assert FOUNDING.on_timer is not None
    command = FOUNDING.on_timer(DueTimer("founding-f1", "reply", APPLIED_AT, datetime(2026, 12, 1, tzinfo=UTC)))
    [overdue] = FOUNDING.decide(command, FOUNDING.fold([applied()]))
    assert isinstance(overdue, FoundingReplyOverdue)
    assert (overdue.decided_by, overdue.applied_by) == ("k1", "c1")
    assert FOUNDING.decide(command, FOUNDING.fold([applied(), overdue])) == []
    assert decide("approved", applied(), overdue)


def test_the_body_that_was_asked_answers_once_and_lifts_the_deadline() -> None:
    [answer] = decide("approved", applied())
    assert isinstance(answer, FoundingDecided)
    assert (answer.organisation_id, answer.person_id) == ("o1", "p1")
    assert FOUNDING.timers(answer) == [CancelTimer("reply")]
    assert decide("approved", applied(), answer) == []
    with pytest.raises(Refused, match=r"^founding-decided:"):
        decide("refused", applied(), answer, reason="x")


def test_nobody_else_answers_and_a_refusal_has_a_reason() -> None:
    with pytest.raises(Refused, match=r"^not-the-body-asked:"):
        decide("approved", applied(), by="c1")
    with pytest.raises(Invalid, match=r"^reason-missing:"):
        decide("refused", applied())
    with pytest.raises(Refused, match=r"^founding-unknown:"):
        decide("approved")
