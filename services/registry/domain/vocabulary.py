"""The words of the registry that several aggregates use, and the shapes of their fields.

The literals are those of the published language (`shared.contracts.registry`), said again here because the domain knows
only the kernel; a test holds the two together.
"""

from typing import Annotated, Literal

from pydantic import Field

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
"""What an organisation is formed on, beside a unit: 楼宇、园区、商圈、市场、区域、业务主管单位、协会、商会、产业链、项目、
办事处 (domain §1.3 M10, §1.6, Y07, Z05, Z19).
"""
StationKind = Literal["guidance", "town", "service_centre", "service_point"]
PostKind = Literal[
    "station_head", "deputy_head", "instructor", "contact_leader", "liaison", "officer", "grid_head",
    "secretary", "part_time_member",
]  # fmt: skip
PostScope = Literal["station", "organisation", "unit", "grid", "platform"]
MemberStatus = Literal["formal", "probationary"]
ErasureGround = Literal["subject-request", "purpose-achieved", "retention-ended", "consent-withdrawn", "unlawful"]
"""Why a person's data is erased (PIPL art. 47)."""

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x20\x7f]+$")]
"""An identifier that we made (UUIDv7) or that an import brought along."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
"""The name of a unit, organisation or station; never that of a person."""

Reason = Annotated[str, Field(min_length=1, max_length=500)]

OfficeEmail = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
"""An address of an office (公务邮箱): not personal data, so it is not sealed."""

OfficePhone = Annotated[str, Field(min_length=3, max_length=32, pattern=r"^[0-9+\-() ]+$")]
"""A telephone of an office, landline or mobile (办公电话)."""

PostSource = Literal["seconded", "hired", "village_cadre", "volunteered", "elected", "appointed"]
"""Where a holder comes from: 上级选派、县聘专职、在城村干部、自愿报名、内部推选、上级任命 (domain W13, L17, Z27, N04)."""

PostCapacity = Literal[
    "party_affairs_head", "organisation_member", "deputy_secretary", "party_affairs_worker", "organisation_department",
    "other",
]  # fmt: skip
"""What qualifies them: 党务工作者负责人, 街道组织委员, 企业党委专职副书记, 党务工作者, 组织部门负责人 (domain W14, W16,
L10)."""

PolicyKind = Literal["duty_list", "site_checklist", "service_list", "staffing_rules", "mechanism"]
"""责任清单, 阵地标准, 服务清单, 选派管理办法, 长效机制 (domain W06, W08, N19, Y10)."""

ServiceWindow = Literal["party_affairs", "public_order", "civil_affairs", "medical_insurance"]
"""便民窗口: 党务、综治、民政、医保 (domain N19)."""

Classification = Literal["public", "internal", "secret"]
"""公开、内部、涉密; what is secret is refused (domain §4.5)."""

MembershipEnd = Literal["deceased", "resigned", "struck_off", "expelled", "probation_cancelled"]
"""去世、退党、除名、开除党籍、取消预备党员资格."""

PlaceKind = Literal["site", "platform", "grid", "group", "team", "cluster"]
"""阵地、生态园区党建平台、网格、功能党小组、服务团 (组)、阵地圈."""

Governance = Literal["direct", "joint", "attached"]
"""How a platform is run: 党工委直接管、联合建、依托中心单位挂靠建 (domain L16)."""

PlatformStep = Literal["build_body", "set_rules", "gather_strength", "support_growth"]
"""建机构、定机制、聚力量、助发展 (domain L15), in this order."""

StationFunction = Literal[
    "convenience", "deliberation", "education", "culture", "classroom", "venue", "channel", "bond",
    "consultation",
]  # fmt: skip
"""便民、议事、教育管理、文体 (domain N06); 课堂、场所、渠道、纽带 of a 党员综合服务中心 (L20); 咨询, by telephone
(Y26).
"""

CampaignKind = Literal["formation", "survey", "activity_site"]
"""集中组建、走访摸底、村级活动场所建设 (domain L02, Y12, Y09)."""

OpinionScope = Literal["station", "platform"]
"""Where opinions come in (domain L20)."""

RelationKind = Literal[
    "serves", "consults", "member", "centre", "covers", "grouped", "shares", "manned", "assists", "gathers", "paired",
]  # fmt: skip
"""服务、参与议事、成员单位、一平台一中心、网格覆盖、编入功能党小组、阵地共享 (domain W04, N15, L14, L20, N10, N11, N18);
编入服务团、服务团对接、纳入阵地圈、结对共建 (W15, W24, Z20, Z28).
"""

Scope = Literal[
    "station", "organisation", "unit", "member", "site", "platform", "grid", "group", "team", "cluster",
]  # fmt: skip
"""What a relation leads from and to, and what a record is about."""

PracticeKind = Literal["carrier", "specialty", "brand", "plaque", "contract_clause", "activity_site"]
"""载体、一企一特色、品牌、挂牌、党建进总包合同、村级活动场所 (domain L08, W24, Y09, Z14, Z21, Z22, Z23)."""

VisitService = Literal["talent", "policy", "party_building"]
"""人才、政策、党建服务 (domain Y19)."""

FundingSource = Literal["dues_return", "management_fee", "reserve", "grant", "county_match", "donation"]
"""党费返还、企业管理费列支、党建公积金、专项补助、县配套、捐赠 (domain L12, N05, Z23)."""
# -- what is asked about a unit (五个清, domain §4.2 Z03, §4.3 Y15) ------------------------------------------------------

Operation = Literal["operating", "suspended", "shell"]
"""经营状况: 实体运营, 停业或歇业, 无实体的空壳. Only the first counts in a denominator (实体运营, domain §1.6)."""

Ownership = Literal["private", "foreign", "hong_kong_macao_taiwan", "mixed", "other"]
"""企业性质."""

OwnerIdentity = Literal["party_member", "deputy", "democratic_party", "ordinary", "not_a_person"]
"""业主身份: what the owner is, never who; an owner who is a member is named by the member's id."""

MemberSource = Literal["transferred_in", "mobile", "developed_here", "mixed", "none"]
"""党员来源."""

JurisdictionBasis = Literal["registered_place", "competent_authority", "park"]
"""By what a unit falls to an organisation: 注册地原则, 归口管理, 园区 (domain §1.6)."""

NoOrganisationReason = Literal[
    "no_members",
    "too_few_members",
    "members_kept_elsewhere",
    "owner_unwilling",
    "newly_opened",
    "staff_fluctuates",
    "not_operating",
    "being_prepared",
    "other",
]
"""未建原因."""

FormationMode = Literal["single", "joint", "attached", "included", "trade", "area"]
"""组建方式: 单独、联合、挂靠、纳入、行业、区域 (domain §1.6)."""

Trade = Annotated[str, Field(pattern=r"^[A-T]([0-9]{2}){0,2}$")]
"""行业: a class of GB/T 4754, from its letter alone (`C`) to four digits (`C1310`)."""

WorkMeans = Literal["instructor", "liaison", "trade_union", "youth_league", "womens_federation"]
"""By what a unit without an organisation is worked with: 党建指导员、联络员、工会、共青团、妇联 (domain §1.6, L05)."""
