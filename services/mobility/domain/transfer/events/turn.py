"""Whose turn it is (轮到谁)."""

from datetime import datetime

from services.mobility.domain.terms import Task
from shared.kernel.event import DomainEvent


class CaseEvent(DomainEvent):
    """About whose turn it is; `case_id` is the id of the transfer."""

    case_id: str
    member_id: str


class HolderChanged(CaseEvent):
    """轮到谁: who has to act, by when, and when silence goes to the superior."""

    type = "holder-changed"

    holder_id: str
    task: Task
    due_at: datetime
    escalate_at: datetime


class CaseOverdue(CaseEvent):
    """The holder did not act in time."""

    type = "case-overdue"

    holder_id: str
    task: Task
    due_at: datetime


class CaseEscalated(CaseEvent):
    """A superior of a silent holder knows. The turn stays where it is: only the holder can do the task.

    `due_at` is when the holder should have done it. `next_at` is when the one above learns of it too; nobody stands above
    the last resort, which has none.
    """

    type = "case-escalated"

    holder_id: str
    superior_id: str
    task: Task
    next_at: datetime | None = None
    due_at: datetime | None = None
