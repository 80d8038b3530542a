"""Duties: opened with holder and due time, done, overdue, escalated. A timer says that time is over, and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.mobility.domain.care.commands import CompleteDuty, EscalateDuty, LogContact, MarkDutyOverdue, OpenDuty
from services.mobility.domain.care.events import (
    CareDutyEscalated,
    CareDutyOverdue,
    ContactLogged,
    DutyDone,
    DutyOpened,
    DutyReassigned,
)
from services.mobility.domain.care.state import Care, Duty, duty_id
from services.mobility.domain.care_rules.rules import DutyRule
from services.mobility.domain.care_terms import DutyKind, PartyRole
from shared.kernel.calendar import add_months, end_of_day, local_date
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.sealed import Sealed


def opened(
    state: Care, kind: DutyKind, party: PartyRole, due_at: datetime, every_months: int | None = None
) -> DutyOpened:
    """The duty, with whoever has it at this moment."""
    begun = state.begun
    role = state.holder_of(party)
    holder = state.parties[role]
    return DutyOpened(
        **begun.whose,
        duty_id=duty_id(kind, party),
        kind=kind,
        party=party,
        holder_role=role,
        organisation_id=holder.organisation_id,
        person_id=holder.person_id,
        due_at=due_at,
        escalate_at=due_at + timedelta(days=begun.rules.rules.escalate_days),
        every_months=every_months,
    )


def coming_round(state: Care, rule: DutyRule, since: datetime) -> DutyOpened:
    """A duty that comes round, due at the end of its day so many calendar months later."""
    due_at = end_of_day(add_months(local_date(since), rule.months))
    return opened(state, rule.kind, rule.party, due_at, rule.months)


def open_once(command: OpenDuty, state: Care) -> Sequence[DomainEvent]:
    """Opening it again sets a new due time: what it is about has changed."""
    if command.every_months is not None:
        rule = DutyRule(kind=command.kind, party=command.party, months=command.every_months)
        return [coming_round(state, rule, command.opened_at)]
    day = local_date(command.opened_at) + timedelta(days=command.days or 1)
    return [opened(state, command.kind, command.party, end_of_day(day))]


def complete(command: CompleteDuty, state: Care) -> Sequence[DomainEvent]:
    """Errors: `duty-not-open`."""
    _ = state.begun
    duty = state.duties.get(command.duty_id)
    if duty is None:
        raise Refused("duty-not-open", "this duty is not open", remedy="look up the open duties of the care")
    return list(_done(state, command.duty_id, duty, command.done_by, command.text, command.done_at))


def log(command: LogContact, state: Care) -> Sequence[DomainEvent]:
    """A contact is always kept; it does a duty only where that duty lies with this party.

    Errors: `party-absent`, `contacted-earlier`.
    """
    begun = state.begun
    if command.contact_id in state.contacts:
        return []
    if command.role not in state.parties:
        raise Invalid("party-absent", "this party does not take part", remedy="name it first", where="role")
    if command.contacted_at < begun.established_at:
        raise Invalid(
            "contacted-earlier", "the care had not begun", remedy="give the time of the contact", where="contacted_at"
        )
    logged = ContactLogged(**begun.whose, **command.model_dump())
    events: list[DomainEvent] = [logged]
    for name, duty in state.duties.items():
        if duty.kind == command.kind and duty.holder_role == command.role and _moves(state, duty, command.contacted_at):
            events += _done(state, name, duty, command.logged_by, None, command.contacted_at)
    return events


def _moves(state: Care, duty: Duty, at: datetime) -> bool:
    """Whether a contact at that time puts the duty off. One that is entered late must not bring the next one forward."""
    if duty.every_months is None:
        return True
    rule = DutyRule(kind=duty.kind, party=duty.party, months=duty.every_months)
    return coming_round(state, rule, at).due_at > duty.due_at


def _done(state: Care, name: str, duty: Duty, by: str, text: Sealed | None, at: datetime) -> Iterator[DomainEvent]:
    begun = state.begun
    yield DutyDone(
        **begun.whose,
        duty_id=name,
        kind=duty.kind,
        done_by=by,
        text=text,
        done_at=at,
    )
    if duty.every_months is not None:
        yield coming_round(state, DutyRule(kind=duty.kind, party=duty.party, months=duty.every_months), at)


def reassigned(before: Care, after: Care) -> list[DomainEvent]:
    """Open duties that are with somebody else after a party or the lead changed.

    Whoever takes over what is overdue already is told so: the one before was, and reminders are said to a person.
    """
    events: list[DomainEvent] = []
    for name, duty in after.duties.items():
        role = after.holder_of(duty.party)
        now, then = after.parties[role], before.parties.get(duty.holder_role)
        if (role, now) != (duty.holder_role, then):
            events.append(
                DutyReassigned(
                    **after.begun.whose,
                    duty_id=name,
                    kind=duty.kind,
                    holder_role=role,
                    organisation_id=now.organisation_id,
                    person_id=now.person_id,
                )
            )
            if duty.overdue and (then is None or now.person_id != then.person_id):
                events.append(_overdue(after, name, replace(duty, holder_role=role)))
    return events


def mark_overdue(command: MarkDutyOverdue, state: Care) -> Sequence[DomainEvent]:
    """Nothing when the duty was done or opened anew since: the timer was set for another due time."""
    duty = state.duties.get(command.duty_id)
    if state.ended or duty is None or duty.overdue or duty.due_at != command.due_at:
        return []
    return [_overdue(state, command.duty_id, duty)]


def escalate(command: EscalateDuty, state: Care) -> Sequence[DomainEvent]:
    """A duty is overdue before it is escalated, even when both fell due while we were down."""
    duty = state.duties.get(command.duty_id)
    if state.ended or duty is None or duty.escalated or duty.escalate_at != command.due_at:
        return []
    holder = state.parties[duty.holder_role]
    begun = state.begun
    escalated = CareDutyEscalated(
        **begun.whose,
        duty_id=command.duty_id,
        kind=duty.kind,
        origin_branch_id=begun.origin.organisation_id,
        organisation_id=holder.organisation_id,
        person_id=holder.person_id,
        superior_id=holder.superior_id or state.parties[state.lead].organisation_id,
        due_at=duty.due_at,
    )
    return [escalated] if duty.overdue else [_overdue(state, command.duty_id, duty), escalated]


def _overdue(state: Care, name: str, duty: Duty) -> CareDutyOverdue:
    holder = state.parties[duty.holder_role]
    begun = state.begun
    return CareDutyOverdue(
        **begun.whose,
        duty_id=name,
        kind=duty.kind,
        origin_branch_id=begun.origin.organisation_id,
        holder_role=duty.holder_role,
        organisation_id=holder.organisation_id,
        person_id=holder.person_id,
        due_at=duty.due_at,
    )
