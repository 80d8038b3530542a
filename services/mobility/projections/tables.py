"""Mobility's read models. No name of a person can be read in any of them; of what others own only what is needed."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, DateTime, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from shared.security.guidance import guidance_table

VIEWS = MetaData()

GUIDANCE = guidance_table(VIEWS)

# -- what the registry says ---------------------------------------------------------------------------------------

ORGANISATIONS = Table(
    "organisations",
    VIEWS,
    Column("organisation_id", Text, primary_key=True),
    Column("parent_id", Text, index=True),
    Column("kind", Text),
    Column("can_approve_probationary", Boolean),
    Column("unit_uscc", Text),
    Column("dissolved", Boolean),
    Column("name", Text),
    Column("area_code", Text),
)

STATIONS = Table(
    "stations",
    VIEWS,
    Column("station_id", Text, primary_key=True),
    Column("organisation_id", Text, index=True),
    Column("kind", Text),
    Column("area_code", Text, index=True),
    Column("closed_on", Date),
)

POSTS = Table(
    "posts",
    VIEWS,
    Column("post_id", Text, primary_key=True),
    Column("kind", Text),
    Column("person_id", Text),
    Column("scope", Text),
    Column("scope_id", Text, index=True),
    Column("since", Date),
    Column("until", Date),
)

MEMBERS = Table(
    "members",
    VIEWS,
    Column("member_id", Text, primary_key=True),
    Column("organisation_id", Text),
    Column("status", Text),
    Column("probation_ends_on", Date),
    Column("admitted_on", Date),
    Column("left_on", Date),
    Column("sealed_name", Text),
    Column("erased", Boolean),
)

# -- our own facts ------------------------------------------------------------------------------------------------

TRANSFERS = Table(
    "transfers",
    VIEWS,
    Column("transfer_id", Text, primary_key=True),
    Column("member_id", Text, index=True),
    Column("status", Text),
    Column("from_branch_id", Text),
    Column("from_committee_id", Text, index=True),
    Column("to_committee_id", Text, index=True),
    Column("to_branch_id", Text),
    Column("scope", Text),
    Column("reason", Text),
    Column("dues_paid_to", Text),
    Column("approval_path", JSONB),
    Column("approved", Integer),
    Column("requested_at", DateTime(timezone=True)),
    Column("resent_of", Text),
    Column("letter_number", Text),
    Column("letter_valid_until", DateTime(timezone=True)),
    Column("holder_id", Text, index=True),
    Column("task", Text),
    Column("due_at", DateTime(timezone=True)),
    Column("accepted_at", DateTime(timezone=True)),
    Column("parties", JSONB),
    Column("receipt_due_at", DateTime(timezone=True)),
    Column("receipt_at", DateTime(timezone=True)),
    Column("moved_at", DateTime(timezone=True)),
    Column("rejected_by", Text),
    Column("rejection_code", Text),
    Column("rejection_text", Text),
    Column("rejected_at", DateTime(timezone=True)),
    Column("expired_at", DateTime(timezone=True)),
    Column("resent_as", Text),
    Column("closing_text", Text),
    Column("ended_at", DateTime(timezone=True)),
    Column("carrying", Text),
    Column("outside", JSONB),
    Column("recently_admitted", Boolean),
    Column("from_area_code", Text),
    Column("to_area_code", Text),
    Column("examination_record", Text),
    Column("unheard_void", Text),
    Column("held_text", Text),
    Column("admitted_at", DateTime(timezone=True)),
    Column("outside_receipt", Text),
    Column("letter_issued_at", DateTime(timezone=True)),
    Column("letter_issued_by", Text),
    Column("letter_days", Integer),
    Column("rules", Text),
    Column("in_doubt_body", Text),
    Column("outcome", Text),
    Column("outcome_detail", Text),
    Column("classified_at", DateTime(timezone=True)),
    Column("version", Integer),
)

LEGS = Table(
    "transfer_legs",
    VIEWS,
    Column("transfer_id", Text, primary_key=True),
    Column("leg", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("recorded_by", Text),
    Column("reference", Text),
    Column("at", DateTime(timezone=True)),
)
"""The ways of one case (domain T14). Nothing is counted here: a case is one row of `transfers`, however it travels."""

CASES = Table(
    "cases",
    VIEWS,
    Column("case_id", Text, primary_key=True),
    Column("member_id", Text),
    Column("open", Boolean),
    Column("holder_id", Text, index=True),
    Column("task", Text),
    Column("since", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("escalate_at", DateTime(timezone=True)),
    Column("escalated_to", Text, index=True),
    CheckConstraint("NOT open OR (holder_id IS NOT NULL AND due_at IS NOT NULL)", name="in_somebodys_hands"),
)

RELOCATIONS = Table(
    "relocations",
    VIEWS,
    Column("relocation_id", Text, primary_key=True),
    Column("member_id", Text),
    Column("accepted_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("late", Boolean),
    Column("missing_when_late", JSONB),
    Column("propagated_at", DateTime(timezone=True)),
    Column("stopped_at", DateTime(timezone=True)),
    Column("version", Integer),
)

PROPAGATION = Table(
    "propagation",
    VIEWS,
    Column("relocation_id", Text, primary_key=True),
    Column("party_id", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("number", Integer),
    Column("state", Text),
    Column("at", DateTime(timezone=True)),
    Column("detail", Text),
)
"""One row per party and step. `party_id` is the name of a service where `step` is `applied`; other steps are `email`,
`sms` and `acknowledged`. `number` is the place in the order of the start; a row without one is not required. `detail`
says what proves it or why not: receipt, failure code, who acknowledged."""
