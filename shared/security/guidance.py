"""Who guides whom (主管部门指导): the line beside the tree (domain Z07, L28), as every service keeps it."""

from typing import Any, Final

from sqlalchemy import Column, Date, MetaData, Table, Text

from shared.contracts.registry import PartyOrganisationGuided
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, Remove, RowChange

TABLE_NAME: Final = "guidance"


def guidance_table(views: MetaData) -> Table:
    """The read model, one row per organisation that somebody guides; among these views."""
    return Table(
        TABLE_NAME,
        views,
        Column("organisation_id", Text, primary_key=True),
        Column("guided_by", Text, index=True),
        Column("since", Date),
    )


def guided(event: Any, _: Fact) -> list[RowChange]:
    """For the registry's own event and for the published one: they say the same."""
    key = (event.organisation_id,)
    if event.guided_by is None:
        return [Remove(TABLE_NAME, key)]
    return [Put(TABLE_NAME, key, event.model_dump(include={"organisation_id", "guided_by", "since"}))]


GUIDANCE: Final = Projection(TABLE_NAME, 1, (TABLE_NAME,), {}, {PartyOrganisationGuided: guided})
"""What the other services make of the registry's word."""
