"""What assessment knows of the registry: the tree, the stations, the instructors. Nothing here names a person.

Its own facts need no tables: rule sets, quarters and the roster are read from their streams.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, MetaData, Table, Text

from shared.security.guidance import guidance_table

VIEWS = MetaData()

GUIDANCE = guidance_table(VIEWS)

ORGANISATIONS = Table(
    "organisations",
    VIEWS,
    Column("organisation_id", Text, primary_key=True),
    Column("parent_id", Text),
    Column("unit_uscc", Text),
    Column("dissolved", Boolean),
)

STATIONS = Table(
    "stations",
    VIEWS,
    Column("station_id", Text, primary_key=True),
    Column("organisation_id", Text, index=True),
)

INSTRUCTORS = Table(
    "instructors",
    VIEWS,
    Column("post_id", Text, primary_key=True),
    Column("person_id", Text),
    Column("scope", Text),
    Column("scope_id", Text, index=True),
    Column("since", Date),
    Column("until", Date),
)

STRUCTURE = Table(
    "structure",
    VIEWS,
    Column("what", Text, primary_key=True),
    Column("changes", BigInteger),
)
"""One row that counts the changes of the three tables above: whoever remembers them sees here that they moved on."""
