"""Public events about whose turn it is (轮到谁)."""

from datetime import datetime

from shared.contracts.mobility.terms import MobilityEvent


class HolderChanged(MobilityEvent, aggregate="case", key="member_id", subject="case_id"):
    """Whose turn it is (轮到谁) and by when."""

    case_id: str
    member_id: str
    holder_id: str
    task: str
    due_at: datetime


class CaseOverdue(MobilityEvent, aggregate="case", key="member_id", subject="case_id"):
    """The holder did not act in time."""

    case_id: str
    member_id: str
    holder_id: str
    task: str
    due_at: datetime


class CaseEscalated(MobilityEvent, aggregate="case", key="member_id", subject="case_id"):
    """Silence went to the superior of the holder, who should have acted by `due_at` (earlier releases did not say when)."""

    case_id: str
    member_id: str
    holder_id: str
    superior_id: str
    task: str
    due_at: datetime | None = None
