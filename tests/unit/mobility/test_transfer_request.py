from datetime import date
from typing import Any

import pytest

from services.mobility.domain.transfer.decider import TRANSFER
from services.mobility.domain.transfer.events import HolderChanged, TransferRequested
from services.mobility.domain.transfer.policy import TransferPolicy
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import T0, approve, ask, ask_within, at, facts


def test_request_goes_to_the_first_committee_of_the_path() -> None:
    state = (
        given(TRANSFER)
        .when(ask())
        .then(
            TransferRequested,
            HolderChanged(
                case_id="t1", member_id="m1", holder_id="c1", task="approve", due_at=at(3), escalate_at=at(8)
            ),
        )
    )
    assert (state.status, state.holder, state.due_at) == ("approving", "c1", at(3))


def test_within_a_committee_it_goes_straight_to_that_committee() -> None:
    state = given(TRANSFER).when(ask_within()).then(TransferRequested, HolderChanged)
    assert (state.status, state.holder, state.letter) == ("awaiting_acceptance", "c1", None)


def test_path_superiors_and_policy_are_frozen_in_the_request() -> None:
    state = given(TRANSFER).when(ask()).then(TransferRequested, HolderChanged)
    assert state.asked.approval_path == ("c1", "k1")
    assert state.asked.superiors == {"c1": "k1", "k1": "city", "c2": "k1"}
    assert state.asked.policy.letter_valid_days == 30


def test_repeated_request_does_nothing_even_when_the_tree_has_changed_since() -> None:
    given(TRANSFER, ask()).when(ask()).then_nothing()
    given(TRANSFER, ask(), approve("c1")).when(ask(requested_at=at(1), approval_path=("c1", "c7"))).then_nothing()


def test_another_request_under_the_same_id_is_refused() -> None:
    given(TRANSFER, ask()).when(ask(member_id="m2")).then_refused("transfer-exists")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"facts": facts(member_branch_id="b2")}, "member-elsewhere"),
        ({"facts": facts(member_lost=True)}, "member-lost"),
        ({"facts": facts(from_branch_committee_id="c2")}, "branch-elsewhere"),
        ({"facts": facts(to_branch_committee_id="c3")}, "branch-elsewhere"),
        ({"facts": facts(from_committee_can_approve=False)}, "not-an-endpoint"),
        ({"facts": facts(to_committee_can_approve=False)}, "not-an-endpoint"),
        ({"reason": "  "}, "reason-missing"),
        ({"to_branch_id": "b1"}, "same-branch"),
        ({"scope": "within_committee"}, "scope-mismatch"),
        ({"approval_path": ()}, "path-mismatch"),
        ({"approval_path": ("k1",)}, "path-mismatch"),
        ({"approval_path": ("c1", "k1", "c1")}, "path-mismatch"),
        ({"approval_path": ("c1", "c2")}, "path-mismatch"),
        ({"resent_of": "t1"}, "resent-itself"),
    ],
)
def test_request_that_breaks_a_rule_is_refused(changed: dict[str, Any], code: str) -> None:
    given(TRANSFER).when(ask(**changed)).then_refused(code)


def test_capability_to_approve_is_not_asked_for_within_a_committee() -> None:
    inside = facts(to_branch_committee_id="c1", from_committee_can_approve=False, to_committee_can_approve=False)
    given(TRANSFER).when(ask_within().model_copy(update={"facts": inside})).then(TransferRequested, HolderChanged)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ((0, 3, 8), "letter-validity"),
        ((91, 3, 8), "letter-validity"),
        ((30, 0, 8), "deadline-order"),
        ((30, 8, 8), "deadline-order"),
    ],
)
def test_configured_durations_have_limits(days: tuple[int, int, int], code: str) -> None:
    policy = TransferPolicy(letter_valid_days=days[0], overdue_after_days=days[1], escalate_after_days=days[2])
    given(TRANSFER).when(ask(policy=policy)).then_refused(code)


class TestProbation:
    """Domain T21: the source finishes 转正 before the member moves; a probation still running may move."""

    def test_ended_today_blocks(self) -> None:
        ended = facts(probationary=True, probation_ends_on=date(2026, 1, 30))
        given(TRANSFER).when(ask(facts=ended)).then_refused("probation-ended")

    def test_today_is_the_day_in_shanghai(self) -> None:
        ends = facts(probationary=True, probation_ends_on=date(2026, 1, 31))
        late_evening_utc = T0.replace(hour=17)  # 01:00 of the 31st in Shanghai
        given(TRANSFER).when(ask(facts=ends, requested_at=late_evening_utc)).then_refused("probation-ended")

    def test_while_it_is_running_the_examination_record_has_to_travel_along(self) -> None:
        running = facts(probationary=True, probation_ends_on=date(2026, 1, 31))
        given(TRANSFER).when(ask(facts=running)).then_refused("examination-missing")
        given(TRANSFER).when(ask(facts=running, examination_record="e-1")).then(TransferRequested, HolderChanged)

    def test_a_place_may_do_without_the_record_and_within_a_committee_it_stays_where_it_is(self) -> None:
        running = facts(probationary=True, probation_ends_on=date(2026, 1, 31))
        without = ask().policy.model_copy(update={"examination_demanded": False})
        given(TRANSFER).when(ask(facts=running, policy=without)).then(TransferRequested, HolderChanged)
        inside = running.model_copy(update={"to_branch_committee_id": "c1"})
        given(TRANSFER).when(ask_within().model_copy(update={"facts": inside})).then(TransferRequested, HolderChanged)

    def test_the_examination_record_travels_along(self) -> None:
        running = facts(probationary=True, probation_ends_on=date(2026, 1, 31))
        outcome = given(TRANSFER).when(ask(facts=running, examination_record="exam-2026-17"))
        assert outcome.events[0].examination_record == "exam-2026-17"  # type: ignore[attr-defined]

    def test_a_formal_member_has_it_behind_them(self) -> None:
        formal = facts(probationary=False, probation_ends_on=date(2020, 1, 1))
        given(TRANSFER).when(ask(facts=formal)).then(TransferRequested, HolderChanged)


def test_nothing_can_be_done_with_a_transfer_nobody_asked_for() -> None:
    given(TRANSFER).when(approve("c1")).then_refused("transfer-unknown")
