"""Public events of the registry: which units and organisations exist, who serves them, who belongs where."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts.audit import Anchored
from shared.contracts.base import PublicEvent
from shared.kernel.sealed import Sealed

UnitKind = Literal["enterprise", "sole_trader", "social_organisation"]
OrganisationKind = Literal[
    "branch",
    "joint_branch",
    "general_branch",
    "committee",
    "working_committee",
    "mobile_branch",
    "temporary",
    "project",
    "regional",
]
StationKind = Literal["guidance", "town", "service_centre", "service_point"]
PostKind = Literal["station_head", "deputy_head", "instructor", "contact_leader", "liaison", "officer", "grid_head"]
PostScope = Literal["station", "organisation", "unit", "grid"]
MemberStatus = Literal["formal", "probationary"]
PlaceKind = Literal["site", "platform", "grid", "group"]
Governance = Literal["direct", "joint", "attached"]
PlatformStep = Literal["build_body", "set_rules", "gather_strength", "support_growth"]
StationFunction = Literal["convenience", "deliberation", "education", "culture"]
RelationKind = Literal["serves", "consults", "member", "centre", "covers", "grouped", "shares"]
Scope = Literal["station", "organisation", "unit", "member", "site", "platform", "grid", "group"]
FundingSource = Literal["dues_return", "management_fee", "reserve", "grant", "county_match", "donation"]
MembershipEnd = Literal["deceased", "resigned", "struck_off", "expelled", "probation_cancelled"]
PostSource = Literal["seconded", "hired", "village_cadre", "volunteered", "elected", "appointed"]
PostCapacity = Literal["party_affairs_head", "organisation_member", "deputy_secretary", "party_affairs_worker", "other"]
PolicyKind = Literal["duty_list", "site_checklist", "service_list", "staffing_rules", "mechanism"]
Classification = Literal["public", "internal", "secret"]


class RegistryEvent(PublicEvent, service="registry"):
    """A fact that the registry owns."""


class UnitRegistered(RegistryEvent, aggregate="unit", key="uscc"):
    """A 两新组织 was entered, keyed by its 统一社会信用代码."""

    uscc: str
    name: str
    kind: UnitKind
    area_code: str
    staff: int | None = None


class UnitChanged(RegistryEvent, aggregate="unit", key="uscc"):
    """Facts of a unit changed; only the changed ones are given."""

    uscc: str
    name: str | None = None
    area_code: str | None = None
    staff: int | None = None


class UnitClosed(RegistryEvent, aggregate="unit", key="uscc"):
    """A unit ceased to operate."""

    uscc: str
    closed_on: date
    reason: str


class PartyOrganisationFounded(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """A 党组织 exists from now on, below `parent_id` (None for a root)."""

    organisation_id: str
    name: str
    kind: OrganisationKind
    parent_id: str | None
    area_code: str
    can_approve_probationary: bool
    unit_uscc: str | None = None
    office_email: str | None = None
    office_phone: str | None = None


class PartyOrganisationChanged(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """Name, office addresses or the capability to approve changed; only the changed ones are given."""

    organisation_id: str
    name: str | None = None
    can_approve_probationary: bool | None = None
    office_email: str | None = None
    office_phone: str | None = None


class PartyOrganisationReparented(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """The organisation hangs below another superior (调整隶属)."""

    organisation_id: str
    from_parent_id: str | None
    to_parent_id: str


class PartyOrganisationDissolved(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """The organisation ended (撤销)."""

    organisation_id: str
    reason: str


class PartyOrganisationGuided(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """From `since` on the competent authority's organisation `guided_by` guides it, beside its superior (主管部门指导,
    domain Z07, L28); None: nobody does any more. Who guides looks, and decides nothing.
    """

    organisation_id: str
    guided_by: str | None
    since: date


class StationOpened(RegistryEvent, aggregate="station", key="station_id"):
    """A 党建工作指导站 or 驻城(镇)党建工作站 opened. It serves the organisations below `organisation_id`."""

    station_id: str
    name: str
    kind: StationKind
    area_code: str
    organisation_id: str
    office_email: str | None = None
    office_phone: str | None = None
    pilot: bool = False
    functions: tuple[StationFunction, ...] | None = None
    site_id: str | None = None
    population: int | None = None


class StationChanged(RegistryEvent, aggregate="station", key="station_id"):
    """What is said of a station changed; only that is given."""

    station_id: str
    name: str | None = None
    office_email: str | None = None
    office_phone: str | None = None
    pilot: bool | None = None
    functions: tuple[StationFunction, ...] | None = None
    site_id: str | None = None
    population: int | None = None


class PostAssigned(RegistryEvent, aggregate="post", key="post_id"):
    """A person took a post (站长、指导员、联络员…) at a station, an organisation or a unit."""

    post_id: str
    kind: PostKind
    person_id: str
    scope: PostScope
    scope_id: str
    since: date
    source: PostSource | None = None
    capacity: PostCapacity | None = None
    under_post_id: str | None = None


class PostLeft(RegistryEvent, aggregate="post", key="post_id"):
    """The holder left the post; `handed_to` is the post of whoever took over what it was for."""

    post_id: str
    kind: PostKind
    person_id: str
    scope: PostScope
    scope_id: str
    until: date
    handed_to: str | None = None


class MemberAdmitted(RegistryEvent, aggregate="member", key="member_id", data_class="personal"):
    """A 党员 was entered in the roll, with the membership (组织关系) in `organisation_id`."""

    member_id: str
    organisation_id: str
    status: MemberStatus
    admitted_on: date
    probation_ends_on: date | None = None
    name: Sealed
    phone: Sealed | None = None
    email: Sealed | None = None


class MembershipMoved(RegistryEvent, aggregate="member", key="member_id"):
    """One membership closed and another opened, in one fact, by an accepted transfer."""

    member_id: str
    from_organisation_id: str
    to_organisation_id: str
    transfer_id: str
    moved_at: datetime


class MemberContactChanged(RegistryEvent, aggregate="member", key="member_id", data_class="personal"):
    """Where a member can be reached changed; both addresses are given as they are now."""

    member_id: str
    phone: Sealed | None
    email: Sealed | None


class PersonErased(RegistryEvent, aggregate="member", key="person_id", subject="person_id"):
    """The person's key was destroyed; whatever was sealed with it can no longer be read anywhere."""

    person_id: str
    erased_at: datetime


