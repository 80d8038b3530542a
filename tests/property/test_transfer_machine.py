"""Many members on the move at once: what must hold whatever people and timers do, and in whatever order.

10,000 random steps and more per run: exactly one membership, one holder and a due time, nothing lost.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.mobility.domain.approval_path import compute_path, superiors_of
from services.mobility.domain.member_case import MEMBER_CASE, CloseCase, MemberCase, OpenCase
from services.mobility.domain.parties import InterestedParty, RelocationFacts, Side, compute_parties
from services.mobility.domain.terms import Leg, LegStep, TransferScope
from services.mobility.domain.transfer.commands import (
    AcceptTransfer,
    AcknowledgeVoid,
    ApproveStep,
    AssignBranch,
    CloseTransfer,
    ConfirmMembership,
    HoldTransfer,
    LapseTransfer,
    RecordLeg,
    ReissueLetter,
    RejectTransfer,
    ReplaceOrganisation,
    RequestTransfer,
    ResendTransfer,
    ReturnReceipt,
    TransferCommand,
    WithdrawTransfer,
)
from services.mobility.domain.transfer.deadlines import CLASSIFY, LETTER
from services.mobility.domain.transfer.decider import TRANSFER
from services.mobility.domain.transfer.events import ENDINGS, LegRecorded, TransferAccepted, TransferClassified
from services.mobility.domain.transfer.state import TERMINAL, Transfer
from shared.kernel.calendar import local_date
from shared.kernel.errors import Refused, YanzhenError
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, DueTimer
from tests.unit.mobility.transfers import POLICY, T0, TREE, facts

BRANCHES = {"b1": "c1", "b1x": "c1", "b2": "c2", "b2x": "c2", "b3": "c3", "b9": "c9"}
MEMBERS = tuple(f"m{number}" for number in range(1, 9))
ORGANISATIONS = ("c1", "c2", "c3", "c9", "k1", "k2", "city", "elsewhere")


def scope_of(source: str, target: str) -> TransferScope:
    if source == target:
        return "within_committee"
    if "c9" in (source, target):
        return "national"
    return "city" if "c3" in (source, target) else "county"


@dataclass
class Case:
    """One transfer stream with its timers."""

    state: Transfer = field(default_factory=Transfer)
    events: list[DomainEvent] = field(default_factory=list)
    timers: dict[str, datetime] = field(default_factory=dict)


class TransferMachine(RuleBasedStateMachine):
    transfers = Bundle("transfers")

    def __init__(self) -> None:
        super().__init__()
        self.now = T0
        self.cases: dict[str, Case] = {}
        self.members = dict.fromkeys(MEMBERS, MemberCase())
        self.roll = dict.fromkeys(MEMBERS, "b1")
        self.acceptances: list[TransferAccepted] = []
        self.numbers = 0

    # The application, as far as the domain needs it: one commit per command, over the streams that it touches.

    def commit(self, transfer_id: str, events: list[DomainEvent]) -> None:
        case = self.cases.setdefault(transfer_id, Case())
        case.events += events
        case.state = TRANSFER.fold(events, case.state)
        for event in events:
            for change in TRANSFER.timers(event):
                if isinstance(change, ArmTimer):
                    case.timers[change.name] = change.due_at
                else:
                    case.timers.pop(change.name, None)
            if isinstance(event, TransferAccepted):
                assert event.from_branch_id == self.location(event.member_id)
                self.acceptances.append(event)
            if isinstance(event, ENDINGS):
                self.member_does(CloseCase(member_id=event.member_id, transfer_id=transfer_id, closed_at=self.now))

    def location(self, member: str) -> str:
        """Where the acceptances put the member; nothing else is asked."""
        return next((event.to_branch_id for event in reversed(self.acceptances) if event.member_id == member), "b1")

    def member_does(self, command: OpenCase | CloseCase) -> None:
        state = self.members[command.member_id]
        self.members[command.member_id] = MEMBER_CASE.fold(MEMBER_CASE.decide(command, state), state)

    def tell(self, transfer_id: str, command: TransferCommand) -> bool:
        """Whether it was done; a refusal changes nothing, and a repeat of what was done changes nothing either."""
        case = self.cases[transfer_id]
        before = case.state
        try:
            events = list(TRANSFER.decide(command, before))
        except YanzhenError:
            return False
        self.commit(transfer_id, events)
        assert not TRANSFER.decide(command, case.state)
        if before.status in TERMINAL:  # the paper may arrive after the end, and the outcome is told whenever it is due
            assert all(isinstance(event, LegRecorded | TransferClassified) for event in events)
        return bool(events)

    # People.

    def request(self, member: str, target: str, resent_of: str | None = None) -> str:
        source, self.numbers = self.roll[member], self.numbers + 1
        sender, receiver, transfer_id = BRANCHES[source], BRANCHES[target], f"t{self.numbers}"
        scope = scope_of(sender, receiver)
        path = compute_path(TREE, sender, receiver, scope)
        command = RequestTransfer(
            transfer_id=transfer_id,
            member_id=member,
            from_branch_id=source,
            from_committee_id=sender,
            to_committee_id=receiver,
            to_branch_id=target,
            scope=scope,
            reason="moved",
            dues_paid_to="2026-01",
            approval_path=path,
            superiors=superiors_of(TREE, (*path, sender, receiver)),
            policy=POLICY,
            facts=facts(
                member_branch_id=source,
                from_branch_committee_id=sender,
                to_branch_committee_id=receiver,
                admitted_on=date(2026, 1, 1) if member == MEMBERS[-1] else None,
            ),
            carrying="in_person" if scope == "national" else "electronic",
            requested_at=self.now,
            resent_of=resent_of,
        )
        opened = OpenCase(member_id=member, transfer_id=transfer_id, opened_at=self.now, resent_of=resent_of)
        if resent_of is not None:
            by = self.cases[resent_of].state.source
            resend = ResendTransfer(resent_by=by, resent_as=transfer_id, resent_at=self.now)
            ended = list(TRANSFER.decide(resend, self.cases[resent_of].state))
            self.member_does(opened)
            self.commit(resent_of, ended)
        else:
            self.member_does(opened)
        self.commit(transfer_id, list(TRANSFER.decide(command, Transfer())))
        return transfer_id

    @initialize(target=transfers, branch=st.sampled_from(sorted(BRANCHES)), steps=st.integers(0, 5))
    def under_way(self, branch: str, steps: int) -> str:
        transfer_id = self.try_to_move(MEMBERS[0], branch)
        self.all_goes_well(transfer_id, steps)
        return transfer_id

    @rule(target=transfers, member=st.sampled_from(MEMBERS), branch=st.sampled_from(sorted(BRANCHES)))
    def ask(self, member: str, branch: str) -> str:
        return self.try_to_move(member, branch)

    def try_to_move(self, member: str, branch: str) -> str:
        """A request for the place where the member is already becomes one for another place."""
        target = branch if branch != self.roll[member] else next(b for b in BRANCHES if b != branch)
        already_open = self.members[member].open
        if already_open is None:
            return self.request(member, target)
        with pytest.raises(Refused, match="transfer-already-open"):
            self.request(member, target)
        return already_open

    @rule(transfer=transfers, branch=st.sampled_from(sorted(BRANCHES)))
    def send_again(self, transfer: str, branch: str) -> None:
        state = self.cases[transfer].state
        if state.status in ("rejected", "expired") and branch != state.asked.from_branch_id:
            assert self.members[state.asked.member_id].open == transfer
            self.request(state.asked.member_id, branch, resent_of=transfer)

    @rule(transfer=transfers, by=st.sampled_from([None, *ORGANISATIONS]))
    def approve(self, transfer: str, by: str | None) -> None:
        state, self.numbers = self.cases[transfer].state, self.numbers + 1
        organisation = by or state.holder or "c1"
        command = ApproveStep(
            organisation_id=organisation, approved_at=self.now, letter_number=f"L-{transfer}-{self.numbers}"
        )
        if self.tell(transfer, command):
            assert (state.status, organisation) == ("approving", state.holder)

    @rule(
        transfer=transfers,
        by=st.sampled_from(["c1", "c2", "c3", "c9", None]),
        choice=st.integers(0, 2),
        wrong=st.booleans(),
    )
    def accept(self, transfer: str, by: str | None, choice: int, wrong: bool) -> None:
        """With a branch, or (the third choice) as a committee that names it later."""
        state = self.cases[transfer].state
        asked, receiver = state.asked, by or state.asked.to_committee_id
        candidates = [branch for branch, committee in BRANCHES.items() if committee == receiver]
        branch = candidates[choice % len(candidates)]
        number = state.voided[0] if wrong and state.voided else (state.letter.number if state.letter else None)
        later = choice == 2
        done = self.tell(
            transfer,
            AcceptTransfer(
                accepted_by=receiver,
                branch_id=None if later else branch,
                branch_committee_id=None if later else receiver,
                letter_number=number,
                parties=() if later else self.parties_of(transfer, branch, receiver),
                accepted_at=self.now,
                inquiry=None if wrong else "in order",
            ),
        )
        if done:
            assert state.status in ("awaiting_acceptance", "held")
            assert receiver == asked.to_committee_id
            assert number not in state.voided
            assert state.unheard_void is None
            assert not (wrong and asked.recently_admitted)
            assert state.letter is None or state.status == "held" or self.now <= state.letter.valid_until

    def parties_of(self, transfer: str, branch: str, committee: str) -> tuple[InterestedParty, ...]:
        asked = self.cases[transfer].state.asked
        origin, destination = Side(asked.from_branch_id, asked.from_committee_id), Side(branch, committee)
        return compute_parties(RelocationFacts(transfer, asked.member_id, origin, destination, TREE))

    @rule(transfer=transfers, branch=st.sampled_from(sorted(BRANCHES)))
    def assign(self, transfer: str, branch: str) -> None:
        state = self.cases[transfer].state
        committee = BRANCHES[branch]
        done = self.tell(
            transfer,
            AssignBranch(
                assigned_by=state.receiver,
                branch_id=branch,
                branch_committee_id=committee,
                parties=self.parties_of(transfer, branch, committee),
                assigned_at=self.now,
            ),
        )
        if done:
            assert (state.status, committee) == ("admitted", state.asked.to_committee_id)

    @rule(transfer=transfers, text=st.sampled_from(["dates differ", ""]))
    def hold(self, transfer: str, text: str) -> None:
        state = self.cases[transfer].state
        number = state.letter.number if state.letter else None
        command = HoldTransfer(held_by=state.receiver, letter_number=number, text=text, held_at=self.now)
        if self.tell(transfer, command):
            assert text
            assert state.status == "awaiting_acceptance"

    @rule(transfer=transfers)
    def hear_of_the_void(self, transfer: str) -> None:
        state = self.cases[transfer].state
        if state.voided:
            self.tell(
                transfer,
                AcknowledgeVoid(heard_by=state.receiver, letter_number=state.voided[-1], heard_at=self.now),
            )

    @rule(transfer=transfers, leg=st.sampled_from(["paper", "electronic"]), step=st.sampled_from(["sent", "answered"]))
    def record_leg(self, transfer: str, leg: Leg, step: LegStep) -> None:
        state = self.cases[transfer].state
        by = state.source if step == "sent" else state.receiver
        before = len(self.acceptances)
        self.tell(transfer, RecordLeg(leg=leg, step=step, recorded_by=by, reference="JY-1", recorded_at=self.now))
        assert len(self.acceptances) == before, "two ways of a case are one case"

    @rule(
        transfer=transfers, gone=st.sampled_from([one for one in ORGANISATIONS if TREE[one]]), really=st.integers(0, 4)
    )
    def dissolve(self, transfer: str, gone: str, really: int) -> None:
        """Seldom, and for this case: the tree itself stays as it is."""
        heir = TREE[gone]
        if really == 0 and heir is not None:
            self.tell(transfer, ReplaceOrganisation(organisation_id=gone, heir_id=heir, replaced_at=self.now))

    @rule(transfer=transfers, by=st.sampled_from([None, *ORGANISATIONS]), text=st.sampled_from(["unknown here", " "]))
    def reject(self, transfer: str, by: str | None, text: str) -> None:
        actor = by or self.cases[transfer].state.holder or "c1"
        command = RejectTransfer(rejected_by=actor, reason_code="other", text=text, rejected_at=self.now)
        if self.tell(transfer, command):
            assert text.strip()

    @rule(transfer=transfers, steps=st.integers(1, 8))
    def all_goes_well(self, transfer: str, steps: int) -> None:
        """Whoever has the turn does the task, a few times over; chance alone would seldom get as far as a letter."""
        for _ in range(steps):
            turn = self.cases[transfer].state.turn
            match turn and turn.task:
                case "approve":
                    self.approve(transfer, None)
                case "accept":
                    self.accept(transfer, None, 0, wrong=False)
                case "acknowledge_void":
                    self.hear_of_the_void(transfer)
                case "check_dossier":
                    self.accept(transfer, None, 2, wrong=False)
                case "assign_branch":
                    asked = self.cases[transfer].state.asked
                    homes = [one for one, committee in BRANCHES.items() if committee == asked.to_committee_id]
                    self.assign(transfer, next(one for one in homes if one != asked.from_branch_id))
                case "return_receipt" | "confirm_membership":
                    self.return_receipt(transfer)
                    self.registry_moves(transfer)
                case "resolve_expiry":
                    self.reissue(transfer, again=False)
                case _:
                    return

    @rule(transfer=transfers, really=st.sampled_from([False, False, False, True]))
    def withdraw(self, transfer: str, really: bool) -> None:
        if not really:
            return
        state = self.cases[transfer].state
        if self.tell(transfer, WithdrawTransfer(withdrawn_by=state.asked.from_branch_id, withdrawn_at=self.now)):
            assert state.approved == 0

    @rule(transfer=transfers, again=st.booleans())
    def reissue(self, transfer: str, again: bool) -> None:
        state, self.numbers = self.cases[transfer].state, self.numbers + 1
        number = state.voided[0] if again and state.voided else f"L-{transfer}-{self.numbers}"
        self.tell(transfer, ReissueLetter(issued_by=state.source, letter_number=number, issued_at=self.now))

    @rule(transfer=transfers)
    def return_receipt(self, transfer: str) -> None:
        receiver = self.cases[transfer].state.receiver
        self.tell(transfer, ReturnReceipt(returned_by=receiver, returned_at=self.now))

    @rule(transfer=transfers)
    def close(self, transfer: str) -> None:
        source = self.cases[transfer].state.source
        self.tell(transfer, CloseTransfer(closed_by=source, text="stays", closed_at=self.now))

    # The registry, and time.

    @rule(transfer=transfers, really=st.integers(0, 4))
    def membership_ends(self, transfer: str, really: int) -> None:
        """Seldom. Whoever comes back is in the same branch, and may move again."""
        state = self.cases[transfer].state
        if really == 0:
            ended = LapseTransfer(ground="resigned", ended_on=local_date(self.now), lapsed_at=self.now)
            if self.tell(transfer, ended):
                assert state.moved_at is None, "who was moved first has no open move"
                self.acceptances = [one for one in self.acceptances if one.transfer_id != transfer]

    @rule(transfer=transfers)
    def registry_moves(self, transfer: str) -> None:
        acceptance = self.cases[transfer].state.acceptance
        member = self.cases[transfer].state.asked.member_id
        branch = acceptance.branch_id if acceptance else "b3"
        done = self.tell(transfer, ConfirmMembership(organisation_id=branch, moved_at=self.now))
        if done:
            self.roll[member] = branch

    @rule(days=st.sampled_from([1, 4, 9, 29, 40]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(transfer=transfers, lagging=st.booleans())
    def letter_runs_out(self, transfer: str, lagging: bool) -> None:
        """Nobody does anything until the present letter is past; then the receiver tries, timers or not."""
        state = self.cases[transfer].state
        if state.status == "awaiting_acceptance" and state.letter:
            self.now = max(self.now, state.letter.valid_until + timedelta(hours=1))
            if not lagging:
                self.timers_fire(lagging=False)
            self.accept(transfer, None, 0, wrong=False)

    @precondition(lambda self: any(case.timers for case in self.cases.values()))
    @rule(lagging=st.booleans())
    def timers_fire(self, lagging: bool) -> None:
        """In order of their due time; the last one may fire twice, or after it was cancelled."""
        for transfer_id, case in self.cases.items():
            due = sorted((due_at, name) for name, due_at in case.timers.items() if due_at <= self.now)
            for due_at, name in due:
                if case.timers.get(name) == due_at:
                    del case.timers[name]
                elif not lagging:
                    continue
                assert TRANSFER.on_timer is not None
                fired = DueTimer(TRANSFER.stream(transfer_id), name, due_at, self.now)
                self.tell(transfer_id, TRANSFER.on_timer(fired))

    # What must hold.

    @invariant()
    def at_most_one_open_transfer_per_member_and_it_is_the_one_of_the_case(self) -> None:
        for member, member_case in self.members.items():
            open_ones = [
                transfer_id
                for transfer_id, case in self.cases.items()
                if case.state.asked.member_id == member and case.state.status not in TERMINAL
            ]
            assert open_ones == ([member_case.open] if member_case.open else [])

    @invariant()
    def an_open_transfer_has_one_holder_and_a_due_time_and_an_ended_one_has_none(self) -> None:
        for case in self.cases.values():
            ended = case.state.status in TERMINAL
            assert (case.state.holder is None) == ended
            assert (case.state.due_at is None) == ended
            asked = case.state.asked
            match case.state.status:
                case "approving":
                    assert case.state.holder == case.state.seat(asked.approval_path[case.state.approved])
                case "awaiting_acceptance" | "held" | "admitted" | "accepted":
                    assert case.state.holder == case.state.receiver
                case "rejected" | "expired":
                    assert case.state.holder == case.state.source

    @invariant()
    def timers_stand_for_what_is_still_open(self) -> None:
        for case in self.cases.values():
            if case.state.status in TERMINAL:
                assert set(case.timers) <= {CLASSIFY}
            assert (CLASSIFY in case.timers) == (case.state.outcome is None)
            if LETTER in case.timers:
                assert case.state.status == "awaiting_acceptance"
                assert case.state.letter is not None
                assert case.timers[LETTER] == case.state.letter.valid_until
            if case.state.turn and not case.state.turn.overdue:
                assert case.timers["turn-overdue"] == case.state.turn.due_at
            if case.state.turn and case.state.turn.escalated_to is None:
                assert case.timers["turn-escalation"] == case.state.turn.escalate_at

    @invariant()
    def membership_follows_acceptances_alone_and_is_in_one_branch(self) -> None:
        """The roll is where the acceptances say, or still at the source while the registry has not followed yet."""
        for member in MEMBERS:
            open_one = self.members[member].open
            state = self.cases[open_one].state if open_one else Transfer()
            in_between = state.status == "accepted" and state.moved_at is None
            assert self.roll[member] == (state.asked.from_branch_id if in_between else self.location(member))

    @invariant()
    def a_transfer_is_accepted_at_most_once(self) -> None:
        accepted = [event.transfer_id for event in self.acceptances]
        assert len(accepted) == len(set(accepted))

    @invariant()
    def replay_gives_the_same_state(self) -> None:
        for case in self.cases.values():
            assert TRANSFER.fold(case.events) == case.state


TransferMachine.TestCase.settings = settings(
    max_examples=300, stateful_step_count=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestTransferMachine = TransferMachine.TestCase
