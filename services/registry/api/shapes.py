"""What the registry answers, resource by resource."""

from datetime import date

from pydantic import AwareDatetime

from services.registry.projections import foundings, reorganisations, tables, unit_tables
from shared.web.shapes import done, optional, row, several, shape

_ENTERED = shape("Entered", id=str, entered=bool, code=optional(str), detail=optional(str))
BATCH = shape("Batch", results=several(_ENTERED))
"""Per item whether it was entered, and if not, why."""

UNIT = row("Unit", unit_tables.UNITS, clear_parts=several(str) | None)
UNIT_DONE = done("UnitDone", uscc=str)
ORGANISATION = row("Organisation", tables.ORGANISATIONS)
ORGANISATION_DONE = done("OrganisationDone", organisation_id=str)
GUIDANCE = shape("Guidance", organisation_id=str, guided_by=str | None, since=date | None)
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
STATION = row("Station", tables.STATIONS)
STATION_DONE = done("StationDone", station_id=str)
POST = row("Post", tables.POSTS)
POSTS = several(POST)
POST_DONE = done("PostDone", post_id=str)
MEMBER = row("Member", tables.MEMBERS)
MEMBER_DONE = done("MemberDone", member_id=str)
FOUND = shape("MembersFound", members=several(MEMBER))
MEMBERSHIPS = several(row("Membership", tables.MEMBERSHIPS, until=AwareDatetime | None))