class InboundRefused(RegistryEvent, aggregate="inbound", key="system", subject="message_id"):
    """A message of an outside system was not taken over; says what was wrong and what to do."""

    system: str
    message_id: str
    code: str
    detail: str


class AuditAnchored(Anchored, service="registry", aggregate="audit", key="chain"):
    """The audit trail of registry reaches to that record; whoever keeps this event can tell when the trail is shortened."""


# -- posts: how they are staffed, and by whom; documents that others cite by version ------------------------------------------


class StaffingChanged(RegistryEvent, aggregate="staffing", key="seat_id"):
    """How many hold a post of which there should be `least` (编制). Vacant while `due_at` is given."""

    seat_id: str
    kind: PostKind
    scope: PostScope
    scope_id: str
    organisation_id: str
    least: int
    held: int
    vacant_since: datetime | None
    due_at: datetime | None


class VacancyOverdue(RegistryEvent, aggregate="staffing", key="seat_id"):
    """A post was not filled by `due_at`. `organisation_id` fills it."""

    seat_id: str
    kind: PostKind
    scope: PostScope
    scope_id: str
    organisation_id: str
    least: int
    held: int
    due_at: datetime


class InstructorApplied(RegistryEvent, aggregate="instructor-application", key="application_id"):
    """Somebody wants to be an instructor at a station (自愿报名); `organisation_id` reviews it by `due_at`."""

    application_id: str
    person_id: str
    station_id: str
    organisation_id: str
    due_at: datetime


class InstructorReviewed(RegistryEvent, aggregate="instructor-application", key="application_id"):
    """The body decided (党工委审核); `person_id` signed."""

    application_id: str
    accepted: bool
    reviewed_by: str
    person_id: str
    reviewed_at: datetime


class InstructorApplicationWithdrawn(RegistryEvent, aggregate="instructor-application", key="application_id"):
    """The applicant no longer wants it."""

    application_id: str
    withdrawn_at: datetime


class InstructorAppointed(RegistryEvent, aggregate="instructor-application", key="application_id"):
    """The applicant has the post; `PostAssigned` says it of each post."""

    application_id: str
    person_id: str
    station_id: str
    post_id: str
    organisation_ids: tuple[str, ...]
    since: date


