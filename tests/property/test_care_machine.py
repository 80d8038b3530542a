"""三方共管, whatever happens in whatever order: one lead, no duty without holder and time, nothing decided by a timer."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.mobility.domain.care.commands import (
    CareCommand,
    CompleteDuty,
    EndCare,
    HandLead,
    LogContact,
    NameParty,
    OpenDuty,
    RemoveParty,
)
from services.mobility.domain.care.decider import CARE, on_timer, timers
from services.mobility.domain.care.events import (
    CareDutyEscalated,
    CareDutyOverdue,
    CareEstablished,
    CareLeadChanged,
    DutyDone,
    DutyDropped,
    DutyOpened,
    DutyReassigned,
)
from services.mobility.domain.care.state import Care
from shared.kernel.errors import YanzhenError
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, DueTimer
from tests.unit.mobility.away import DESTINATION, ORIGIN, STATION, caring
from tests.unit.mobility.transfers import T0

ROLES = st.sampled_from(["origin", "station", "destination"])
PARTIES = {"origin": ORIGIN, "station": STATION, "destination": DESTINATION}


class CareMachine(RuleBasedStateMachine):
    """One care, its timers kept as the store keeps them, and a ledger of the duties read from the events alone."""

    @initialize(abroad=st.booleans(), station=st.booleans())
    def begin(self, abroad: bool, station: bool) -> None:
        self.now: datetime = T0
        self.state: Care = CARE.initial
        self.armed: dict[str, datetime] = {}
        self.ledger: dict[str, tuple[str, str]] = {}
        self.leads: list[str] = []
        self.do(caring(abroad=abroad, station=STATION if station else None))

    def do(self, command: CareCommand) -> list[DomainEvent]:
        try:
            events = list(CARE.decide(command, self.state))
        except YanzhenError:
            return []
        for event in events:
            self.state = CARE.evolve(self.state, event)
            self.note(event)
            for change in timers(event):
                if isinstance(change, ArmTimer):
                    self.armed[change.name] = change.due_at
                else:
                    self.armed.pop(change.name, None)
        return events

    def note(self, event: DomainEvent) -> None:
        match event:
            case CareEstablished():
                self.leads.append(event.lead)
            case CareLeadChanged():
                assert event.from_role == self.leads[-1], "the lead comes from whoever had it"
                self.leads.append(event.to_role)
            case DutyOpened() | DutyReassigned():
                self.ledger[event.duty_id] = (event.organisation_id, event.person_id)
            case DutyDone() | DutyDropped():
                del self.ledger[event.duty_id]
            case _:
                pass

    @rule(role=ROLES, person=st.sampled_from(["", "-2", "-3"]))
    def name(self, role: str, person: str) -> None:
        party = PARTIES[role]
        named = party.model_copy(update={"person_id": party.person_id + person})
        self.do(NameParty.model_validate({"role": role, "party": named, "named_at": self.now}))

    @rule(role=st.sampled_from(["station", "destination"]))
    def remove(self, role: str) -> None:
        self.do(RemoveParty.model_validate({"role": role, "removed_by": "b1", "removed_at": self.now}))

    @rule(role=ROLES)
    def hand(self, role: str) -> None:
        said = {"to_role": role, "handed_by": "b1", "handed_at": self.now}
        self.do(HandLead.model_validate(said))

    @rule(role=ROLES, kind=st.sampled_from(["contact", "talk", "yearly_report", "abroad_contact"]), id_=st.uuids())
    def talk(self, role: str, kind: str, id_: object) -> None:
        said = {"contact_id": str(id_), "role": role, "kind": kind, "way": "call", "logged_by": "x",
                "contacted_at": self.now}  # fmt: skip
        self.do(LogContact.model_validate(said))

    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        duty = data.draw(st.sampled_from(sorted(self.state.duties) or ["verify.station"]))
        self.do(CompleteDuty(duty_id=duty, done_by="x", done_at=self.now))

    @rule(kind=st.sampled_from(["verify", "correct_registration", "request_transfer"]), role=ROLES)
    def come_up(self, kind: str, role: str) -> None:
        self.do(OpenDuty.model_validate({"kind": kind, "party": role, "days": 15, "opened_at": self.now}))

    @rule(days=st.integers(1, 200))
    def pass_time(self, days: int) -> None:
        """Every timer that is due fires, in any order that the store may give them; some a second time."""
        self.now += timedelta(days=days)
        for name, due_at in sorted(self.armed.items()):
            if due_at <= self.now:
                before = self.state
                for _ in range(2):
                    for event in self.do(on_timer(DueTimer("care-d1", name, due_at, self.now))):
                        assert isinstance(event, CareDutyOverdue | CareDutyEscalated), "a timer only says it is late"
                assert (self.state.lead, self.state.parties, set(self.state.duties), self.state.ended) == (
                    before.lead, before.parties, set(before.duties), before.ended,
                )  # fmt: skip

    @rule(sure=st.integers(0, 9))
    def end(self, sure: int) -> None:
        if sure == 0:
            self.do(EndCare(reason="returned", ended_at=self.now))

    @invariant()
    def one_lead_and_it_takes_part(self) -> None:
        if self.state.established is not None:
            assert self.state.lead == self.leads[-1]
            assert self.state.lead in self.state.parties

    @invariant()
    def every_open_duty_is_with_a_named_person_of_a_party_that_is_there(self) -> None:
        assert set(self.ledger) == set(self.state.duties)
        for name, duty in self.state.duties.items():
            party = self.state.parties[duty.holder_role]
            assert duty.holder_role == self.state.holder_of(duty.party)
            assert self.ledger[name] == (party.organisation_id, party.person_id)

    @invariant()
    def every_open_duty_has_its_time_and_nothing_else_has(self) -> None:
        expected = {f"due.{name}": duty.due_at for name, duty in self.state.duties.items()}
        expected |= {f"silence.{name}": duty.escalate_at for name, duty in self.state.duties.items()}
        assert self.armed == expected
        assert not (self.state.ended and self.state.duties)


TestCare = CareMachine.TestCase
TestCare.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
