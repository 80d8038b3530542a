"""介绍信: approved, issued, expired, reissued."""

from datetime import UTC, datetime

import pytest

from services.mobility.domain.transfer.commands import ExpireTransfer
from services.mobility.domain.transfer.decider import TRANSFER
from services.mobility.domain.transfer.events import (
    HolderChanged,
    LetterIssued,
    LetterReissued,
    LetterVoided,
    TransferAccepted,
    TransferApproved,
    TransferExpired,
    VoidAcknowledged,
)
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import (
    LETTER,
    accept,
    approve,
    ask,
    ask_within,
    at,
    close,
    heard,
    reissue,
    reject,
    withdraw,
)

VALID_UNTIL = datetime(2026, 3, 3, 15, 59, 59, 999999, tzinfo=UTC)
"""Issued on 1 February in Shanghai, 30 days: to the end of 3 March there."""
EXPIRE = ExpireTransfer(due_at=VALID_UNTIL, now=at(33))
EXPIRED = (*LETTER, EXPIRE)


class TestApproval:
    def test_one_step_hands_the_case_to_the_next(self) -> None:
        state = (
            given(TRANSFER, ask())
            .when(approve("c1"))
            .then(
                TransferApproved(transfer_id="t1", member_id="m1", organisation_id="c1", step=1, approved_at=at(1)),
                HolderChanged(
                    case_id="t1", member_id="m1", holder_id="k1", task="approve", due_at=at(4), escalate_at=at(9)
                ),
            )
        )
        assert state.status == "approving"

    def test_last_step_issues_the_letter_of_the_source_in_the_same_decision(self) -> None:
        state = (
            given(TRANSFER, ask(), approve("c1"))
            .when(approve("k1", 2, "L-1"))
            .then(
                TransferApproved,
                LetterIssued(
                    transfer_id="t1",
                    member_id="m1",
                    letter_number="L-1",
                    issued_by="c1",
                    issued_at=at(2),
                    valid_until=VALID_UNTIL,
                ),
                HolderChanged(
                    case_id="t1", member_id="m1", holder_id="c2", task="accept", due_at=at(5), escalate_at=at(10)
                ),
            )
        )
        assert state.status == "awaiting_acceptance"

    def test_last_step_needs_the_number_of_the_letter(self) -> None:
        given(TRANSFER, ask(), approve("c1")).when(approve("k1", 2)).then_refused("letter-number-missing")

    @pytest.mark.parametrize("organisation", ["k1", "c2", "stranger"])
    def test_nobody_approves_out_of_turn(self, organisation: str) -> None:
        given(TRANSFER, ask()).when(approve(organisation, 1, "L-1")).then_refused("not-your-turn")

    def test_repeated_approval_does_nothing(self) -> None:
        given(TRANSFER, ask(), approve("c1")).when(approve("c1", 2)).then_nothing()
        given(TRANSFER, *LETTER).when(approve("k1", 3, "L-7")).then_nothing()

    def test_nothing_to_approve_after_the_letter_or_a_rejection(self) -> None:
        given(TRANSFER, *LETTER).when(approve("c9")).then_refused("transfer-awaiting-acceptance")
        given(TRANSFER, ask(), approve("c1"), reject("k1")).when(approve("k1", 2, "L-1")).then_refused(
            "transfer-rejected"
        )


class TestExpiry:
    """Domain T10 and complaint §2.1.6: an expired letter must not leave a member in limbo."""

    def test_the_case_lies_with_the_source_by_a_due_time(self) -> None:
        state = (
            given(TRANSFER, *LETTER)
            .when(EXPIRE)
            .then(
                TransferExpired(transfer_id="t1", member_id="m1", letter_number="L-1", expired_at=at(33)),
                HolderChanged(
                    case_id="t1",
                    member_id="m1",
                    holder_id="c1",
                    task="resolve_expiry",
                    due_at=at(36),
                    escalate_at=at(41),
                ),
            )
        )
        assert (state.status, state.holder) == ("expired", "c1")

    def test_accepting_on_an_expired_letter_is_refused_before_and_after_the_timer(self) -> None:
        given(TRANSFER, *LETTER).when(accept(33)).then_refused("letter-expired")
        given(TRANSFER, *EXPIRED).when(accept(34)).then_refused("transfer-expired")

    def test_a_letter_is_good_to_the_end_of_its_last_day(self) -> None:
        given(TRANSFER, *LETTER).when(accept(accepted_at=VALID_UNTIL)).then(TransferAccepted, HolderChanged)

    def test_a_timer_that_comes_too_late_does_nothing(self) -> None:
        given(TRANSFER, *LETTER, accept()).when(EXPIRE).then_nothing()
        given(TRANSFER, *LETTER, reject("c2")).when(EXPIRE).then_nothing()
        given(TRANSFER, *LETTER, reissue(day=20)).when(EXPIRE).then_nothing()
        given(TRANSFER, *EXPIRED).when(EXPIRE).then_nothing()
        given(TRANSFER).when(EXPIRE).then_nothing()


