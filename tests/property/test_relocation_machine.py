"""Whatever the order and however often the facts of a relocation come in, the end is the same and happens once."""

from datetime import timedelta
from operator import itemgetter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.mobility.domain.parties import Channel, InterestedParty
from services.mobility.processes.relocation.commands import (
    MarkLate,
    RecordAcknowledged,
    RecordApplied,
    RecordDelivered,
    RecordNotified,
    RecordUndelivered,
    RelocationCommand,
    RetryParty,
    StartPropagation,
)
from services.mobility.processes.relocation.decide import MOST_TRIES
from services.mobility.processes.relocation.decider import RELOCATION
from services.mobility.processes.relocation.events import PartyRetried, PropagationLate, RelocationPropagated
from services.mobility.processes.relocation.ledger import missing
from services.mobility.processes.relocation.state import Relocation
from services.mobility.projections.missing import missing as missing_of_rows
from services.mobility.projections.propagation import PROPAGATION
from shared.eventstore.projection import Fact
from shared.eventstore.rows import Key, Put
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer
from tests.unit.mobility.transfers import T0, at

SERVICES = ("registry", "assessment")
CHANNELS: tuple[Channel, ...] = ("email", "sms")


@st.composite
def parties(draw: st.DrawFn) -> tuple[InterestedParty, ...]:
    """One to four, each with any channels and any duty to acknowledge."""
    return tuple(
        InterestedParty(
            party_id=f"p{number}",
            kind="organisation",
            ref_id=f"o{number}",
            role="origin_branch",
            channels=draw(st.sampled_from([(), ("email",), ("sms",), CHANNELS])),
            must_acknowledge=draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 4)))
    )


@st.composite
def histories(draw: st.DrawFn) -> list[RelocationCommand]:
    """All that happens to one relocation: its start, and for every required row what came of it.

    A message may have failed before it was delivered, or be reported failed after it: notify tries again.
    """
    concerned = draw(parties())
    times = st.floats(0, 10).map(at)
    facts: list[RelocationCommand] = [
        StartPropagation(
            relocation_id="t1",
            member_id="m1",
            parties=concerned,
            services=SERVICES,
            accepted_at=T0,
            late_after=timedelta(days=2),
        )
    ]
    facts += [RecordApplied(service=service, applied_at=draw(times)) for service in SERVICES]
    for party in concerned:
        if party.must_acknowledge or draw(st.booleans()):
            facts.append(
                RecordAcknowledged(
                    party_id=party.party_id, acknowledged_by=draw(st.text()), acknowledged_at=draw(times)
                )
            )
        for channel in party.channels:
            to = {"party_id": party.party_id, "channel": channel}
            for outcome in draw(
                st.sets(st.sampled_from(["queued", "failed", "failed-again", "delivered"]), min_size=1)
            ):
                match outcome:
                    case "queued":
                        message = {"message_id": f"{party.party_id}-{channel}"}
                        facts.append(RecordNotified.model_validate({**to, **message, "notified_at": draw(times)}))
                    case "delivered":
                        receipt = {"receipt_id": "r", "delivered_at": draw(times)}
                        facts.append(RecordDelivered.model_validate({**to, **receipt}))
                    case _:
                        failure = {
                            "code": outcome,
                            "failed_at": draw(times),
                            "message_id": f"{party.party_id}-{channel}",
                        }
                        facts.append(RecordUndelivered.model_validate({**to, **failure}))
    return facts


def outcomes(event: PartyRetried) -> list[RelocationCommand]:
    """What comes of the messages of one more try: the first channel fails again, and of the others every second try."""
    facts: list[RelocationCommand] = []
    for number, channel in enumerate(event.channels):
        to = {"party_id": event.party_id, "channel": channel}
        if (number + event.attempt) % 2:
            failure = {
                "code": "again",
                "failed_at": at(20),
                "message_id": f"{event.party_id}-{channel}-{event.attempt}",
            }
            facts.append(RecordUndelivered.model_validate({**to, **failure}))
        else:
            facts.append(RecordDelivered.model_validate({**to, "receipt_id": "r", "delivered_at": at(20)}))
    return facts


def failed(state: Relocation, party_id: str) -> bool:
    """Whether every channel to that party has failed."""
    assert state.started is not None
    channels = next(party.channels for party in state.started.parties if party.party_id == party_id)
    lacking = [row.split(":") for row in missing(state, state.started)]
    return bool(channels) and [row[2] for row in lacking if row[:2] == ["undelivered", party_id]] == list(channels)


def outcome_of(facts: list[RelocationCommand]) -> Relocation:
    state = RELOCATION.initial
    for fact in facts:
        state = RELOCATION.fold(RELOCATION.decide(fact, state), state)
    return state


