"""Whose turn it is, and what happens when they stay silent (domain T19, §5.3)."""

from datetime import timedelta

import pytest

from services.mobility.domain.transfer.commands import EscalateCase, ExpireTransfer, MarkOverdue
from services.mobility.domain.transfer.deadlines import CLASSIFY, ESCALATION, IN_DOUBT, OVERDUE
from services.mobility.domain.transfer.deadlines import LETTER as LETTER_EXPIRY
from services.mobility.domain.transfer.decider import TRANSFER
from services.mobility.domain.transfer.events import CaseEscalated, CaseOverdue
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import (
    LETTER,
    accept,
    approve,
    ask,
    at,
    hold,
    moved,
    receipt,
    reissue,
    reject,
    withdraw,
)

HISTORIES = {
    "approving": (ask(),),
    "letter": LETTER,
    "accepted": (*LETTER, accept()),
    "reissued": (*LETTER, reissue(day=5)),
    "rejected": (*LETTER, reject("c2")),
    "held": (*LETTER, hold()),
    "admitted": (*LETTER, accept(branch_id=None, branch_committee_id=None, parties=())),
    "withdrawn": (ask(), withdraw()),
    "completed": (*LETTER, accept(), moved(), receipt()),
}


def armed(*history: object) -> dict[str, object]:
    """The timers that are set after a history."""
    state, timers = TRANSFER.initial, dict[str, object]()
    for command in history:
        events: list[DomainEvent] = list(TRANSFER.decide(command, state))  # type: ignore[arg-type]
        state = TRANSFER.fold(events, state)
        for change in (change for event in events for change in TRANSFER.timers(event)):
            match change:
                case ArmTimer():
                    timers[change.name] = change.due_at
                case CancelTimer():
                    timers.pop(change.name, None)
    return timers


@pytest.mark.parametrize(
    ("history", "names"),
    [
        ("approving", {OVERDUE, ESCALATION}),
        ("letter", {OVERDUE, ESCALATION, LETTER_EXPIRY, IN_DOUBT}),
        ("accepted", {OVERDUE, ESCALATION}),
        ("reissued", {OVERDUE, ESCALATION, LETTER_EXPIRY, IN_DOUBT}),
        ("rejected", {OVERDUE, ESCALATION, IN_DOUBT}),
        ("held", {OVERDUE, ESCALATION, IN_DOUBT}),
        ("admitted", {OVERDUE, ESCALATION}),
        ("withdrawn", set()),
        ("completed", set()),
    ],
)
def test_each_state_has_its_timers_and_an_end_has_none(history: str, names: set[str]) -> None:
    # That of the outcome runs on in all of them: it is told whether the transfer has ended by then or not.
    assert armed(*HISTORIES[history]).keys() == names | {CLASSIFY}


def test_the_holder_is_overdue_after_three_days() -> None:
    overdue = CaseOverdue(case_id="t1", member_id="m1", holder_id="c1", task="approve", due_at=at(3))
    state = given(TRANSFER, ask()).when(MarkOverdue(due_at=at(3))).then(overdue)
    assert state.holder == "c1"


def test_the_superior_hears_of_it_after_eight() -> None:
    escalated = CaseEscalated(
        case_id="t1", member_id="m1", holder_id="c1", superior_id="k1", task="approve", next_at=at(13), due_at=at(3)
    )
    state = given(TRANSFER, ask(), MarkOverdue(due_at=at(3))).when(EscalateCase(due_at=at(8))).then(escalated)
    assert state.holder == "c1"


def test_both_are_told_in_order_when_services_were_down_for_longer() -> None:
    given(TRANSFER, ask()).when(EscalateCase(due_at=at(8))).then(CaseOverdue, CaseEscalated)


def test_silence_goes_on_to_the_last_resort_and_ends_there() -> None:
    first = EscalateCase(due_at=at(8))
    outcome = given(TRANSFER, ask(), first).when(EscalateCase(due_at=at(13)))
    state = outcome.then(CaseEscalated)
    assert state.turn is not None
    assert (state.turn.holder_id, state.turn.escalated_to, state.turn.at_last_resort) == ("c1", "city", True)
    given(TRANSFER, ask(), first, EscalateCase(due_at=at(13))).when(EscalateCase(due_at=at(18))).then_nothing()


def test_a_holder_without_superior_answers_to_the_top_of_the_path() -> None:
    outcome = given(TRANSFER, ask(superiors={})).when(EscalateCase(due_at=at(8)))
    outcome.then(CaseOverdue, CaseEscalated)
    assert isinstance(outcome.events[1], CaseEscalated)
    assert outcome.events[1].superior_id == "k1"


def test_a_silent_receiver_and_a_missing_receipt_are_escalated_too() -> None:
    given(TRANSFER, *LETTER).when(MarkOverdue(due_at=at(5))).then(CaseOverdue)
    state = given(TRANSFER, *LETTER, accept()).state
    assert state.due_at is not None
    given(TRANSFER, *LETTER, accept()).when(MarkOverdue(due_at=state.due_at)).then(CaseOverdue)
    given(TRANSFER, *LETTER, accept()).when(EscalateCase(due_at=state.due_at + timedelta(days=5))).then(
        CaseOverdue, CaseEscalated
    )


def test_each_is_told_once() -> None:
    overdue, escalated = MarkOverdue(due_at=at(3)), EscalateCase(due_at=at(8))
    given(TRANSFER, ask(), overdue).when(overdue).then_nothing()
    given(TRANSFER, ask(), escalated).when(escalated).then_nothing()
    given(TRANSFER, ask(), escalated).when(overdue).then_nothing()


def test_a_timer_of_an_earlier_turn_does_nothing() -> None:
    given(TRANSFER, ask(), approve("c1")).when(MarkOverdue(due_at=at(3))).then_nothing()
    given(TRANSFER, ask(), approve("c1")).when(EscalateCase(due_at=at(8))).then_nothing()
    given(TRANSFER, ask(), withdraw()).when(MarkOverdue(due_at=at(3))).then_nothing()


def test_the_next_holder_starts_with_a_clean_slate() -> None:
    state = given(TRANSFER, ask(), MarkOverdue(due_at=at(3)), approve("c1", 5)).state
    assert state.turn is not None
    assert not state.turn.overdue
    assert state.due_at == at(8)


def test_a_timer_means_its_command() -> None:
    assert TRANSFER.on_timer is not None
    meant = [TRANSFER.on_timer(DueTimer("transfer-t1", name, at(3), at(4))) for name in (OVERDUE, ESCALATION)]
    assert meant == [MarkOverdue(due_at=at(3)), EscalateCase(due_at=at(3))]
    expiry = TRANSFER.on_timer(DueTimer("transfer-t1", LETTER_EXPIRY, at(3), at(4)))
    assert expiry == ExpireTransfer(due_at=at(3), now=at(4))
    with pytest.raises(ValueError, match="no timer called"):
        TRANSFER.on_timer(DueTimer("transfer-t1", "unheard-of", at(3), at(4)))
