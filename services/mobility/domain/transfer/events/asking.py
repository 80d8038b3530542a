"""A transfer is asked for, approved, refused or given up."""

from datetime import date, datetime

from services.mobility.domain.terms import Carrying, RejectionReason, Task, TransferScope
from services.mobility.domain.transfer.events.base import TransferEvent
from services.mobility.domain.transfer.outside import OutsideCommittee
from services.mobility.domain.transfer.policy import TransferPolicy


class TransferRequested(TransferEvent):
    """Asked for. Path, superiors and policy are frozen here (domain T17, §5.4.4)."""

    type = "transfer-requested"

    from_branch_id: str
    from_committee_id: str
    to_committee_id: str
    to_branch_id: str | None
    scope: TransferScope
    reason: str
    dues_paid_to: str
    approval_path: tuple[str, ...]
    superiors: dict[str, str]
    policy: TransferPolicy
    requested_at: datetime
    resent_of: str | None = None
    carrying: Carrying = "electronic"
    outside: OutsideCommittee | None = None
    recently_admitted: bool = False
    from_area_code: str | None = None
    to_area_code: str | None = None
    examination_record: str | None = None


class TransferApproved(TransferEvent):
    """Step `step` of the path, counted from 1, said yes."""

    type = "transfer-approved"

    organisation_id: str
    step: int
    approved_at: datetime


class TransferRejected(TransferEvent):
    """Somebody said no, and why. It now lies with the source."""

    type = "transfer-rejected"

    rejected_by: str
    reason_code: RejectionReason
    text: str
    rejected_at: datetime


class TransferWithdrawn(TransferEvent):
    """The source took it back before anybody approved it."""

    type = "transfer-withdrawn"

    withdrawn_at: datetime


class TransferClosed(TransferEvent):
    """The source ended a rejected or expired transfer; the member stays."""

    type = "transfer-closed"

    closed_by: str
    text: str
    closed_at: datetime


class TransferResent(TransferEvent):
    """A corrected transfer took the place of this one."""

    type = "transfer-resent"

    resent_as: str
    resent_at: datetime


class TransferLapsed(TransferEvent):
    """失效: the membership ended, so nobody has to act any more. `holder_id` had the turn, for `task`, and is told."""

    type = "transfer-lapsed"

    holder_id: str
    task: Task
    from_branch_id: str
    ground: str
    ended_on: date
    lapsed_at: datetime


class OrganisationReplaced(TransferEvent):
    """An organisation of the case was dissolved; its superior does what it had to do."""

    type = "organisation-replaced"

    organisation_id: str
    heir_id: str
    replaced_at: datetime