class RelocationMachine(RuleBasedStateMachine):
    """Facts come from a bag in any order, some of them again, and the deadline may pass at any time."""

    @initialize(facts=histories())
    def prepare(self, facts: list[RelocationCommand]) -> None:
        self.expected = outcome_of(facts)
        self.waiting, self.heard = list(facts), list[RelocationCommand]()
        self.state = RELOCATION.initial
        self.events: list[DomainEvent] = []
        self.timers: set[str] = set()

        self.rows: dict[tuple[str, Key], dict[str, Any]] = {}

    def hear(self, fact: RelocationCommand) -> int:
        events = RELOCATION.decide(fact, self.state)
        for event in events:
            self.events.append(event)
            self.project(event)
            if isinstance(event, PartyRetried):
                self.waiting += outcomes(event)
        self.state = RELOCATION.fold(events, self.state)
        for change in (change for event in events for change in RELOCATION.timers(event)):
            self.timers = self.timers | {change.name} if isinstance(change, ArmTimer) else self.timers - {change.name}
        return len(events)

    def project(self, event: DomainEvent) -> None:
        fact = Fact(event, "relocation-t1", len(self.events), T0)
        for change in PROPAGATION.of_own(fact):
            assert isinstance(change, Put)
            self.rows.setdefault((change.table, change.key), {"state": None, "number": None}).update(change.values)

    @rule(data=st.data(), count=st.integers(1, 5))
    def next_facts(self, data: st.DataObject, count: int) -> None:
        for _ in range(min(count, len(self.waiting))):
            fact = self.waiting.pop(data.draw(st.integers(0, len(self.waiting) - 1)))
            self.heard.append(fact)
            self.hear(fact)

    @rule(data=st.data())
    def repeated_fact(self, data: st.DataObject) -> None:
        if self.heard:
            before = self.state
            assert self.hear(data.draw(st.sampled_from(self.heard))) == 0
            assert self.state == before

    @rule()
    def deadline(self) -> None:
        if self.timers and self.state.look_again_at is not None:
            self.timers.clear()
            self.hear(MarkLate(due_at=self.state.look_again_at))

    @rule(data=st.data())
    def somebody_asks_for_another_try(self, data: st.DataObject) -> None:
        if self.state.started is not None:
            party = data.draw(st.sampled_from(self.state.started.parties)).party_id
            ask = RetryParty(party_id=party, asked_by="k1", retried_at=at(20))
            if failed(self.state, party):
                self.hear(ask)
            with pytest.raises(
                Refused, match="party-has-it"
            ):  # it has it, or may yet get it; or that was a second click
                self.hear(ask)

    @invariant()
    def the_ledger_that_is_read_says_what_the_process_knows(self) -> None:
        if self.state.started is not None:
            steps = [
                row for (table, _), row in self.rows.items() if table == "propagation" and row["number"] is not None
            ]
            read = missing_of_rows(sorted(steps, key=itemgetter("number")))
            assert tuple(read) == missing(self.state, self.state.started)

    @invariant()
    def propagated_at_most_once_and_only_when_complete(self) -> None:
        ends = [event for event in self.events if isinstance(event, RelocationPropagated)]
        started = self.state.started
        complete = started is not None and not missing(self.state, started)
        assert len(ends) == int(complete) == int(self.state.propagated)

    @invariant()
    def late_is_said_for_a_week_at_most_and_never_empty(self) -> None:
        late = [event for event in self.events if isinstance(event, PropagationLate)]
        assert len(late) <= MOST_TRIES + 1
        assert all(event.missing for event in late)

    @invariant()
    def the_timer_is_armed_exactly_while_it_can_be_late(self) -> None:
        running = self.state.started is not None and not self.state.propagated and self.state.look_again_at is not None
        assert bool(self.timers) == running

    @invariant()
    def replay_gives_the_same_state(self) -> None:
        assert RELOCATION.fold(self.events) == self.state

    def teardown(self) -> None:
        if hasattr(self, "waiting"):
            for fact in self.waiting:
                self.hear(fact)
            self.propagated_at_most_once_and_only_when_complete()
            if self.state.tries:  # what a try brings depends on when it was asked for; that it does not hang, does not
                assert self.state.started is not None
                lacking = [row.split(":") for row in missing(self.state, self.state.started)]
                assert not [row for row in lacking if row[0] == "delivered" and row[1] in self.state.tries]
                return
            assert (self.state.parties, self.state.services, self.state.propagated) == (
                self.expected.parties,
                self.expected.services,
                self.expected.propagated,
            )


RelocationMachine.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestRelocationMachine = RelocationMachine.TestCase
