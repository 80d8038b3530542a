"""年度核对: one stream per organisation, `reconciliation-<organisation id>`; a run each September at least (domain T25)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from pydantic import AwareDatetime

from services.mobility.domain.reconciliation.mismatch import Mismatch
from shared.kernel.calendar import local_date, start_of_day
from shared.kernel.decider import Decider
from shared.kernel.event import Command, DomainEvent
from shared.kernel.timer import ArmTimer, DueTimer, TimerChange

DUE: Final = "reconciliation-due"
MONTH: Final = 9
"""Each September (domain T25)."""


class FinishReconciliation(Command):
    """A comparison was made; the mismatches were computed from the read models on that day."""

    organisation_id: str
    run_id: str
    compared: int
    mismatches: tuple[Mismatch, ...]
    as_of: AwareDatetime
    run_by: str


class MarkReconciliationDue(Command):
    """Made by a timer on the first of September."""

    due_at: AwareDatetime


class ReconciliationFinished(DomainEvent):
    """What was found, frozen: a report can be read again as it was."""

    type = "reconciliation-finished"

    organisation_id: str
    run_id: str
    year: int
    compared: int
    mismatches: tuple[Mismatch, ...]
    as_of: datetime
    run_by: str
    next_due_at: datetime


class ReconciliationDue(DomainEvent):
    """September has come, and the run of the year is to be made."""

    type = "reconciliation-due"

    organisation_id: str
    year: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The runs of an organisation: a few a year."""

    organisation_id: str = ""
    runs: frozenset[str] = field(default_factory=frozenset)
    due_at: datetime | None = None


def decide(command: FinishReconciliation | MarkReconciliationDue, state: Reconciliation) -> Sequence[DomainEvent]:
    """A run is recorded once; a due day is told once."""
    match command:
        case FinishReconciliation():
            if command.run_id in state.runs:
                return []
            today = local_date(command.as_of)
            return [ReconciliationFinished(**dict(command), year=today.year, next_due_at=_next(today))]
        case MarkReconciliationDue():
            if state.due_at != command.due_at:
                return []
            year = local_date(command.due_at).year
            return [ReconciliationDue(organisation_id=state.organisation_id, year=year, due_at=command.due_at)]


def _next(today: date) -> datetime:
    year = today.year if today.month < MONTH else today.year + 1
    return start_of_day(date(year, MONTH, 1))


def evolve(state: Reconciliation, event: DomainEvent) -> Reconciliation:
    match event:
        case ReconciliationFinished():
            return Reconciliation(event.organisation_id, state.runs | {event.run_id}, event.next_due_at)
        case ReconciliationDue():
            return Reconciliation(state.organisation_id, state.runs, _next(local_date(event.due_at)))
        case _:
            return state


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case ReconciliationFinished():
            return [ArmTimer(DUE, event.next_due_at)]
        case ReconciliationDue():
            return [ArmTimer(DUE, _next(local_date(event.due_at)))]
        case _:
            return []


def on_timer(timer: DueTimer) -> MarkReconciliationDue:
    if timer.name != DUE:
        raise ValueError(f"a reconciliation has no timer called {timer.name}")
    return MarkReconciliationDue(due_at=timer.due_at)


RECONCILIATION: Decider[FinishReconciliation | MarkReconciliationDue, Reconciliation] = Decider(
    stream_type="reconciliation",
    initial=Reconciliation(),
    decide=decide,
    evolve=evolve,
    events=(ReconciliationFinished, ReconciliationDue),
    timers=timers,
    on_timer=on_timer,
)
