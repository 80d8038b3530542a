"""The registry's read models. Personal data is sealed here too; nothing in these tables names a person."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from shared.security.guidance import guidance_table

VIEWS = MetaData()

GUIDANCE = guidance_table(VIEWS)

ORGANISATIONS = Table(
    "organisations",
    VIEWS,
    Column("organisation_id", Text, primary_key=True),
    Column("name", Text),
    Column("kind", Text),
    Column("parent_id", Text, index=True),
    Column("area_code", Text),
    Column("can_approve_probationary", Boolean),
    Column("unit_uscc", Text),
    Column("host", Text),
    Column("office_email", Text),
    Column("office_phone", Text),
    Column("dissolved", Boolean),
    Column("founded_on", Date),
    Column("dissolved_on", Date),
    Column("elected_on", Date),
    Column("term_ends_on", Date),
    Column("version", Integer),
)

STATIONS = Table(
    "stations",
    VIEWS,
    Column("station_id", Text, primary_key=True),
    Column("name", Text),
    Column("kind", Text),
    Column("area_code", Text),
    Column("organisation_id", Text, index=True),
    Column("office_email", Text),
    Column("office_phone", Text),
    Column("pilot", Boolean),
    Column("functions", JSONB),
    Column("site_id", Text),
    Column("population", Integer),
    Column("opened_on", Date),
    Column("closed_on", Date),
    Column("version", Integer),
)

POSTS = Table(
    "posts",
    VIEWS,
    Column("post_id", Text, primary_key=True),
    Column("kind", Text),
    Column("person_id", Text, index=True),
    Column("scope", Text),
    Column("scope_id", Text, index=True),
    Column("since", Date),
    Column("until", Date),
    Column("source", Text),
    Column("capacity", Text),
    Column("under_post_id", Text),
    Column("represents_id", Text),
    Column("handed_to", Text),
    Column("version", Integer),
)

MEMBERS = Table(
    "members",
    VIEWS,
    Column("member_id", Text, primary_key=True),
    Column("organisation_id", Text, index=True),
    Column("status", Text),
    Column("admitted_on", Date),
    Column("probation_ends_on", Date),
    Column("formal_since", Date),
    Column("end_ground", Text),
    Column("name", Text),
    Column("erased", Boolean),
    Column("left_on", Date),
    Column("version", Integer),
)

MEMBERSHIPS = Table(
    "memberships",
    VIEWS,
    Column("member_id", Text, primary_key=True),
    Column("since", DateTime(timezone=True), primary_key=True),
    Column("organisation_id", Text, index=True),
    Column("transfer_id", Text),
)

OPEN_CASES = Table(
    "open_cases",
    VIEWS,
    Column("case_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("member_id", Text, index=True),
)
"""What mobility has under way for a member: `transfer` until it is closed, `relocation` until everybody has it."""

ERASURES = Table(
    "erasures",
    VIEWS,
    Column("person_id", Text, primary_key=True),
    Column("requested_by", Text),
    Column("ground", Text),
    Column("although_open", Boolean),
    Column("requested_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("done_at", DateTime(timezone=True)),
)

ORGANISATION_SIZES = Table(
    "organisation_sizes",
    VIEWS,
    Column("organisation_id", Text, primary_key=True),
    Column("members", BigInteger),
    Column("children", BigInteger),
)
