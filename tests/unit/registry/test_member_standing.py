"""Probation, confirmation, and who leaves the roll."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registry.domain.member.commands import (
    ConfirmMember,
    EndMembership,
    ExtendProbation,
    MoveMembership,
    NoteProbationOver,
)
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.member.events import (
    MemberAdmitted,
    MemberConfirmed,
    MembershipEnded,
    ProbationExtended,
    ProbationOver,
)
from shared.kernel.calendar import start_of_day
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.sealed import Sealed
from shared.kernel.timer import ArmTimer, CancelTimer
from tests.support.sealed_words import sealed_words

NAME = Sealed("sealed:1:key:" + "A" * 40)
T0 = datetime(2026, 7, 2, tzinfo=UTC)
ENDS = date(2026, 7, 1)
BY = {"member_id": "m1", "decided_by": "c1", "person_id": "m9", "decided_at": T0}
ADMITTED = MemberAdmitted(
    member_id="m1", organisation_id="b1", status="probationary", admitted_on=date(2025, 7, 1), probation_ends_on=ENDS,
    name=NAME, resident_id=NAME,
)  # fmt: skip
FORMAL = ADMITTED.model_copy(update={"status": "formal", "probation_ends_on": None})


def confirm(day: date = ENDS) -> ConfirmMember:
    return ConfirmMember(**BY, confirmed_on=day)


def extend(day: date) -> ExtendProbation:
    return ExtendProbation(**BY, probation_ends_on=day, text=sealed_words("支部大会决定"))


def end(**changed: Any) -> EndMembership:
    return EndMembership(
        **{**BY, "ground": "deceased", "ended_on": date(2026, 8, 1), "text": sealed_words("x"), **changed}
    )


def after(*events: DomainEvent) -> Any:
    return MEMBER.fold(events)


def test_a_probationary_member_is_confirmed_when_probation_is_over_and_not_before() -> None:
    with pytest.raises(Invalid, match=r"^probation-not-over:"):
        MEMBER.decide(confirm(date(2026, 6, 30)), after(ADMITTED))
    [confirmed] = MEMBER.decide(confirm(), after(ADMITTED))
    assert isinstance(confirmed, MemberConfirmed)
    state = after(ADMITTED, confirmed)
    assert state.status == "formal"
    assert MEMBER.decide(confirm(), state) == []
    with pytest.raises(Refused, match=r"^not-probationary:"):
        MEMBER.decide(confirm(), after(FORMAL))


@pytest.mark.parametrize("day", [date(2026, 12, 31), date(2027, 7, 2)])
def test_a_probation_is_extended_by_half_a_year_to_a_year(day: date) -> None:
    with pytest.raises(Invalid, match=r"^extension-length:.*2027-01-01 to 2027-07-01"):
        MEMBER.decide(extend(day), after(ADMITTED))


def test_a_probation_is_extended_once() -> None:
    [extended] = MEMBER.decide(extend(date(2027, 1, 1)), after(ADMITTED))
    assert isinstance(extended, ProbationExtended)
    state = after(ADMITTED, extended)
    assert MEMBER.decide(extend(date(2027, 1, 1)), state) == []
    with pytest.raises(Refused, match=r"^probation-already-extended:"):
        MEMBER.decide(extend(date(2027, 7, 1)), state)
    with pytest.raises(Invalid, match=r"^probation-not-over:"):
        MEMBER.decide(confirm(), state)


def test_the_branch_is_told_when_probation_is_over_and_nothing_is_decided_by_that() -> None:
    assert MEMBER.timers(ADMITTED) == [ArmTimer("probation", start_of_day(ENDS))]
    assert MEMBER.timers(FORMAL) == []
    note = NoteProbationOver(due_at=start_of_day(ENDS))
    over = ProbationOver(member_id="m1", organisation_id="b1", probation_ends_on=ENDS)
    assert MEMBER.decide(note, after(ADMITTED)) == [over]
    assert after(ADMITTED, over) == after(ADMITTED)
    [confirmed] = MEMBER.decide(confirm(), after(ADMITTED))
    assert MEMBER.timers(confirmed) == [CancelTimer("probation")]
    assert MEMBER.decide(note, after(ADMITTED, confirmed)) == []
    [extended] = MEMBER.decide(extend(date(2027, 1, 1)), after(ADMITTED))
    assert MEMBER.decide(note, after(ADMITTED, extended)) == []


def test_whoever_is_off_the_roll_is_neither_moved_nor_confirmed() -> None:
    [ended] = MEMBER.decide(end(), after(ADMITTED))
    assert isinstance(ended, MembershipEnded)
    assert ended.organisation_id == "b1"
    state = after(ADMITTED, ended)
    assert MEMBER.decide(end(), state) == []
    move = MoveMembership(
        member_id="m1", from_organisation_id="b1", to_organisation_id="b2", transfer_id="t", moved_at=T0
    )
    for command in (confirm(), extend(date(2027, 1, 1)), move, end(ended_on=date(2026, 9, 1))):
        with pytest.raises(Refused, match=r"^member-left:"):
            MEMBER.decide(command, state)


def test_an_end_has_a_ground_that_applies_and_a_possible_day() -> None:
    with pytest.raises(Invalid, match=r"^end-ground:"):
        MEMBER.decide(end(ground="probation_cancelled"), after(FORMAL))
    assert MEMBER.decide(end(ground="probation_cancelled"), after(ADMITTED))
    with pytest.raises(Invalid, match=r"^end-dates:"):
        MEMBER.decide(end(ended_on=date(2020, 1, 1)), after(ADMITTED))
    with pytest.raises(Refused, match=r"^member-unknown:"):
        MEMBER.decide(end(), MEMBER.initial)
