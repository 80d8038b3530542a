"""What domain §1.1 asks beyond the plain way of a transfer: holds, branches named later, paper, outside, heirs, doubts."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.mobility.domain.transfer.commands import (
    ClassifyTransfer,
    DoubtMembership,
    ExpireTransfer,
    RecordLeg,
    RecordOutsideReceipt,
)
from services.mobility.domain.transfer.decider import TRANSFER
from services.mobility.domain.transfer.events import (
    BranchAssigned,
    CommitteeAccepted,
    HolderChanged,
    LegRecorded,
    MembershipInDoubt,
    MemberTransferredOut,
    OrganisationReplaced,
    TransferAccepted,
    TransferApproved,
    TransferClassified,
    TransferCompleted,
    TransferHeld,
    TransferRejected,
    TransferRequested,
)
from shared.kernel.calendar import add_months
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import (
    LETTER,
    accept,
    admit,
    approve,
    ask,
    ask_outside,
    assign,
    at,
    close,
    facts,
    heard,
    hold,
    moved,
    receipt,
    reissue,
    reject,
    replaced,
    withdraw,
)


class TestHold:
    """Domain T5: a doubtful dossier is a hold, not a rejection; and a hold is in somebody's hands."""

    def test_the_receiver_keeps_the_case_until_a_day(self) -> None:
        state = given(TRANSFER, *LETTER).when(hold()).then(TransferHeld, HolderChanged)
        assert state.turn is not None
        assert (state.status, state.holder, state.turn.task) == ("held", "c2", "check_dossier")
        assert state.due_at == at(3 + 15)

    def test_a_letter_presented_in_time_does_not_run_out_meanwhile(self) -> None:
        given(TRANSFER, *LETTER, hold(day=20)).when(accept(60)).then(TransferAccepted, HolderChanged)
        given(TRANSFER, *LETTER, hold(day=20)).when(reject("c2", 60)).then(TransferRejected, HolderChanged)

    def test_it_is_for_the_receiver_with_the_letter_and_a_reason_once(self) -> None:
        given(TRANSFER, *LETTER).when(hold(held_by="c1")).then_refused("not-your-turn")
        given(TRANSFER, *LETTER).when(hold(text=" ")).then_refused("reason-missing")
        given(TRANSFER, *LETTER).when(hold(letter_number="L-9")).then_refused("letter-not-current")
        given(TRANSFER, *LETTER).when(hold(day=60)).then_refused("letter-expired")
        given(TRANSFER, *LETTER, hold()).when(hold(day=5)).then_nothing()
        given(TRANSFER, *LETTER, hold()).when(hold(text="and another")).then_refused("transfer-held")


class TestBranchLater:
    """Domain T16: the committee accepts, then names the branch; the member stays at the source in between."""

    def test_the_committee_keeps_the_turn_until_it_names_the_branch(self) -> None:
        state = given(TRANSFER, *LETTER).when(admit()).then(CommitteeAccepted, HolderChanged)
        assert state.turn is not None
        assert (state.status, state.holder, state.turn.task, state.acceptance) == (
            "admitted",
            "c2",
            "assign_branch",
            None,
        )

    def test_naming_it_moves_the_member_and_the_receipt_counts_from_the_acceptance(self) -> None:
        outcome = given(TRANSFER, *LETTER, admit(day=3)).when(assign(day=9))
        state = outcome.then(BranchAssigned, TransferAccepted, HolderChanged)
        accepted = outcome.events[1]
        assert isinstance(accepted, TransferAccepted)
        assert accepted.receipt_due_at == add_months(at(3), 1)
        assert (accepted.letter_number, state.status) == ("L-1", "accepted")

    def test_once_accepted_nobody_says_no_any_more(self) -> None:
        given(TRANSFER, *LETTER, admit()).when(reject("c2")).then_refused("transfer-admitted")
        given(TRANSFER, *LETTER, admit()).when(withdraw()).then_refused("transfer-admitted")
        given(TRANSFER, *LETTER, admit()).when(reissue(day=5)).then_refused("transfer-admitted")

    def test_what_does_not_fit_is_refused(self) -> None:
        given(TRANSFER, *LETTER).when(assign()).then_refused("transfer-awaiting-acceptance")
        given(TRANSFER, *LETTER, admit()).when(assign(assigned_by="c1")).then_refused("not-your-turn")
        elsewhere: dict[str, Any] = {"branch_id": "b3", "branch_committee_id": "c3"}
        given(TRANSFER, *LETTER, admit()).when(assign(**elsewhere)).then_refused("branch-elsewhere")
        given(TRANSFER, *LETTER, admit()).when(assign(parties=())).then_refused("parties-incomplete")

    def test_repeats_do_nothing(self) -> None:
        given(TRANSFER, *LETTER, admit()).when(admit(day=4)).then_nothing()
        given(TRANSFER, *LETTER, admit(), assign()).when(assign(day=8)).then_nothing()
        given(TRANSFER, *LETTER, admit(), assign()).when(admit(day=8)).then_nothing()


