"""The read models of notify. Personal data is sealed here too; nothing in these tables names a person."""

from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from shared.security.guidance import guidance_table

VIEWS = MetaData()

GUIDANCE = guidance_table(VIEWS)

MEMBERS = Table(
    "members",
    VIEWS,
    Column("member_id", Text, primary_key=True),
    Column("name", Text),
    Column("phone", Text),
    Column("email", Text),
    Column("erased", Boolean),
)

ORGANISATIONS = Table(
    "organisations",
    VIEWS,
    Column("organisation_id", Text, primary_key=True),
    Column("parent_id", Text, index=True),
    Column("name", Text),
    Column("office_email", Text),
    Column("office_phone", Text),
)

STATIONS = Table(
    "stations",
    VIEWS,
    Column("station_id", Text, primary_key=True),
    Column("organisation_id", Text, index=True),
    Column("name", Text),
    Column("office_email", Text),
    Column("office_phone", Text),
)

MESSAGES = Table(
    "messages",
    VIEWS,
    Column("message_id", Text, primary_key=True),
    Column("relocation_id", Text, index=True),
    Column("party_id", Text),
    Column("channel", Text),
    Column("template", Text),
    Column("recipient_kind", Text),
    Column("recipient_ref", Text),
    Column("about", JSONB),
    Column("status", Text),
    Column("attempts", Integer),
    Column("next_step", Text),
    Column("next_at", DateTime(timezone=True)),
    Column("provider_reference", Text),
    Column("code", Text),
    Column("queued_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True)),
    Column("version", Integer),
)

SENDS = Table(
    "sends",
    VIEWS,
    Column("message_id", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("channel", Text),
    Column("due_since", DateTime(timezone=True)),
)
"""What a sender has to do now: `attempt` to send a message, or `check` with the provider what became of one. A narrow
table of its own: it is asked all the time, and holds only what is waiting while `messages` holds all there ever was.
"""
