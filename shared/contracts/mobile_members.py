"""Public events of mobility about mobile members (流动党员): departures, three-party care, cards, lost contact.

Persons are named by the ids of the roll. Where somebody went is given as the area only.
"""

from datetime import date, datetime
from typing import Literal

from shared.contracts.mobility import MobilityEvent

Credential = Literal["none", "certificate", "introduction_letter", "mobile_card"]
CarePartyRole = Literal["origin", "station", "destination"]
CareModel = Literal["three_party", "destination_led", "origin_led"]
VerificationOutcome = Literal["found", "not_found", "wrong"]
ReturnOutcome = Literal["none", "started_business", "village_committee", "reserve_cadre", "employed", "retired"]
DepartureEnd = Literal["returned", "transferred", "not_our_member", "left_the_roll"]
LossProposal = Literal["stop_membership", "remove", "cancel_qualification", "restore"]


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


class CareEstablished(MobilityEvent, aggregate="care", key="member_id", subject="care_id"):
    """三方共管 began; `care_id` is the id of the departure. The origin leads until the member is on file."""

    care_id: str
    member_id: str
    model: CareModel
    lead: CarePartyRole
    origin_branch_id: str
    station_id: str | None
    established_at: datetime


class CareLeadChanged(MobilityEvent, aggregate="care", key="member_id", subject="care_id"):
    """The lead went from one party to another, in one fact."""

    care_id: str
    member_id: str
    from_role: CarePartyRole
    to_role: CarePartyRole
    organisation_id: str
    person_id: str
    reason: str
    changed_at: datetime


class CareDutyOverdue(MobilityEvent, aggregate="care", key="member_id", subject="care_id"):
    """A duty of a party was not done in time. `person_id` has to be reminded."""

    care_id: str
    member_id: str
    duty_id: str
    kind: str
    origin_branch_id: str
    holder_role: CarePartyRole
    organisation_id: str
    person_id: str
    due_at: datetime


class CareDutyEscalated(MobilityEvent, aggregate="care", key="member_id", subject="care_id"):
    """Nothing happened after that either: the superior has to know."""

    care_id: str
    member_id: str
    duty_id: str
    kind: str
    origin_branch_id: str
    organisation_id: str
    person_id: str
    superior_id: str
    due_at: datetime


class CareEnded(MobilityEvent, aggregate="care", key="member_id", subject="care_id"):
    """Every duty of the three parties ended."""

    care_id: str
    member_id: str
    reason: DepartureEnd
    ended_at: datetime


class MobileCardIssued(MobilityEvent, aggregate="mobile-card", key="member_id", subject="card_id"):
    """《流动党员活动证》 under a number of the county."""

    card_id: str
    member_id: str
    departure_id: str
    branch_id: str
    committee_id: str
    card_number: str
    issued_at: datetime


class MobileCardReviewed(MobilityEvent, aggregate="mobile-card", key="member_id", subject="card_id"):
    """年审 of a year."""

    card_id: str
    member_id: str
    year: int
    passed: bool
    reviewed_by: str
    reviewed_at: datetime


class MobileCardEnded(MobilityEvent, aggregate="mobile-card", key="member_id", subject="card_id"):
    """Given back or lost; not valid any more."""

    card_id: str
    member_id: str
    reason: Literal["returned", "lost"]
    ended_at: datetime


class ContactLost(MobilityEvent, aggregate="lost-contact", key="member_id"):
    """失联 since a day. Nothing follows from it by itself (domain §1.4)."""

    member_id: str
    branch_id: str
    lost_since: date
    person_id: str
    reported_at: datetime


class ContactRestored(MobilityEvent, aggregate="lost-contact", key="member_id"):
    """The member was found; after a stop a decision about restoring follows."""

    member_id: str
    branch_id: str
    restored_on: date
    recorded_at: datetime


class LossProposed(MobilityEvent, aggregate="lost-contact", key="member_id"):
    """A body has to look at a lost contact, and decides."""

    member_id: str
    proposal: LossProposal
    branch_id: str
    body_id: str
    due_at: datetime


class LossProposalOverdue(MobilityEvent, aggregate="lost-contact", key="member_id"):
    """The body has not decided; its superior has to know."""

    member_id: str
    proposal: LossProposal
    branch_id: str
    body_id: str
    superior_id: str
    due_at: datetime


class LossDecided(MobilityEvent, aggregate="lost-contact", key="member_id"):
    """A decision of a named body about a lost member, signed by a person."""

    member_id: str
    proposal: LossProposal
    agreed: bool
    branch_id: str
    decided_by: str
    approved_by: str
    person_id: str
    decided_on: date
    text: str


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


class CareRulesAdopted(MobilityEvent, aggregate="care-rules", key="area_code"):
    """An area has new rules about mobile members from a day on."""

    area_code: str
    rules_version: int
    effective_from: date
    source_document: str
    adopted_by: str
    adopted_at: datetime