class TestNewMembers:
    """Domain T22: admitted less than three months before leaving: the receiver inquires before it accepts."""

    def test_the_request_says_so_by_the_calendar(self) -> None:
        for admitted_on, lately in ((date(2025, 11, 1), True), (date(2025, 10, 30), False), (None, False)):
            outcome = given(TRANSFER).when(ask(facts=facts(admitted_on=admitted_on)))
            outcome.then(TransferRequested, HolderChanged)
            assert isinstance(outcome.events[0], TransferRequested)
            assert outcome.events[0].recently_admitted is lately

    def test_the_receiver_says_what_came_of_it(self) -> None:
        new = (ask(facts=facts(admitted_on=date(2025, 12, 1))), *LETTER[1:])
        given(TRANSFER, *new).when(accept()).then_refused("inquiry-missing")
        given(TRANSFER, *new).when(accept(inquiry="  ")).then_refused("inquiry-missing")
        outcome = given(TRANSFER, *new).when(accept(inquiry="asked c1: admission in order"))
        outcome.then(TransferAccepted, HolderChanged)
        given(TRANSFER, *new).when(reject("c2")).then(TransferRejected, HolderChanged)


class TestWays:
    """Domain T12–T15."""

    @pytest.mark.parametrize(
        ("scope", "carrying", "code"),
        [("county", "in_person", "paper-not-allowed"), ("special", "electronic", "paper-needed")],
    )
    def test_each_scope_has_its_ways(self, scope: str, carrying: str, code: str) -> None:
        given(TRANSFER).when(ask(scope=scope, carrying=carrying)).then_refused(code)

    def test_an_ordinary_courier_cannot_even_be_named(self) -> None:
        with pytest.raises(ValueError, match="carrying"):
            ask(carrying="courier")

    def test_two_ways_are_one_case_and_move_nobody_twice(self) -> None:
        national = (ask(scope="national", carrying="confidential_post"), *LETTER[1:])
        paper = {"leg": "paper", "recorded_at": at(4), "reference": "JY-1"}
        sent = RecordLeg.model_validate(paper | {"step": "sent", "recorded_by": "c1"})
        answered = RecordLeg.model_validate(paper | {"step": "answered", "recorded_by": "c2", "recorded_at": at(9)})
        given(TRANSFER, *national).when(sent).then(LegRecorded)
        given(TRANSFER, *national, sent).when(sent).then_nothing()
        state = given(TRANSFER, *national, sent, accept()).when(answered).then(LegRecorded)
        assert (state.status, state.legs) == ("accepted", frozenset({("paper", "sent"), ("paper", "answered")}))

    def test_a_step_is_recorded_by_who_takes_it_on_a_way_that_exists(self) -> None:
        sent = RecordLeg(leg="paper", step="sent", recorded_by="c1", reference="x", recorded_at=at(4))
        given(TRANSFER, *LETTER).when(sent).then_refused("no-such-leg")
        national = (ask(scope="national", carrying="in_person"), *LETTER[1:])
        given(TRANSFER, *national).when(sent.model_copy(update={"recorded_by": "c2"})).then_refused("not-your-turn")
        given(TRANSFER, national[0]).when(sent).then_refused("transfer-approving")


OUTSIDE = (ask_outside(), approve("c1"), approve("k1", 2), approve("city", 3, "L-1"))


