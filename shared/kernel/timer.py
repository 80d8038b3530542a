"""Deadlines as part of a decision: which timers an event arms or cancels is a pure function of the event.

The store keeps the timers in the same transaction as the events, so a deadline exists exactly when the fact does.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ArmTimer:
    """Wake this stream at `due_at`. A timer of the same stream and name is replaced."""

    name: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Forget the timer of that name; nothing happens when there is none."""

    name: str


TimerChange = ArmTimer | CancelTimer


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer that fell due: `now` is when it fired, which may be long after `due_at` when services were down."""

    stream_id: str
    name: str
    due_at: datetime
    now: datetime
