"""Completed, withdrawn, closed, resent: after each of them nobody has to act."""

from typing import Any

import pytest

from services.mobility.domain.transfer.commands import TransferCommand
from services.mobility.domain.transfer.decider import TRANSFER
from services.mobility.domain.transfer.events import (
    HolderChanged,
    MembershipConfirmed,
    ReceiptReturned,
    TransferClosed,
    TransferCompleted,
    TransferRequested,
    TransferResent,
    TransferWithdrawn,
)
from tests.unit.mobility.bdd import given
from tests.unit.mobility.test_transfer_letter import EXPIRED
from tests.unit.mobility.transfers import (
    LETTER,
    accept,
    approve,
    ask,
    ask_within,
    at,
    close,
    moved,
    receipt,
    reject,
    resend,
    withdraw,
)

ACCEPTED = (*LETTER, accept())
REJECTED = (*LETTER, reject("c2"))
COMPLETED = TransferCompleted(transfer_id="t1", member_id="m1", completed_at=at(5))


class TestCompletion:
    """Domain T3, T8: the roll has moved and the receipt is back, in either order."""

    def test_receipt_after_the_move_completes(self) -> None:
        state = given(TRANSFER, *ACCEPTED, moved(4)).when(receipt(5)).then(ReceiptReturned, COMPLETED)
        assert (state.status, state.turn) == ("completed", None)

    def test_move_after_the_receipt_completes_at_the_later_of_the_two(self) -> None:
        given(TRANSFER, *ACCEPTED, receipt(5)).when(moved(4)).then(MembershipConfirmed, COMPLETED)

    def test_with_the_move_alone_the_receiver_still_owes_the_receipt(self) -> None:
        state = given(TRANSFER, *ACCEPTED).when(moved()).then(MembershipConfirmed)
        assert state.turn is not None
        assert (state.holder, state.turn.task) == ("c2", "return_receipt")

    def test_with_the_receipt_alone_the_receiver_looks_after_the_roll(self) -> None:
        state = given(TRANSFER, *ACCEPTED).when(receipt(5)).then(ReceiptReturned, HolderChanged)
        assert state.turn is not None
        assert (state.holder, state.turn.task, state.due_at) == ("c2", "confirm_membership", at(8))

    def test_a_late_receipt_counts(self) -> None:
        given(TRANSFER, *ACCEPTED, moved()).when(receipt(90)).then(ReceiptReturned, TransferCompleted)

    def test_only_the_receiver_returns_it(self) -> None:
        given(TRANSFER, *ACCEPTED).when(receipt(by="k1")).then_refused("not-your-turn")

    def test_a_roll_that_disagrees_never_completes_it(self) -> None:
        given(TRANSFER, *ACCEPTED).when(moved(branch_id="b3")).then_refused("membership-elsewhere")

    def test_repeats_do_nothing(self) -> None:
        given(TRANSFER, *ACCEPTED, moved()).when(moved(6)).then_nothing()
        given(TRANSFER, *ACCEPTED, receipt()).when(receipt(6)).then_nothing()
        done = given(TRANSFER, *ACCEPTED, moved(), receipt())
        done.when(moved(6)).then_nothing()
        done.when(receipt(6)).then_nothing()

    @pytest.mark.parametrize("command", [moved(), receipt()])
    def test_nothing_to_complete_before_acceptance(self, command: TransferCommand) -> None:
        given(TRANSFER, *LETTER).when(command).then_refused("transfer-awaiting-acceptance")


class TestWithdrawal:
    """Domain T18."""

    @pytest.mark.parametrize("by", ["b1", "c1"])
    def test_the_sender_may_while_nobody_has_approved(self, by: str) -> None:
        withdrawn = TransferWithdrawn(transfer_id="t1", member_id="m1", withdrawn_at=at(1))
        assert given(TRANSFER, ask()).when(withdraw(by)).then(withdrawn).turn is None
        given(TRANSFER, ask_within()).when(withdraw(by)).then(withdrawn)

    def test_not_after_the_first_approval(self) -> None:
        given(TRANSFER, ask(), approve("c1")).when(withdraw()).then_refused("already-approved")
        given(TRANSFER, *LETTER).when(withdraw()).then_refused("already-approved")

    def test_nobody_else_may(self) -> None:
        given(TRANSFER, ask()).when(withdraw("c2")).then_refused("not-the-source")

    def test_repeat_does_nothing(self) -> None:
        given(TRANSFER, ask(), withdraw()).when(withdraw(day=2)).then_nothing()

    def test_not_after_it_was_decided(self) -> None:
        given(TRANSFER, *ACCEPTED).when(withdraw()).then_refused("transfer-accepted")
        given(TRANSFER, *REJECTED).when(withdraw()).then_refused("transfer-rejected")


@pytest.mark.parametrize("history", [REJECTED, EXPIRED])
class TestSourceActs:
    """Domain §5.3, §5.4.2: a rejected or expired transfer stays in the source's queue until it acts."""

    def test_closing_ends_it(self, history: tuple[Any, ...]) -> None:
        assert given(TRANSFER, *history).when(close()).then(TransferClosed).turn is None

    def test_resending_ends_it(self, history: tuple[Any, ...]) -> None:
        state = given(TRANSFER, *history).when(resend()).then(TransferResent)
        assert (state.status, state.turn) == ("resent", None)

    def test_only_the_source_may(self, history: tuple[Any, ...]) -> None:
        given(TRANSFER, *history).when(close(by="c2")).then_refused("not-the-source")
        given(TRANSFER, *history).when(resend(by="c2")).then_refused("not-the-source")

    def test_closing_needs_a_reason(self, history: tuple[Any, ...]) -> None:
        given(TRANSFER, *history).when(close(text=" ")).then_refused("reason-missing")

    def test_a_transfer_does_not_replace_itself(self, history: tuple[Any, ...]) -> None:
        given(TRANSFER, *history).when(resend(resent_as="t1")).then_refused("resent-itself")

    def test_it_happens_once(self, history: tuple[Any, ...]) -> None:
        given(TRANSFER, *history, close()).when(close(7)).then_nothing()
        given(TRANSFER, *history, resend()).when(resend(7)).then_nothing()
        given(TRANSFER, *history, close()).when(resend()).then_refused("transfer-closed")
        given(TRANSFER, *history, resend()).when(resend(resent_as="t3")).then_refused("transfer-resent")


def test_an_open_transfer_cannot_be_closed_over_somebodys_head() -> None:
    given(TRANSFER, *LETTER).when(close()).then_refused("transfer-awaiting-acceptance")
    given(TRANSFER, *ACCEPTED).when(resend()).then_refused("transfer-accepted")


def test_the_corrected_transfer_is_a_new_one_that_cites_the_old() -> None:
    state = given(TRANSFER).when(ask(transfer_id="t2", resent_of="t1")).then(TransferRequested, HolderChanged)
    assert state.asked.resent_of == "t1"
