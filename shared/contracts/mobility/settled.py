"""Public events of what places and committees settle: rules of transfers, retained relations, reconciliations."""

from datetime import date, datetime
from typing import Literal

from shared.contracts.mobility.terms import MobilityEvent


class TransferRulesAdopted(MobilityEvent, aggregate="transfer-rules", key="area_code"):
    """A place's numbers for transfers (validity of letters, deadlines), with the document they come from."""

    area_code: str
    rules_version: int
    effective_from: date
    source_document: str
    adopted_by: str
    adopted_at: datetime


class RelationRetained(MobilityEvent, aggregate="retained-relation", key="member_id", subject="retention_id"):
    """A graduate's or an emigrant's relation stays with the committee, for a limited time (domain T24)."""

    retention_id: str
    member_id: str
    committee_id: str
    kind: Literal["graduate", "abroad"]
    since: date
    limit_on: date


class RetentionContactOverdue(MobilityEvent, aggregate="retained-relation", key="member_id", subject="retention_id"):
    """Nobody has had contact with the member for half a year."""

    retention_id: str
    member_id: str
    committee_id: str
    due_at: datetime


class RetentionLimitReached(MobilityEvent, aggregate="retained-relation", key="member_id", subject="retention_id"):
    """The longest time is over; the committee has to decide. Nothing happens by itself."""

    retention_id: str
    member_id: str
    committee_id: str
    kind: Literal["graduate", "abroad"]
    limit_at: datetime


class RetentionEnded(MobilityEvent, aggregate="retained-relation", key="member_id", subject="retention_id"):
    """The committee decided what becomes of a retained relation."""

    retention_id: str
    member_id: str
    committee_id: str
    decision: Literal["transferred", "returned", "extended_by_superior", "membership_stopped"]
    decided_by: str
    reason: str
    decided_on: date


class RetentionLapsed(MobilityEvent, aggregate="retained-relation", key="member_id", subject="retention_id"):
    """The relation was moved by a transfer, or the membership ended: the committee keeps nothing any more."""

    retention_id: str
    member_id: str
    committee_id: str
    reason: Literal["transferred", "left_the_roll"]
    lapsed_at: datetime


class ReconciliationDue(MobilityEvent, aggregate="reconciliation", key="organisation_id"):
    """The yearly comparison of what left with what arrived is due (domain T25)."""

    organisation_id: str
    year: int
    due_at: datetime


class ReconciliationFinished(MobilityEvent, aggregate="reconciliation", key="organisation_id"):
    """What a comparison found; the report itself stays with mobility."""

    organisation_id: str
    run_id: str
    year: int
    compared: int
    mismatches: int
    as_of: datetime