class TestOutside:
    """Domain T14, complaints 3 and 4 of §2.1: the target is not in our tree, and still nobody is lost on the way."""

    def received(self, **changed: Any) -> RecordOutsideReceipt:
        said = {
            "recorded_by": "c1",
            "receipt_reference": "H-7",
            "accepted_on": date(2026, 2, 10),
            "recorded_at": at(20),
        }
        return RecordOutsideReceipt.model_validate(said | changed)

    def test_everybody_up_to_the_top_approves_and_the_source_waits_with_a_due_time(self) -> None:
        state = given(TRANSFER, *OUTSIDE).state
        assert state.turn is not None
        assert (state.status, state.holder, state.turn.task) == ("awaiting_acceptance", "c1", "await_outside")

    def test_its_receipt_completes_the_transfer(self) -> None:
        state = given(TRANSFER, *OUTSIDE).when(self.received()).then(MemberTransferredOut, TransferCompleted)
        assert (state.status, state.turn) == ("completed", None)
        given(TRANSFER, *OUTSIDE, self.received()).when(self.received(recorded_at=at(30))).then_nothing()

    def test_a_receipt_that_comes_after_the_letter_ran_out_counts(self) -> None:
        expiry = given(TRANSFER, *OUTSIDE).state.letter
        assert expiry is not None
        expired = (*OUTSIDE, ExpireTransfer(due_at=expiry.valid_until, now=at(40)))
        late = self.received(recorded_at=at(50))
        given(TRANSFER, *expired).when(late).then(MemberTransferredOut, TransferCompleted)

    def test_what_it_refuses_lies_with_the_source(self) -> None:
        state = given(TRANSFER, *OUTSIDE).when(reject("c1", 9)).then(TransferRejected, HolderChanged)
        assert (state.status, state.holder) == ("rejected", "c1")

    def test_nobody_accepts_for_it_and_no_receipt_is_made_up(self) -> None:
        given(TRANSFER, *OUTSIDE).when(accept(accepted_by="c1")).then_refused("outside-destination")
        given(TRANSFER, *OUTSIDE).when(self.received(recorded_by="k1")).then_refused("not-the-source")
        given(TRANSFER, *OUTSIDE).when(self.received(accepted_on=date(2027, 1, 1))).then_refused("receipt-date")
        given(TRANSFER, *OUTSIDE).when(self.received(receipt_reference="")).then_refused("reason-missing")
        given(TRANSFER, *LETTER).when(self.received()).then_refused("not-outside")

    def test_it_is_national_and_on_paper(self) -> None:
        given(TRANSFER).when(ask_outside(scope="county", carrying="electronic")).then_refused("paper-needed")
        given(TRANSFER).when(ask_outside(scope="county")).then_refused("outside-scope")
        given(TRANSFER).when(ask_outside(to_branch_id="b2")).then_refused("outside-scope")


class TestDissolved:
    """An organisation ends while a case is under way."""

    def test_the_heir_of_the_one_whose_turn_it_is_has_the_turn_with_a_time_of_its_own(self) -> None:
        state = given(TRANSFER, ask()).when(replaced("c1", "k1")).then(OrganisationReplaced, HolderChanged)
        assert (state.holder, state.due_at) == ("k1", at(5))

    def test_bug_1500_the_heir_of_an_heir_has_the_turn_and_not_who_was_dissolved_before(self) -> None:
        gone_before = given(TRANSFER, ask(), replaced("k1", "city"), replaced("c1", "k1"))
        assert gone_before.state.holder == "city"

    def test_bug_1501_an_heir_that_approves_twice_is_told_nothing_new(self) -> None:
        yes = approve("city", 4, "L-1")
        given(TRANSFER, ask(), replaced("k1", "city"), approve("c1"), yes).when(yes).then_nothing()

    def test_who_inherits_the_step_beside_its_own_says_yes_once(self) -> None:
        outcome = given(TRANSFER, ask(), replaced("c1", "k1")).when(approve("k1", 3, "L-1"))
        assert [type(event) for event in outcome.events[:2]] == [TransferApproved, TransferApproved]
        state = outcome.decider.fold(outcome.events, outcome.state)
        assert (state.status, state.holder) == ("awaiting_acceptance", "c2")

    @pytest.mark.parametrize("history", [(ask(),), LETTER, (*LETTER, hold())])
    def test_a_receiver_that_has_not_answered_gives_the_case_back_to_the_source(self, history: tuple[Any, ...]) -> None:
        outcome = given(TRANSFER, *history).when(replaced("c2", "k1", 4))
        state = outcome.then(OrganisationReplaced, TransferRejected, HolderChanged)
        assert (state.status, state.holder) == ("rejected", "c1")
        assert state.rejection is not None
        assert state.rejection.reason_code == "organisation_dissolved"

    def test_the_heir_of_a_receiver_that_has_accepted_names_the_branch_and_returns_the_receipt(self) -> None:
        heir = given(TRANSFER, *LETTER, admit(), replaced("c2", "k1", 4))
        assert heir.state.holder == "k1"
        taken = assign(day=5, assigned_by="k1", branch_committee_id="k1")
        heir.when(taken).then(BranchAssigned, TransferAccepted, HolderChanged)
        inherited = (*LETTER, accept(), moved(), replaced("c2", "k1", 5))
        due_at = given(TRANSFER, *LETTER, accept()).state.due_at
        assert given(TRANSFER, *inherited).state.due_at == due_at
        given(TRANSFER, *inherited).when(receipt(by="c2")).then_refused("not-your-turn")
        assert given(TRANSFER, *inherited).when(receipt(by="k1")).events[-1].type == "transfer-completed"

    def test_the_heir_of_the_source_settles_what_came_back(self) -> None:
        settled = given(TRANSFER, *LETTER, reject("c2"), replaced("c1", "k1", 5))
        assert settled.state.holder == "k1"
        settled.when(close(by="c1")).then_refused("not-the-source")
        assert settled.when(close(by="k1")).events[-1].type == "transfer-closed"

    def test_it_happens_once_and_concerns_those_with_a_part(self) -> None:
        given(TRANSFER, ask(), replaced("c1", "k1")).when(replaced("c1", "k1", 5)).then_nothing()
        given(TRANSFER, ask()).when(replaced("c9", "elsewhere")).then_nothing()
        given(TRANSFER, ask(), withdraw()).when(replaced("c1", "k1")).then_nothing()