def test_bug_1502_nothing_is_recorded_about_the_letters_of_a_transfer_that_has_ended() -> None:
    ended = (*LETTER, reissue("L-2"), reject("c2"), close())
    given(TRANSFER, *ended).when(heard("L-1")).then_nothing()


class TestReissue:
    """Domain T10, T11."""

    def test_after_expiry_the_old_number_is_void_and_the_receiver_has_the_turn_again(self) -> None:
        state = (
            given(TRANSFER, *EXPIRED)
            .when(reissue())
            .then(
                LetterVoided(transfer_id="t1", member_id="m1", letter_number="L-1", reason="expired", voided_at=at(40)),
                LetterReissued,
                HolderChanged,
            )
        )
        assert (state.status, state.holder) == ("awaiting_acceptance", "c2")
        assert state.letter is not None
        assert state.letter.number == "L-2"

    def test_a_lost_letter_is_replaced_while_it_would_still_be_valid(self) -> None:
        outcome = given(TRANSFER, *LETTER).when(reissue(day=5))
        outcome.then(LetterVoided, LetterReissued, HolderChanged)
        assert isinstance(outcome.events[0], LetterVoided)
        assert outcome.events[0].reason == "lost"

    def test_only_the_new_letter_can_be_presented(self) -> None:
        reissued = given(TRANSFER, *EXPIRED, reissue(), heard())
        reissued.when(accept(41)).then_refused("letter-voided")
        reissued.when(accept(41, letter_number="L-2")).then(TransferAccepted, HolderChanged)

    def test_the_receiver_hears_of_the_void_before_the_new_letter_can_be_used(self) -> None:
        reissued = given(TRANSFER, *EXPIRED, reissue())
        assert reissued.state.turn is not None
        assert (reissued.state.holder, reissued.state.turn.task) == ("c2", "acknowledge_void")
        reissued.when(accept(41, letter_number="L-2")).then_refused("void-not-heard")
        reissued.when(heard(by="c1")).then_refused("not-your-turn")
        reissued.when(heard("L-2")).then_refused("letter-not-void")
        state = reissued.when(heard()).then(VoidAcknowledged, HolderChanged)
        assert state.turn is not None
        assert (state.holder, state.turn.task) == ("c2", "accept")
        given(TRANSFER, *EXPIRED, reissue(), heard()).when(heard(day=42)).then_nothing()

    def test_only_the_issuer_reissues(self) -> None:
        given(TRANSFER, *EXPIRED).when(reissue(by="c2")).then_refused("not-the-source")

    def test_a_number_is_used_once(self) -> None:
        given(TRANSFER, *EXPIRED).when(reissue("L-1")).then_refused("letter-number-used")
        given(TRANSFER, *EXPIRED, reissue()).when(reissue("L-1", 41)).then_refused("letter-number-used")
        given(TRANSFER, *EXPIRED).when(reissue(" ")).then_refused("letter-number-missing")

    def test_repeated_reissue_does_nothing_even_after_acceptance(self) -> None:
        given(TRANSFER, *EXPIRED, reissue()).when(reissue(day=41)).then_nothing()
        given(TRANSFER, *EXPIRED, reissue(), heard(), accept(41, letter_number="L-2")).when(reissue()).then_nothing()

    def test_without_a_letter_there_is_nothing_to_reissue(self) -> None:
        given(TRANSFER, ask()).when(reissue()).then_refused("transfer-approving")
        given(TRANSFER, ask_within()).when(reissue()).then_refused("no-letter")
        given(TRANSFER, ask(), withdraw()).when(reissue()).then_refused("transfer-withdrawn")
