"""The one deadline of a relocation: when everybody should have it; and as long as somebody does not, each day again."""

from collections.abc import Sequence
from typing import Final

from services.mobility.processes.relocation.commands import MarkLate, RelocationCommand
from services.mobility.processes.relocation.events import (
    PropagationLate,
    PropagationStarted,
    PropagationStopped,
    RelocationPropagated,
)
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

LATE: Final = "propagation-late"


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case PropagationStarted():
            return [ArmTimer(LATE, event.due_at)]
        case PropagationLate():
            return [CancelTimer(LATE) if event.next_at is None else ArmTimer(LATE, event.next_at)]
        case RelocationPropagated() | PropagationStopped():
            return [CancelTimer(LATE)]
        case _:
            return []


def on_timer(timer: DueTimer) -> RelocationCommand:
    if timer.name != LATE:
        raise ValueError(f"a relocation has no timer called {timer.name}")
    return MarkLate(due_at=timer.due_at)
