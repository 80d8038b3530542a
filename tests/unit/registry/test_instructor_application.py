"""双向选择: application, review, appointment."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.registry.domain.instructor_application.commands import (
    ApplicationCommand,
    ApplyAsInstructor,
    AppointInstructor,
    MarkReviewOverdue,
    ReviewApplication,
    WithdrawApplication,
)
from services.registry.domain.instructor_application.decider import INSTRUCTOR_APPLICATION as DECIDER
from services.registry.domain.instructor_application.decider import Application, timers
from services.registry.domain.instructor_application.events import InstructorAppointed, InstructorReviewOverdue
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.timer import ArmTimer

T0 = datetime(2026, 3, 2, 1, tzinfo=UTC)
DUE = T0 + timedelta(days=30)
APPLY = ApplyAsInstructor(
    application_id="a1",
    person_id="m1",
    station_id="s1",
    organisation_id="c1",
    wishes=("o1",),
    source="volunteered",
    capacity="party_affairs_head",
    applied_at=T0,
    due_at=DUE,
)
WITHDRAW = WithdrawApplication(withdrawn_at=T0)
APPOINT = AppointInstructor(post_id="p1", organisation_ids=("o1",), since=date(2026, 4, 1), appointed_at=T0)


def review(**changed: Any) -> ReviewApplication:
    return ReviewApplication(
        **{
            "accepted": True,
            "criteria_met": ("politics", "skill", "conduct"),
            "text": "符合条件",
            "reviewed_by": "c1",
            "person_id": "m9",
            "reviewed_at": T0,
            **changed,
        }
    )


def after(*commands: ApplicationCommand) -> Application:
    state = DECIDER.initial
    for command in commands:
        state = DECIDER.fold(DECIDER.decide(command, state), state)
    return state


def test_whoever_applies_is_reviewed_and_then_appointed() -> None:
    [appointed] = DECIDER.decide(APPOINT, after(APPLY, review()))
    assert isinstance(appointed, InstructorAppointed)
    assert (appointed.person_id, appointed.station_id, appointed.organisation_ids) == ("m1", "s1", ("o1",))


def test_the_body_has_until_a_day_and_is_reminded_once() -> None:
    [applied] = DECIDER.decide(APPLY, DECIDER.initial)
    assert timers(applied) == [ArmTimer("review", DUE)]
    [late] = DECIDER.decide(MarkReviewOverdue(), after(APPLY))
    assert isinstance(late, InstructorReviewOverdue)
    assert (late.organisation_id, late.due_at) == ("c1", DUE)
    assert DECIDER.decide(MarkReviewOverdue(), after(APPLY, MarkReviewOverdue())) == []
    assert DECIDER.decide(MarkReviewOverdue(), after(APPLY, review())) == []
    assert DECIDER.decide(review(), after(APPLY, MarkReviewOverdue()))


def test_only_the_body_of_the_station_reviews() -> None:
    with pytest.raises(Refused, match=r"^not-the-reviewing-body:"):
        DECIDER.decide(review(reviewed_by="c2"), after(APPLY))


def test_whoever_is_accepted_meets_all_criteria() -> None:
    with pytest.raises(Invalid, match=r"^criteria-missing:.*conduct"):
        DECIDER.decide(review(criteria_met=("politics", "skill")), after(APPLY))
    assert DECIDER.decide(review(accepted=False, criteria_met=()), after(APPLY))


def test_nobody_is_appointed_without_an_acceptance_or_twice() -> None:
    for state in (after(APPLY), after(APPLY, review(accepted=False)), after(APPLY, review(), WITHDRAW)):
        with pytest.raises(Refused, match=r"^application-not-accepted:"):
            DECIDER.decide(APPOINT, state)
    with pytest.raises(Refused, match=r"^application-ended:"):
        DECIDER.decide(APPOINT, after(APPLY, review(), APPOINT))


def test_what_is_said_again_changes_nothing_and_something_else_is_refused() -> None:
    assert DECIDER.decide(APPLY, after(APPLY)) == []
    assert DECIDER.decide(review(reviewed_at=DUE), after(APPLY, review())) == []
    assert DECIDER.decide(WITHDRAW, after(APPLY, WITHDRAW)) == []
    with pytest.raises(Refused, match=r"^application-exists:"):
        DECIDER.decide(APPLY.model_copy(update={"person_id": "m2"}), after(APPLY))
    with pytest.raises(Refused, match=r"^application-reviewed:"):
        DECIDER.decide(review(accepted=False), after(APPLY, review()))
    with pytest.raises(Refused, match=r"^application-ended:"):
        DECIDER.decide(WITHDRAW, after(APPLY, review(), APPOINT))
    with pytest.raises(NotFound, match=r"^application-unknown:"):
        DECIDER.decide(review(), DECIDER.initial)
