"""非建库转入: a member comes with a paper letter; one case, one holder, a due time, and a receipt that goes back on paper."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.mobility.domain.inbound_letter.commands import (
    AcceptLetter,
    MarkSilent,
    RegisterLetter,
    RejectLetter,
    SendReceipt,
)
from services.mobility.domain.inbound_letter.decider import INBOUND_LETTER, SILENT
from services.mobility.domain.inbound_letter.events import (
    LetterAccepted,
    LetterRegistered,
    LetterRejected,
    LetterSilent,
    ReceiptSent,
)
from services.mobility.domain.transfer.outside import OutsideCommittee
from shared.kernel.calendar import add_months
from shared.kernel.question import silence_at
from shared.kernel.timer import ArmTimer, CancelTimer
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import T0, at

DUE: datetime = at(8)


def brought(**changed: Any) -> RegisterLetter:
    said = {
        "letter_id": "l1", "committee_id": "c1", "superior_id": "k1",
        "outside": OutsideCommittee(name="中共某市某区委组织部", area_code="440305"), "letter_number": "深福组转〔2026〕12号",
        "valid_until": date(2026, 3, 1), "dues_paid_to": "2026-01", "carrying": "in_person", "registered_by": "c1",
        "due_at": DUE, "registered_at": T0,
    }  # fmt: skip
    return RegisterLetter.model_validate(said | changed)


def taken_in(**changed: Any) -> AcceptLetter:
    said = {"member_id": "m9", "branch_id": "b1", "roll_branch_id": "b1", "branch_committee_id": "c1", "accepted_by": "c1",
            "accepted_at": at(2)}  # fmt: skip
    return AcceptLetter.model_validate(said | changed)


def sent_back(**changed: Any) -> RejectLetter:
    said = {"reason_code": "wrong_destination", "text": "单位不在本辖区", "rejected_by": "c1", "rejected_at": at(2)}
    return RejectLetter.model_validate(said | changed)


def receipt(**changed: Any) -> SendReceipt:
    said = {"reference": "JY-0091", "carrying": "confidential_post", "sent_on": date(2026, 2, 2), "sent_by": "c1",
            "sent_at": at(5)}  # fmt: skip
    return SendReceipt.model_validate(said | changed)


def test_it_lies_with_the_committee_until_answered_and_then_for_the_receipt() -> None:
    registered = given(INBOUND_LETTER).when(brought()).then(LetterRegistered)
    assert registered.question is not None
    assert (registered.question.body_id, registered.question.due_at) == ("c1", DUE)
    accepted = given(INBOUND_LETTER, brought()).when(taken_in()).then(LetterAccepted)
    assert accepted.question is not None
    assert accepted.question.due_at == add_months(at(2), 1), "domain T8: a receipt within a month"
    done = given(INBOUND_LETTER, brought(), taken_in()).when(receipt()).then(ReceiptSent)
    assert (done.status, done.question) == ("completed", None)


def test_what_is_said_twice_changes_nothing_and_what_contradicts_is_refused() -> None:
    given(INBOUND_LETTER, brought()).when(brought(registered_at=at(1), due_at=at(9))).then_nothing()
    other = brought(committee_id="c2", registered_by="c2")
    given(INBOUND_LETTER, brought()).when(other).then_refused("letter-registered")
    given(INBOUND_LETTER, brought(), taken_in()).when(taken_in(accepted_at=at(3))).then_nothing()
    given(INBOUND_LETTER, brought(), taken_in()).when(sent_back()).then_refused("letter-accepted")
    given(INBOUND_LETTER, brought(), sent_back()).when(sent_back(rejected_at=at(3))).then_nothing()
    given(INBOUND_LETTER, brought(), sent_back()).when(taken_in()).then_refused("letter-rejected")
    given(INBOUND_LETTER, brought(), taken_in(), receipt()).when(receipt(sent_at=at(6))).then_nothing()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (taken_in(roll_branch_id=None), "member-not-entered"),
        (taken_in(roll_branch_id="b2"), "member-not-entered"),
        (taken_in(branch_committee_id="c2"), "branch-elsewhere"),
        (taken_in(accepted_by="c2"), "not-the-body"),
        (sent_back(text=""), "reason-missing"),
        (sent_back(rejected_by="c2"), "not-the-body"),
        (receipt(), "letter-registered"),
    ],
)
def test_nobody_is_taken_in_sent_back_or_receipted_without_what_it_takes(command: Any, code: str) -> None:
    given(INBOUND_LETTER, brought()).when(command).then_refused(code)


def test_a_letter_that_has_run_out_is_not_taken_and_a_receipt_is_not_sent_tomorrow() -> None:
    given(INBOUND_LETTER).when(brought(valid_until=date(2026, 1, 29))).then_refused("letter-expired")
    tomorrow = receipt(sent_on=date(2026, 2, 10))
    given(INBOUND_LETTER, brought(), taken_in()).when(tomorrow).then_refused("receipt-date")
    given(INBOUND_LETTER).when(receipt()).then_refused("letter-unknown")


def test_silence_goes_to_the_superior_once_in_each_turn_and_the_case_stays_with_the_committee() -> None:
    silent = MarkSilent(due_at=silence_at(DUE))
    told = given(INBOUND_LETTER, brought()).when(silent)
    state = told.then(LetterSilent)
    assert told.events[0].superior_id == "k1"  # type: ignore[attr-defined]
    assert state.question is not None
    assert state.question.body_id == "c1"
    given(INBOUND_LETTER, brought(), silent).when(silent).then_nothing()
    given(INBOUND_LETTER, brought(), taken_in()).when(silent).then_nothing()
    late = MarkSilent(due_at=silence_at(add_months(at(2), 1)))
    given(INBOUND_LETTER, brought(), silent, taken_in()).when(late).then(LetterSilent)
    given(INBOUND_LETTER, brought(), silent).when(sent_back()).then(LetterRejected)


def test_the_timer_lives_as_long_as_somebody_has_to_act() -> None:
    armed = INBOUND_LETTER.timers(INBOUND_LETTER.decide(brought(), INBOUND_LETTER.initial)[0])
    assert armed == [ArmTimer(SILENT, DUE + timedelta(days=8))]
    ended = given(INBOUND_LETTER, brought()).when(sent_back()).events[0]
    assert INBOUND_LETTER.timers(ended) == [CancelTimer(SILENT)]
