"""双向评议 of members in care: that it waits, and that there is a result. What it says is never published."""

from datetime import datetime
from typing import Literal

from shared.contracts.mobility import MobilityEvent

AppraisalTurn = Literal["origin", "station", "destination", "body"]


class AppraisalOverdue(MobilityEvent, aggregate="appraisal", key="appraisal_id"):
    """An organisation has not appraised, or the body has not decided; its superior has to know."""

    appraisal_id: str
    member_id: str
    turn: AppraisalTurn
    body_id: str
    superior_id: str
    due_at: datetime


class AppraisalDecided(MobilityEvent, aggregate="appraisal", key="appraisal_id"):
    """The body has decided about the member's year."""

    appraisal_id: str
    care_id: str
    member_id: str
    year: int
    decided_by: str
    decided_at: datetime