class InstructorReviewOverdue(RegistryEvent, aggregate="instructor-application", key="application_id"):
    """The body has not answered in time."""

    application_id: str
    station_id: str
    organisation_id: str
    due_at: datetime


class PolicyItem(BaseModel):
    """One item of a list."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    text: str
    required: bool


class PolicyDocumentIssued(RegistryEvent, aggregate="policy-document", key="document_id"):
    """A version of a document holds from a day on: a duty list, a checklist, rules. Assessments cite it by number."""

    document_id: str
    number: int
    kind: PolicyKind
    title: str
    about: str | None
    organisation_id: str
    area_code: str
    effective_from: date
    source_document: str
    classification: Classification
    items: tuple[PolicyItem, ...]
    numbers: Mapping[str, int]
    sha256: str | None


class PolicyDocumentRepealed(RegistryEvent, aggregate="policy-document", key="document_id"):
    """It holds no longer."""

    document_id: str
    number: int
    repealed_on: date
    reason: str


# -- the roll: probation, and who leaves it ------------------------------------------------------------------------------


class MemberConfirmed(RegistryEvent, aggregate="member", key="member_id"):
    """转正: a formal member from that day on."""

    member_id: str
    organisation_id: str
    confirmed_on: date
    decided_by: str


class ProbationExtended(RegistryEvent, aggregate="member", key="member_id"):
    """延长预备期."""

    member_id: str
    organisation_id: str
    probation_ends_on: date
    decided_by: str


class ProbationOver(RegistryEvent, aggregate="member", key="member_id"):
    """The probation is over and nobody has decided; `organisation_id` has to."""

    member_id: str
    organisation_id: str
    probation_ends_on: date


class MembershipEnded(RegistryEvent, aggregate="member", key="member_id"):
    """The member is not on the roll any more; `organisation_id` is where the membership was last."""

    member_id: str
    organisation_id: str
    ground: MembershipEnd
    ended_on: date
    decided_by: str


# -- stations, places, and what is recorded of them ----------------------------------------------------------------------


class StationClosed(RegistryEvent, aggregate="station", key="station_id"):
    """The station is no more."""

    station_id: str
    closed_on: date
    reason: str


class PlaceOpened(RegistryEvent, aggregate="place", key="place_id"):
    """A site, platform, grid or functional group (阵地、平台、网格、功能党小组); `organisation_id` answers for it."""

    place_id: str
    kind: PlaceKind
    form: str
    name: str
    area_code: str
    organisation_id: str
    station_id: str | None
    governance: Governance | None
    opened_on: date


class PlaceChanged(RegistryEvent, aggregate="place", key="place_id"):
    """Only what changed is given."""

    place_id: str
    name: str | None = None
    governance: Governance | None = None


class PlaceStepReached(RegistryEvent, aggregate="place", key="place_id"):
    """One of a platform's four steps is done."""

    place_id: str
    step: PlatformStep
    reached_on: date


class PlaceClosed(RegistryEvent, aggregate="place", key="place_id"):
    """It is no more."""

    place_id: str
    closed_on: date
    reason: str


class RelationBegun(RegistryEvent, aggregate="relation", key="relation_id"):
    """A station serves, a platform has a member, a grid covers, a group holds … from that day on. Not a membership."""

    relation_id: str
    kind: RelationKind
    from_id: str
    to_scope: Scope
    to_id: str
    organisation_id: str
    since: date


class RelationEnded(RegistryEvent, aggregate="relation", key="relation_id"):
    """It held until that day."""

    relation_id: str
    kind: RelationKind
    from_id: str
    to_scope: Scope
    to_id: str
    since: date
    until: date


class SiteInspected(RegistryEvent, aggregate="inspection", key="inspection_id"):
    """A site was looked at against a version of a checklist; what is `missing` is put right until `rectify_by`."""

    inspection_id: str
    scope: Scope
    scope_id: str
    organisation_id: str
    document_id: str
    number: int
    missing: tuple[str, ...]
    passed: bool
    inspected_on: date
    inspected_by: str
    rectify_by: date | None


class SiteRectified(RegistryEvent, aggregate="inspection", key="inspection_id"):
    """Something was put right; `missing` is what is left."""

    inspection_id: str
    missing: tuple[str, ...]
    passed: bool
    rectified_on: date


