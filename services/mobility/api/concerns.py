"""Whose business a mobile member is, for single rows and for lists. Neighbours are told that there is nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response
from sqlalchemy import ColumnElement, Table, literal, or_, select

from services.mobility.api.fields import Id
from services.mobility.projections.activities import ACTIVITIES
from services.mobility.projections.activity_plans import ACTIVITY_PLANS
from services.mobility.projections.appraisals import APPRAISALS
from services.mobility.projections.care_tables import BRANCH_PROPOSALS, CARDS, CARE, DEPARTURES, LOST_CONTACTS, OPINIONS
from services.mobility.projections.inbound_letters import INBOUND_LETTERS
from services.mobility.projections.rules_tables import RECONCILIATIONS, RETAINED
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.decider import Decider
from shared.kernel.errors import Forbidden, unknown
from shared.kernel.event import Command
from shared.runtime.commands import Asked, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, many, one
from shared.security.access import Permit, within_scope
from shared.security.policy import Concern, Relation
from shared.web.etag import etag


@dataclass(frozen=True, slots=True)
class Involved:
    """The columns of a table that name whom a row concerns, and what a row is called to people."""

    what: str
    organisations: tuple[str, ...]
    persons: tuple[str, ...] = ()


INVOLVED: Final[Mapping[str, Involved]] = {
    DEPARTURES.name: Involved(
        "departure",
        ("origin_branch_id", "origin_committee_id", "station_organisation_id", "destination_organisation_id"),
        ("member_id",),
    ),
    CARE.name: Involved(
        "care",
        ("origin_id", "station_organisation_id", "destination_id"),
        ("member_id", "origin_person_id", "station_person_id", "destination_person_id"),
    ),
    CARDS.name: Involved("card", ("branch_id", "committee_id"), ("member_id",)),
    ACTIVITIES.name: Involved("activity", ("body_id", "partner_id")),
    ACTIVITY_PLANS.name: Involved("activity plan", ("body_id", "partner_id")),
    APPRAISALS.name: Involved("appraisal", ("origin_id", "partner_id", "body_id"), ("member_id",)),
    OPINIONS.name: Involved("opinion", ("branch_id", "body_id", "entered_by", "escalated_to"), ("member_id",)),
    # No persons below: these are papers of the organisations.
    LOST_CONTACTS.name: Involved("lost contact", ("branch_id",)),
    BRANCH_PROPOSALS.name: Involved("proposal", ("body_id",)),
    RETAINED.name: Involved("retained relation", ("committee_id",)),
    INBOUND_LETTERS.name: Involved("letter", ("committee_id", "escalated_to")),
    RECONCILIATIONS.name: Involved("reconciliation", ("organisation_id",)),
}


def concern_of(table: Table, row: Mapping[str, Any]) -> Concern:
    """Whom the row concerns."""
    involved = INVOLVED[table.name]
    organisations = dict.fromkeys(row[name] for name in involved.organisations)
    persons = dict.fromkeys(row[name] for name in involved.persons)
    return Concern(tuple(filter(None, organisations)), tuple(filter(None, persons)))


async def seen(running: Running, access: Permit, table: Table, key: str, response: Response | None = None) -> Row:
    """The row with that id, when it is the actor's business; its version goes into the ETag of a `response`.

    Raises `NotFound` for all others.
    """
    [identity] = table.primary_key.columns
    what = INVOLVED[table.name].what
    row = await one(running, table, identity == key, what)
    await access.check(concern_of(table, row), hidden=unknown(what))
    if response is not None:
        response.headers["ETag"] = etag(row["version"])
    return row


async def visible(table: Table, access: Permit, relation: Relation = Relation.INVOLVED) -> ColumnElement[bool]:
    """The condition that says the same as `concern_of`, for lists."""
    scope = await access.scope(relation)
    organisations = [table.c[name].in_(scope) for name in INVOLVED[table.name].organisations]
    own = [table.c[name] == access.actor.id for name in INVOLVED[table.name].persons]
    return or_(*organisations, *own)


async def member_seen(running: Running, access: Permit, member_id: Id, where: str = "") -> None:
    """Raises `NotFound` unless the member belongs to the actor's scope. `where`: the field that names the member, if it is not
    the path.
    """
    rows = await running.store.get_rows("members", [(member_id,)])
    belongs = Concern(tuple(str(row["organisation_id"]) for row in rows.values()))
    await access.check(belongs, hidden=unknown("member", where=where))


async def acts_for_member(running: Running, access: Permit, member_id: Id, by: Id, where: str = "") -> None:
    """Raises `NotFound` as `member_seen`, and `Forbidden` unless `by` is the member's own organisation or one above it."""
    await member_seen(running, access, member_id, where)
    [member] = (await running.store.get_rows("members", [(member_id,)])).values()
    await acts_for(running, access, by, str(member["organisation_id"]))


async def acts_for(running: Running, access: Permit, by: Id, organisation_id: str) -> None:
    """Raises `Forbidden` unless the actor acts for `by`, and that is the organisation or above it.

    Whoever stands above two organisations can act for either, and not for one in the name of the other.
    """
    await access.acts_for(by)
    if not await many(running, select(1).where(literal(organisation_id).in_(within_scope([by], [])))):
        raise Forbidden(
            "not-your-side", f"{by} does not answer for this", remedy=f"act for {organisation_id}", where="by"
        )


async def after(unit: UnitOfWork, decider: Decider[Any, Any], identity: str, code: int, /, **said: Any) -> Answer:
    """What a command answers: the ids, and the version it left behind."""
    return Answer(code, said | {"version": await unit.version(decider, identity)})


async def decided(
    running: Running,
    asked: Asked,
    decider: Decider[Any, Any],
    identity: str,
    command: Command,
    code: int,
    /,
    **said: Any,
) -> Response:
    """Decide one command on one stream and answer it: what most routes do once they know that the actor may."""

    async def job(unit: UnitOfWork) -> Answer:
        await unit.handle(decider, identity, command, expected=asked.expected)
        return await after(unit, decider, identity, code, **said)

    return await answer(running, asked, identity, job)
