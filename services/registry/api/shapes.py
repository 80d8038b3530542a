"""What the registry answers, resource by resource."""

from datetime import date
from typing import Any

from pydantic import AwareDatetime

from services.registry.projections import (
    care_tables,
    foundings,
    names_tables,
    opinions,
    party_groups,
    place_tables,
    practices,
    reorganisations,
    staffing_tables,
    tables,
    unit_tables,
    visits,
)
from shared.web.shapes import by_name, done, optional, row, several, shape

_ENTERED = shape("Entered", id=str, entered=bool, code=optional(str), detail=optional(str))
BATCH = shape("Batch", results=several(_ENTERED))
"""Per item whether it was entered, and if not, why."""

UNIT = row("Unit", unit_tables.UNITS, clear_parts=several(str) | None)
UNIT_DONE = done("UnitDone", uscc=str)
ORGANISATION = row("Organisation", tables.ORGANISATIONS)
ORGANISATION_DONE = done("OrganisationDone", organisation_id=str)
GUIDANCE = shape("Guidance", organisation_id=str, guided_by=str | None, since=date | None)
REORGANISATION_LISTED = row("ReorganisationListed", reorganisations.TABLE, organisation_ids=several(str))
REORGANISATION = row(
    "Reorganisation", reorganisations.TABLE, organisation_ids=several(str),
    receipts=several(row("ReorganisationReceipt", reorganisations.RECEIPTS)),
)  # fmt: skip
REORGANISATION_DONE = done("ReorganisationDone", reorganisation_id=str)
FOUNDING = row("Founding", foundings.TABLE)
FOUNDING_DONE = done("FoundingDone", founding_id=str, organisation_id=optional(str))
ELECTION = shape(
    "Election", organisation_id=str, name=str, kind=str, parent_id=str | None, elected_on=date | None, term_ends_on=date
)
PARTY_GROUP = row("PartyGroup", party_groups.PARTY_GROUPS, head_id=str | None, members=int)
PARTY_GROUP_DONE = done("PartyGroupDone", group_id=str)
STATION = row("Station", tables.STATIONS, functions=several(str) | None)
STATION_DONE = done("StationDone", station_id=str)
POST = row("Post", tables.POSTS)
POST_DONE = done("PostDone", post_id=str)
MEMBER = row("Member", tables.MEMBERS)
MEMBER_DONE = done("MemberDone", member_id=str)
FOUND = shape("MembersFound", members=several(MEMBER))
MEMBERSHIPS = several(row("Membership", tables.MEMBERSHIPS, until=AwareDatetime | None))

_ITEM = shape("PolicyItemIssued", code=str, text=str, required=bool, steps=optional(list[str]))
_DUTIES = shape("DutyList", document_id=str, number=int, title=str, items=several(_ITEM))
_SERVICES = shape("ServicesOfAWindow", window=str, document_id=str, number=int, title=str, items=several(_ITEM))
SERVICES = shape("ServicesAtStation", station_id=str, as_of=date, windows=several(_SERVICES))
POST_SHOWN = row("PostShown", tables.POSTS, duties=_DUTIES | None)
POLICY_DOCUMENT = row("PolicyDocument", staffing_tables.POLICY_DOCUMENTS, items=several(_ITEM), numbers=by_name(int))
POLICY_DOCUMENT_DONE = done("PolicyDocumentDone", document_id=str, number=optional(int))
_POLICY_COUNT = shape("PolicyCount", kind=str, new=int, revised=int, in_force=int)
POLICY_COUNTS = shape("PolicyCounts", as_of=date, kinds=several(_POLICY_COUNT))
STAFFING = row("Staffing", staffing_tables.STAFFINGS, overdue=bool | None)
STAFFING_DONE = done("StaffingDone", seat_id=str)
APPLICATION = row(
    "InstructorApplication",
    staffing_tables.INSTRUCTOR_APPLICATIONS,
    wishes=several(str),
    criteria_met=several(str) | None,
)
APPLICATION_DONE = done("InstructorApplicationDone", application_id=str, post_id=optional(str))
ROLL_ENTRY = shape(
    "RollEntry", member_id=str, organisation_id=str, since=AwareDatetime, status=str, admitted_on=date,
    formal_since=date | None, probation_ends_on=date | None, name=optional(str), party_group_id=str | None,
    party_group=str | None,
)  # fmt: skip
_ROLL_COUNT = shape("RollCount", organisation_id=str, formal=int, probationary=int, admitted=int)
ROLL_COUNTS = shape(
    "RollCounts", as_of=date, formal=int, probationary=int, admitted=int, organisations=several(_ROLL_COUNT)
)
MEMBER_IN_CARE = row("MemberInCare", care_tables.MEMBER_CARE, group_ids=several(str) | None)
_COUNTS: dict[str, Any] = dict.fromkeys(
    ("heads", "instructors", "organisations", "units", "members_in_care", "population"), int
)
_AREA_COUNT = shape("AreaCount", stations=int, **_COUNTS)
_STATION_COUNT = shape("StationCount", station_id=str, kind=str, area_code=str, **_COUNTS)
STATION_COUNTS = shape(
    "StationCounts", as_of=date, total=_AREA_COUNT, areas=by_name(_AREA_COUNT), stations=several(_STATION_COUNT)
)
PLACE = row("Place", place_tables.PLACES)
PLACE_DONE = done("PlaceDone", place_id=str)
RELATION = row("Relation", place_tables.RELATIONS)
RELATION_DONE = done("RelationDone", relation_id=str)
PRACTICE = row("Practice", practices.TABLE, evidence=several(str))
PRACTICE_DONE = done("PracticeDone", practice_id=str)
PRACTICE_COUNTS = shape("PracticeCounts", as_of=date, kind=str, expected=int, having=int, missing=int)
LACKING = shape("Lacking", scope=str, scope_id=str, name=str | None)
OPINION = row("Opinion", opinions.TABLE)
OPINION_DONE = done("OpinionDone", opinion_id=str)
OPINION_COUNTS = shape("OpinionCounts", as_of=date, received=int, answered=int, taken_up=int, late=int)
VISIT = row("Visit", visits.TABLE, services=several(str))
VISIT_DONE = done("VisitDone", visit_id=str)
VISIT_COUNTS = shape("VisitCounts", as_of=date, visits=int, visited=int, talent=int, policy=int, party_building=int)
_RESULT = shape("InspectionResult", code=str, met=bool, evidence=str | None, note=str)
INSPECTION = row(
    "Inspection", place_tables.INSPECTIONS, results=several(_RESULT), rectified=several(_RESULT) | None,
    missing=several(str),
)  # fmt: skip
INSPECTION_DONE = done("InspectionDone", inspection_id=str)
FUNDING = row("Funding", place_tables.FUNDINGS)
FUNDING_DONE = done("FundingDone", funding_id=str)
_FUNDING_TOTAL = shape("FundingTotal", year=int, source=str, amount_fen=int, receivers=int)
FUNDING_TOTALS = shape("FundingTotals", as_of=date, totals=several(_FUNDING_TOTAL))
_DUTY = row("Duty", place_tables.DUTIES, person_ids=several(str))
DUTY_PLAN = shape("DutyPlan", planned=several(_DUTY), gaps=several(date))
DUTY_DONE = done("DutyDone", station_id=str, day=date)
FOUND_NAME = row("FoundName", names_tables.NAMES, without=frozenset({"folded", "grams"}), rank=int)
