"""接收 and 退回."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.mobility.domain.transfer.decider import TRANSFER
from services.mobility.domain.transfer.events import HolderChanged, TransferAccepted, TransferRejected
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import (
    LETTER,
    accept,
    accept_within,
    approve,
    ask,
    ask_within,
    at,
    close,
    moved,
    parties,
    receipt,
    reject,
    resend,
    withdraw,
)

RECEIPT_DUE = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""One calendar month after 2 February, 10:00 in Shanghai."""


class TestAcceptance:
    def test_it_moves_the_membership_and_opens_the_month_for_the_receipt(self) -> None:
        state = (
            given(TRANSFER, *LETTER)
            .when(accept())
            .then(
                TransferAccepted(
                    transfer_id="t1",
                    member_id="m1",
                    from_branch_id="b1",
                    from_committee_id="c1",
                    to_committee_id="c2",
                    to_branch_id="b2",
                    letter_number="L-1",
                    accepted_at=at(3),
                    receipt_due_at=RECEIPT_DUE,
                    parties=parties(),
                ),
                HolderChanged(
                    case_id="t1",
                    member_id="m1",
                    holder_id="c2",
                    task="return_receipt",
                    due_at=RECEIPT_DUE,
                    escalate_at=datetime(2026, 3, 7, 2, 0, tzinfo=UTC),
                ),
            )
        )
        assert state.status == "accepted"

    def test_a_month_is_a_calendar_month(self) -> None:
        outcome = given(TRANSFER, ask_within()).when(accept_within(day=1))  # 31 January
        outcome.then(TransferAccepted, HolderChanged)
        assert isinstance(outcome.events[0], TransferAccepted)
        assert outcome.events[0].receipt_due_at == datetime(2026, 2, 28, 2, 0, tzinfo=UTC)

    def test_within_a_committee_no_letter_is_presented(self) -> None:
        given(TRANSFER, ask_within()).when(accept_within()).then(TransferAccepted, HolderChanged)
        presented = accept_within().model_copy(update={"letter_number": "L-1"})
        given(TRANSFER, ask_within()).when(presented).then_refused("letter-not-current")

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"accepted_by": "c3"}, "not-your-turn"),
            ({"accepted_by": "c1"}, "not-your-turn"),
            ({"letter_number": "L-9"}, "letter-not-current"),
            ({"letter_number": None}, "letter-not-current"),
            ({"branch_id": "b3", "branch_committee_id": "c3"}, "branch-elsewhere"),
            ({"branch_id": "b1"}, "same-branch"),
            ({"parties": ()}, "parties-incomplete"),
            ({"parties": parties()[1:]}, "parties-incomplete"),
            ({"parties": (*parties(), parties()[0])}, "parties-incomplete"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, changed: dict[str, Any], code: str) -> None:
        given(TRANSFER, *LETTER).when(accept(**changed)).then_refused(code)

    def test_the_receiver_may_choose_another_of_its_branches(self) -> None:
        other = accept(branch_id="b2x", parties=parties("b2x"))
        given(TRANSFER, *LETTER).when(other).then(TransferAccepted, HolderChanged)

    def test_repeated_acceptance_does_nothing(self) -> None:
        given(TRANSFER, *LETTER, accept()).when(accept(4)).then_nothing()
        given(TRANSFER, *LETTER, accept(), moved(), receipt()).when(accept(6)).then_nothing()

    def test_a_second_acceptance_into_another_branch_is_refused(self) -> None:
        given(TRANSFER, *LETTER, accept()).when(accept(branch_id="b2x")).then_refused("transfer-accepted")

    @pytest.mark.parametrize(
        ("history", "code"),
        [
            ((ask(),), "transfer-approving"),
            ((*LETTER, reject("c2")), "transfer-rejected"),
            ((ask(), withdraw()), "transfer-withdrawn"),
            ((*LETTER, reject("c2"), close()), "transfer-closed"),
            ((*LETTER, reject("c2"), resend()), "transfer-resent"),
        ],
    )
    def test_complaint_accept_after_the_end_is_impossible(self, history: tuple[Any, ...], code: str) -> None:
        """Domain §2.3: a peer changes the state without looking at the present one."""
        given(TRANSFER, *history).when(accept(7)).then_refused(code)


class TestRejection:
    """Domain T4, and complaint §2.1: a rejected transfer disappears; here it lies with the source."""

    @pytest.mark.parametrize(("history", "by"), [((ask(),), "c1"), ((ask(), approve("c1")), "k1"), (LETTER, "c2")])
    def test_whoever_has_the_turn_may_say_no_and_the_source_has_the_case(
        self, history: tuple[Any, ...], by: str
    ) -> None:
        state = (
            given(TRANSFER, *history)
            .when(reject(by))
            .then(
                TransferRejected(
                    transfer_id="t1",
                    member_id="m1",
                    rejected_by=by,
                    reason_code="not_known_here",
                    text="nobody of that name works here",
                    rejected_at=at(3),
                ),
                HolderChanged(
                    case_id="t1",
                    member_id="m1",
                    holder_id="c1",
                    task="resolve_rejection",
                    due_at=at(6),
                    escalate_at=at(11),
                ),
            )
        )
        assert (state.status, state.holder, state.due_at) == ("rejected", "c1", at(6))

    def test_nobody_else_may(self) -> None:
        given(TRANSFER, ask()).when(reject("c2")).then_refused("not-your-turn")
        given(TRANSFER, *LETTER).when(reject("k1")).then_refused("not-your-turn")

    @pytest.mark.parametrize("text", ["", "   "])
    def test_no_refusal_without_a_reason(self, text: str) -> None:
        given(TRANSFER, *LETTER).when(reject("c2", text=text)).then_refused("reason-missing")

    def test_repeated_rejection_does_nothing(self) -> None:
        given(TRANSFER, *LETTER, reject("c2")).when(reject("c2", 4)).then_nothing()

    def test_no_rejection_after_an_acceptance_or_another_rejection(self) -> None:
        given(TRANSFER, *LETTER, accept()).when(reject("c2")).then_refused("transfer-accepted")
        given(TRANSFER, *LETTER, reject("c2")).when(reject("c2", text="other")).then_refused("transfer-rejected")
