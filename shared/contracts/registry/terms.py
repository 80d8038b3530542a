"""The words of the registry as published, and what every public event of it is."""

from typing import Literal

from shared.contracts.base import PublicEvent

UnitKind = Literal["enterprise", "sole_trader", "social_organisation"]
OrganisationKind = Literal[
    "branch",
    "joint_branch",
    "general_branch",
    "committee",
    "working_committee",
    "joint_committee",
    "mobile_committee",
    "guidance_committee",
    "mobile_branch",
    "temporary",
    "project",
    "regional",
]
OrganisationHost = Literal[
    "building", "park", "business_district", "market", "neighbourhood", "authority", "association", "chamber",
    "industry_chain", "project", "office",
]  # fmt: skip
StationKind = Literal["guidance", "town", "service_centre", "service_point"]
PostKind = Literal[
    "station_head", "deputy_head", "instructor", "contact_leader", "liaison", "officer", "grid_head",
    "secretary", "part_time_member",
]  # fmt: skip
PostScope = Literal["station", "organisation", "unit", "grid", "platform"]
MemberStatus = Literal["formal", "probationary"]
PlaceKind = Literal["site", "platform", "grid", "group", "team", "cluster"]
Governance = Literal["direct", "joint", "attached"]
PlatformStep = Literal["build_body", "set_rules", "gather_strength", "support_growth"]
StationFunction = Literal[
    "convenience", "deliberation", "education", "culture", "classroom", "venue", "channel", "bond",
    "consultation",
]  # fmt: skip
CampaignKind = Literal["formation", "survey", "activity_site"]
OpinionScope = Literal["station", "platform"]
RelationKind = Literal[
    "serves", "consults", "member", "centre", "covers", "grouped", "shares", "manned", "assists", "gathers", "paired",
]  # fmt: skip
Scope = Literal[
    "station", "organisation", "unit", "member", "site", "platform", "grid", "group", "team", "cluster",
]  # fmt: skip
PracticeKind = Literal["carrier", "specialty", "brand", "plaque", "contract_clause", "activity_site"]
VisitService = Literal["talent", "policy", "party_building"]
FundingSource = Literal["dues_return", "management_fee", "reserve", "grant", "county_match", "donation"]
MembershipEnd = Literal["deceased", "resigned", "struck_off", "expelled", "probation_cancelled"]
PostSource = Literal["seconded", "hired", "village_cadre", "volunteered", "elected", "appointed"]
PostCapacity = Literal[
    "party_affairs_head", "organisation_member", "deputy_secretary", "party_affairs_worker", "organisation_department",
    "other",
]  # fmt: skip
PolicyKind = Literal["duty_list", "site_checklist", "service_list", "staffing_rules", "mechanism"]
Classification = Literal["public", "internal", "secret"]


class RegistryEvent(PublicEvent, service="registry"):
    """A fact that the registry owns."""


FormationMode = Literal["single", "joint", "attached", "included", "trade", "area"]
WorkMeans = Literal["instructor", "liaison", "trade_union", "youth_league", "womens_federation"]
