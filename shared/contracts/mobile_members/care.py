"""三方共管: who looks after a member who is away, by which rules."""

from datetime import date, datetime
from typing import Literal

from shared.contracts.mobile_members.departures import DepartureEnd
from shared.contracts.mobility import MobilityEvent

CarePartyRole = Literal["origin", "station", "destination"]
CareModel = Literal["three_party", "destination_led", "origin_led"]


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


class CareRulesAdopted(MobilityEvent, aggregate="care-rules", key="area_code"):
    """An area has new rules about mobile members from a day on."""

    area_code: str
    rules_version: int
    effective_from: date
    source_document: str
    adopted_by: str
    adopted_at: datetime
