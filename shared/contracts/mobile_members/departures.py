"""外出: who is away, who reported in, who came back."""

from datetime import date, datetime
from typing import Literal

from shared.contracts.mobility import MobilityEvent

Credential = Literal["none", "certificate", "introduction_letter", "mobile_card"]
VerificationOutcome = Literal["found", "not_found", "wrong"]
ReturnOutcome = Literal["none", "started_business", "village_committee", "reserve_cadre", "employed", "retired"]
DepartureEnd = Literal["returned", "transferred", "not_our_member", "left_the_roll"]


class DepartureRegistered(MobilityEvent, aggregate="departure", key="member_id", subject="departure_id"):
    """外出登记, or a member who reported in without one (`reported_in`)."""

    departure_id: str
    member_id: str
    origin_branch_id: str
    origin_committee_id: str
    area_code: str | None
    abroad: bool
    departs_on: date
    expected_until: date | None
    credential: Credential
    must_transfer: bool
    station_id: str | None
    reported_in: bool
    registered_at: datetime


class MobileMemberVerified(MobilityEvent, aggregate="departure", key="member_id", subject="departure_id"):
    """排查核实 by the 驻城 station."""

    departure_id: str
    member_id: str
    station_id: str
    outcome: VerificationOutcome
    verified_by: str
    verified_at: datetime


class MobileFileOpened(MobilityEvent, aggregate="departure", key="member_id", subject="departure_id"):
    """建档立卡: the member is on file at the station; comes again when grid or groups change."""

    departure_id: str
    member_id: str
    station_id: str
    destination_organisation_id: str | None
    grid_id: str | None
    group_ids: tuple[str, ...]
    opened_at: datetime


class TransferProposed(MobilityEvent, aggregate="departure", key="member_id", subject="departure_id"):
    """Six months at a fixed place: `body_id` has to see to a transfer (domain T1). Nothing moves by this."""

    departure_id: str
    member_id: str
    body_id: str
    proposed_at: datetime


class MemberReturned(MobilityEvent, aggregate="departure", key="member_id", subject="departure_id"):
    """返乡, and what came of it."""

    departure_id: str
    member_id: str
    origin_branch_id: str
    returned_on: date
    outcome: ReturnOutcome


class DepartureEnded(MobilityEvent, aggregate="departure", key="member_id", subject="departure_id"):
    """The member is not away any more."""

    departure_id: str
    member_id: str
    reason: DepartureEnd
    ended_at: datetime