class RectificationOverdue(RegistryEvent, aggregate="inspection", key="inspection_id"):
    """It was not put right in time."""

    inspection_id: str
    scope: Scope
    scope_id: str
    organisation_id: str
    missing: tuple[str, ...]
    rectify_by: date


class FundingRecorded(RegistryEvent, aggregate="funding", key="funding_id"):
    """Money was received (经费、补助), in fen."""

    funding_id: str
    scope: Scope
    scope_id: str
    organisation_id: str
    source: FundingSource
    year: int
    amount_fen: int
    received_on: date
    source_document: str


class FundingVoided(RegistryEvent, aggregate="funding", key="funding_id"):
    """The record was wrong."""

    funding_id: str
    reason: str


class DutyPlanned(RegistryEvent, aggregate="duty", key="station_id"):
    """Who is on duty at a station that day; nobody means a gap."""

    station_id: str
    day: date
    person_ids: tuple[str, ...]


# -- units and the organisations that cover them --------------------------------------------------------------------------

FormationMode = Literal["single", "joint", "attached", "included", "trade", "area"]


class UnitCovered(RegistryEvent, aggregate="unit", key="uscc"):
    """A party organisation covers the unit from that day on, formed in that way (组织覆盖)."""

    uscc: str
    organisation_id: str
    mode: FormationMode
    on: date


class UnitCoverEnded(RegistryEvent, aggregate="unit", key="uscc"):
    """The organisation, which covered the unit since that day, does so no longer; `on` is the first day without it."""

    uscc: str
    organisation_id: str
    since: date
    on: date
    reason: str


class FormationPlanAdopted(RegistryEvent, aggregate="formation-plan", key="uscc"):
    """When, how and by when the unit shall get an organisation, and whom to ask (一企一对策)."""

    uscc: str
    revision: int
    mode: FormationMode
    start_on: date
    due_on: date
    contact_person_id: str
    responsible_id: str


class FormationPlanOverdue(RegistryEvent, aggregate="formation-plan", key="uscc"):
    """The day of the plan passed and no organisation covers the unit."""

    uscc: str
    revision: int
    due_on: date
    contact_person_id: str
    responsible_id: str
    overdue_at: datetime


class FormationPlanFulfilled(RegistryEvent, aggregate="formation-plan", key="uscc"):
    """An organisation covers the unit; `mode` is how it came about."""

    uscc: str
    revision: int
    organisation_id: str
    mode: FormationMode
    on: date


class FormationPlanAbandoned(RegistryEvent, aggregate="formation-plan", key="uscc"):
    """The plan was given up."""

    uscc: str
    revision: int
    responsible_id: str
    reason: str


class MembershipClosed(RegistryEvent, aggregate="member", key="member_id"):
    """The membership here ended on that day: a committee outside this installation took the member in."""

    member_id: str
    organisation_id: str
    transfer_id: str
    closed_on: date


class PartyOrganisationRestored(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """An organisation that was dissolved exists again, where it hung before (恢复)."""

    organisation_id: str
    parent_id: str | None
    reason: str
    on: date


class PartyOrganisationUpgraded(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """The organisation is of a higher kind since that day (升格)."""

    organisation_id: str
    from_kind: OrganisationKind
    kind: OrganisationKind
    on: date


class ElectionDue(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """The term ends in so many months (6, 3 or 0); the superior reminds the organisation of the election (换届提醒)."""

    organisation_id: str
    parent_id: str | None
    ends_on: date
    months_left: int
    reminded_at: datetime


class FoundingApplied(RegistryEvent, aggregate="founding", key="founding_id"):
    """An application to found an organisation waits for `decided_by` to answer until the end of `reply_by`."""

    founding_id: str
    organisation_id: str
    kind: OrganisationKind
    area_code: str
    unit_uscc: str | None = None
    applied_by: str
    decided_by: str
    reply_by: date


class FoundingReplyOverdue(RegistryEvent, aggregate="founding", key="founding_id"):
    """Nobody answered the application within the month."""

    founding_id: str
    applied_by: str
    decided_by: str
    reply_by: date
    overdue_at: datetime


class FoundingDecided(RegistryEvent, aggregate="founding", key="founding_id"):
    """The body that was asked answered; an approved organisation is founded (PartyOrganisationFounded)."""

    founding_id: str
    organisation_id: str
    decision: Literal["approved", "refused"]
    decided_by: str
    reason: str | None = None
    decided_on: date