class TestDoubt:
    """Domain T10: six months without a place are a named body's business, and nobody's verdict."""

    DUE = add_months(at(2), 6)

    def test_the_last_resort_is_named_and_the_membership_stays(self) -> None:
        state = given(TRANSFER, *LETTER).when(DoubtMembership(due_at=self.DUE, now=self.DUE)).then(MembershipInDoubt)
        assert (state.in_doubt, state.status) == (True, "awaiting_acceptance")

    def test_a_new_letter_does_not_start_the_months_again(self) -> None:
        given(TRANSFER, *LETTER, reissue(day=20), heard(day=21)).when(
            DoubtMembership(due_at=self.DUE, now=self.DUE)
        ).then(MembershipInDoubt)

    def test_nothing_once_the_member_is_taken_in(self) -> None:
        given(TRANSFER, *LETTER, accept()).when(DoubtMembership(due_at=self.DUE, now=self.DUE)).then_nothing()
        given(TRANSFER, *LETTER, admit()).when(DoubtMembership(due_at=self.DUE, now=self.DUE)).then_nothing()


class TestOutcome:
    """Domain §2.4: told once, 14 days after the start; a machine's failure is nobody's slowness."""

    @pytest.mark.parametrize(
        ("history", "outcome", "detail"),
        [
            ((*LETTER, accept(), moved()), "on_time", "accepted"),
            ((*LETTER, accept(day=10), moved(day=10)), "process_failure", "accepted-late"),
            ((*LETTER, accept()), "technical_failure", "roll-not-followed"),
            ((ask(),), "process_failure", "not-approved"),
            (LETTER, "process_failure", "not-accepted"),
            ((*LETTER, hold()), "process_failure", "dossier-held"),
            ((*LETTER, admit()), "process_failure", "no-branch-assigned"),
            ((*LETTER, reject("c2")), "process_failure", "rejected-not-known-here"),
            ((*LETTER, reject("c2"), close()), "process_failure", "rejected-not-known-here"),
            ((ask(), withdraw()), "not_counted", "withdrawn"),
            ((*LETTER, accept(), moved(), receipt()), "on_time", "accepted"),
        ],
    )
    def test_the_outcome_says_whose_failure_it_is(self, history: tuple[Any, ...], outcome: str, detail: str) -> None:
        told = given(TRANSFER, *history).when(ClassifyTransfer(due_at=at(14), now=at(14)))
        told.then(TransferClassified)
        event = told.events[0]
        assert isinstance(event, TransferClassified)
        assert (event.outcome, event.detail) == (outcome, detail)

    def test_a_success_that_comes_later_overwrites_nothing(self) -> None:
        told = ClassifyTransfer(due_at=at(14), now=at(14))
        given(TRANSFER, *LETTER, told).when(told).then_nothing()
        state = given(TRANSFER, *LETTER, told).when(accept(15)).then(TransferAccepted, HolderChanged)
        assert state.outcome == "process_failure"
        given(TRANSFER, *LETTER).when(ClassifyTransfer(due_at=at(14) + timedelta(1), now=at(16))).then_nothing()
