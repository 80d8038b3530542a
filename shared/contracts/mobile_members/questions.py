"""What bodies were asked in the interest of members who are away: branches, people, opinions."""

from datetime import datetime

from shared.contracts.mobility import MobilityEvent


class TemporaryBranchProposed(MobilityEvent, aggregate="branch-proposal", key="proposal_id"):
    """Three members or more of one committee are at one place (domain M11); the committee decides."""

    proposal_id: str
    body_id: str
    area_code: str | None
    member_ids: tuple[str, ...]
    due_at: datetime
    proposed_at: datetime


class TemporaryBranchOverdue(MobilityEvent, aggregate="branch-proposal", key="proposal_id"):
    """The committee has not decided about a proposed branch; its superior has to know."""

    proposal_id: str
    body_id: str
    superior_id: str
    due_at: datetime


class TemporaryBranchDecided(MobilityEvent, aggregate="branch-proposal", key="proposal_id"):
    """What the committee decided, after consulting the inflow side (domain M10)."""

    proposal_id: str
    body_id: str
    agreed: bool
    consulted_id: str | None
    text: str
    decided_by: str
    decided_at: datetime


class NominationOverdue(MobilityEvent, aggregate="talent", key="member_id", subject="nomination_id"):
    """The body has not decided about somebody who was nominated; its superior has to know."""

    nomination_id: str
    member_id: str
    body_id: str
    superior_id: str
    due_at: datetime


class OpinionOverdue(MobilityEvent, aggregate="opinion", key="opinion_id"):
    """The body has not answered an opinion (意见建议); its superior has to know, and not whose it is."""

    opinion_id: str
    body_id: str
    superior_id: str
    due_at: datetime
