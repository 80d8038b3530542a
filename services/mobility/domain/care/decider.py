"""三方共管 as one kind of stream: `care-<departure id>` (domain N07): three parties, one lead, duties with holder and time."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import Final

from services.mobility.domain.care import duties
from services.mobility.domain.care.commands import (
    CareCommand,
    CompleteDuty,
    DropDuty,
    EndCare,
    EscalateDuty,
    EstablishCare,
    HandLead,
    LogContact,
    MarkDutyOverdue,
    NameParty,
    OpenDuty,
    RemoveParty,
)
from services.mobility.domain.care.events import (
    CareDutyEscalated,
    CareDutyOverdue,
    CareEnded,
    CareEstablished,
    CareLeadChanged,
    CareParty,
    ContactLogged,
    DutyDone,
    DutyDropped,
    DutyOpened,
    DutyReassigned,
    PartyLeft,
    PartyNamed,
)
from services.mobility.domain.care.state import Care, Duty, duty_id
from services.mobility.domain.care_terms import PartyRole
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

DUE: Final = "due."
SILENCE: Final = "silence."


def decide(command: CareCommand, state: Care) -> Sequence[DomainEvent]:
    """No events when the command already took effect."""
    match command:
        case EstablishCare():
            return _establish(command, state)
        case NameParty():
            return _name(command, state)
        case RemoveParty():
            return _remove(command, state)
        case HandLead():
            return _hand(command, state)
        case OpenDuty():
            return duties.open_once(command, state)
        case CompleteDuty():
            return duties.complete(command, state)
        case DropDuty():
            return _drop(command, state)
        case LogContact():
            return duties.log(command, state)
        case MarkDutyOverdue():
            return duties.mark_overdue(command, state)
        case EscalateDuty():
            return duties.escalate(command, state)
        case EndCare():
            return _end(command, state)


def _establish(command: EstablishCare, state: Care) -> Sequence[DomainEvent]:
    """Errors: `care-exists`, `duty-twice`."""
    if state.established is not None:
        raise Refused("care-exists", "there is a care with this id", remedy="choose a new id for a new departure")
    established = CareEstablished(**command.model_dump(), lead="origin")
    events: list[DomainEvent] = [established]
    begun = evolve(state, established)
    rules = command.rules.rules
    wanted = [rule for rule in rules.duties if command.abroad or not rule.abroad_only]
    if len({duty_id(rule.kind, rule.party) for rule in wanted}) < len(wanted):
        raise Invalid("duty-twice", "a party has the same duty twice", remedy="name each once", where="duties")
    if command.station is not None:
        events += duties.open_once(
            OpenDuty(kind="verify", party="station", days=rules.verify_days, opened_at=command.established_at), begun
        )
    return [*events, *(duties.coming_round(begun, rule, command.established_at) for rule in wanted)]


def _name(command: NameParty, state: Care) -> Sequence[DomainEvent]:
    begun = state.begun
    if state.parties.get(command.role) == command.party:
        return []
    if command.role == "origin" and command.party.organisation_id != begun.origin.organisation_id:
        raise Refused(
            "origin-fixed",
            "the origin is where the membership is",
            remedy="ask for a transfer; here only the person can change",
            where="role",
        )
    named = PartyNamed(**begun.whose, **command.model_dump())
    return [named, *duties.reassigned(state, evolve(state, named))]


def _remove(command: RemoveParty, state: Care) -> Sequence[DomainEvent]:
    begun = state.begun
    if command.role not in state.parties:
        return []
    events: list[DomainEvent] = []
    if state.lead == command.role:
        back = HandLead(
            to_role="origin",
            reason="not_served",
            handed_by=command.removed_by,
            handed_at=command.removed_at,
        )
        events += [_lead(back, state)]
    events.append(PartyLeft(**begun.whose, role=command.role, left_at=command.removed_at))
    after = reduce(evolve, events, state)
    return [*events, *duties.reassigned(state, after)]


def _hand(command: HandLead, state: Care) -> Sequence[DomainEvent]:
    """Errors: `party-absent`."""
    _ = state.begun
    if command.to_role == state.lead:
        return []
    if command.to_role not in state.parties:
        raise Refused("party-absent", "this party does not take part", remedy="name it first", where="to_role")
    changed = _lead(command, state)
    return [changed, *duties.reassigned(state, evolve(state, changed))]


def _lead(command: HandLead, state: Care) -> CareLeadChanged:
    to = state.parties[command.to_role]
    return CareLeadChanged(
        **state.begun.whose,
        from_role=state.lead,
        to_role=command.to_role,
        organisation_id=to.organisation_id,
        person_id=to.person_id,
        reason=command.reason,
        text=command.text,
        changed_by=command.handed_by,
        changed_at=command.handed_at,
    )


def _drop(command: DropDuty, state: Care) -> Sequence[DomainEvent]:
    begun = state.begun
    duty = state.duties.get(command.duty_id)
    if duty is None:
        return []
    return [
        DutyDropped(
            **begun.whose,
            duty_id=command.duty_id,
            kind=duty.kind,
            dropped_at=command.dropped_at,
        )
    ]


def _end(command: EndCare, state: Care) -> Sequence[DomainEvent]:
    if state.ended:
        return []
    begun = state.begun
    dropped = [
        DutyDropped(**begun.whose, duty_id=name, kind=duty.kind, dropped_at=command.ended_at)
        for name, duty in state.duties.items()
    ]
    return [*dropped, CareEnded(**begun.whose, **command.model_dump())]


def evolve(state: Care, event: DomainEvent) -> Care:
    match event:
        case CareEstablished():
            parties: dict[PartyRole, CareParty] = {"origin": event.origin}
            if event.station is not None:
                parties["station"] = event.station
            return Care(event, parties, event.lead)
        case PartyNamed():
            return replace(state, parties={**state.parties, event.role: event.party})
        case PartyLeft():
            return replace(state, parties={role: one for role, one in state.parties.items() if role != event.role})
        case CareLeadChanged():
            return replace(state, lead=event.to_role)
        case DutyOpened():
            duty = Duty(event.kind, event.party, event.holder_role, event.due_at, event.escalate_at, event.every_months)
            return replace(state, duties={**state.duties, event.duty_id: duty})
        case DutyReassigned():
            return _changed(state, event.duty_id, holder_role=event.holder_role)
        case CareDutyOverdue():
            return _changed(state, event.duty_id, overdue=True)
        case CareDutyEscalated():
            return _changed(state, event.duty_id, escalated=True)
        case DutyDone() | DutyDropped():
            left = {name: duty for name, duty in state.duties.items() if name != event.duty_id}
            return replace(state, duties=left)
        case ContactLogged():
            return replace(state, contacts=state.contacts | {event.contact_id})
        case CareEnded():
            return replace(state, ended=True)
        case _:
            return state


def _changed(state: Care, name: str, **fields: object) -> Care:
    duty = replace(state.duties[name], **fields)  # type: ignore[arg-type]
    return replace(state, duties={**state.duties, name: duty})


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case DutyOpened():
            name = event.duty_id
            return [ArmTimer(DUE + name, event.due_at), ArmTimer(SILENCE + name, event.escalate_at)]
        case DutyDone() | DutyDropped():
            return [CancelTimer(DUE + event.duty_id), CancelTimer(SILENCE + event.duty_id)]
        case _:
            return []


def on_timer(timer: DueTimer) -> CareCommand:
    if timer.name.startswith(DUE):
        return MarkDutyOverdue(duty_id=timer.name.removeprefix(DUE), due_at=timer.due_at)
    if timer.name.startswith(SILENCE):
        return EscalateDuty(duty_id=timer.name.removeprefix(SILENCE), due_at=timer.due_at)
    raise ValueError(f"a care has no timer called {timer.name}")


CARE: Decider[CareCommand, Care] = Decider(
    stream_type="care",
    initial=Care(),
    decide=decide,
    evolve=evolve,
    events=(
        CareEstablished,
        PartyNamed,
        PartyLeft,
        CareLeadChanged,
        DutyOpened,
        DutyReassigned,
        DutyDone,
        DutyDropped,
        CareDutyOverdue,
        CareDutyEscalated,
        ContactLogged,
        CareEnded,
    ),
    timers=timers,
    on_timer=on_timer,
    long_streams=True,
)
