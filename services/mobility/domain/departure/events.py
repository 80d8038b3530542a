"""What is known of a member who is away. Names and fields are those of the published language; what it lacks stays inside."""

from datetime import date, datetime
from typing import Literal

from services.mobility.domain.care_rules.rules import CitedRules
from services.mobility.domain.care_terms import (
    Credential,
    DepartureReason,
    Groups,
    Place,
    ReturnOutcome,
    VerificationOutcome,
)
from shared.kernel.event import DomainEvent
from shared.kernel.sealed import SealedWords


class DepartureEvent(DomainEvent):
    """Every event says which departure and whose; the stream is the member's, so there is one open departure at most."""

    departure_id: str
    member_id: str


class DepartureRegistered(DepartureEvent):
    """外出登记 (domain N08, M4), or a member who reported in and had not been registered (`reported_in`)."""

    type = "departure-registered"

    origin_branch_id: str
    origin_committee_id: str
    reason: DepartureReason
    destination: Place
    departs_on: date
    expected_until: date | None
    place_fixed: bool
    credential: Credential
    must_transfer: bool
    kept_because: SealedWords | None
    station_id: str | None
    station_organisation_id: str | None
    reported_in: bool
    probationary: bool
    rules: CitedRules
    registered_by: str
    registered_at: datetime


class DestinationChanged(DepartureEvent):
    """The member moved on, and said so (domain M6). What was verified at the old place says nothing about the new one."""

    type = "destination-changed"

    destination: Place
    expected_until: date | None
    place_fixed: bool
    credential: Credential
    must_transfer: bool
    station_id: str | None
    station_organisation_id: str | None
    changed_by: str
    changed_at: datetime


class StationLost(DepartureEvent):
    """The station was closed. What it had found out stays; from here on nobody at the place verifies."""

    type = "departure-station-lost"

    station_id: str
    lost_at: datetime


class StationNamed(DepartureEvent):
    """Another station at the place took over, and has to see for itself."""

    type = "departure-station-named"

    station_id: str
    station_organisation_id: str
    named_by: str
    named_at: datetime


class RegistrationCorrected(DepartureEvent):
    """The origin put right what the station had found wrong, or confirmed that a member who reported in is its own."""

    type = "registration-corrected"

    to_verify: bool
    corrected_by: str
    corrected_at: datetime


class MobileMemberVerified(DepartureEvent):
    """排查核实 (domain N09): found, not found, or wrong in what was said; `text` says what is wrong."""

    type = "mobile-member-verified"

    outcome: VerificationOutcome
    station_id: str
    verified_by: str
    verified_at: datetime
    text: SealedWords | None = None


class MobileFileOpened(DepartureEvent):
    """建档立卡: the member is on file at the inflow side. Opening again changes grid and groups (domain N10, N11)."""

    type = "mobile-file-opened"

    station_id: str
    destination_organisation_id: str | None
    grid_id: str | None
    group_ids: Groups
    opened_by: str
    opened_at: datetime


class TransferProposed(DepartureEvent):
    """Away six months at a fixed place (domain T1): a transfer has to be asked for. Asking is up to the named body."""

    type = "transfer-proposed"

    body_id: str
    proposed_at: datetime


class TransferUnderWay(DepartureEvent):
    """The transfer that was due has been asked for; without an id, the one that was has ended and moved nobody."""

    type = "departure-transfer-under-way"

    transfer_id: str | None
    noted_at: datetime


class MemberReturned(DepartureEvent):
    """返乡: the member is back, and what came of it (domain N31)."""

    type = "member-returned"

    origin_branch_id: str
    returned_on: date
    outcome: ReturnOutcome
    recorded_by: str
    recorded_at: datetime


class DepartureEnded(DepartureEvent):
    """Nobody has to care for the member as one who is away any more."""

    type = "departure-ended"

    reason: Literal["returned", "transferred", "not_our_member", "left_the_roll"]
    ended_at: datetime
