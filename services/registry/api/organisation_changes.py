"""Changes of party organisations after their founding: 恢复、升格、换届, and `/elections`, what is due."""

from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Response
from sqlalchemy import select, text

from services.registry.api import shapes
from services.registry.application import reorganising
from services.registry.domain.organisation.commands import (
    BeginTerm,
    ExtendTerm,
    OrganisationCommand,
    RestoreOrganisation,
    UpgradeOrganisation,
)
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.vocabulary import Id, OrganisationKind, Reason
from services.registry.projections.tables import ORGANISATIONS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import add_months, local_date
from shared.kernel.errors import unknown
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

_MEMBERS_WITHIN: Final = text(
    """
    WITH RECURSIVE within AS (
        SELECT CAST(:organisation_id AS text) AS organisation_id
        UNION SELECT o.organisation_id FROM organisations AS o JOIN within AS w ON o.parent_id = w.organisation_id
    )
    SELECT coalesce(sum(greatest(members, 0)), 0) FROM organisation_sizes JOIN within USING (organisation_id)
    """
)


class Restoration(Body):
    """Why it exists again."""

    reason: Reason


class Upgrade(Body):
    """What it becomes, and which superior approves; `exception` where it has fewer members than the rule asks for."""

    by: Id
    kind: OrganisationKind
    exception: Reason | None = None


class Term(Body):
    """The last election and the end of the term that began with it."""

    elected_on: date
    ends_on: date


class TermExtension(Body):
    """Until when the superior lets the term go on, and why."""

    by: Id
    ends_on: date
    reason: Reason


def organisation_changes(running: Running) -> APIRouter:
    """The routes of changes."""
    router = APIRouter(tags=["organisations"])

    def _today() -> date:
        return local_date(running.clock.now())

    async def _change(command: OrganisationCommand, asked: Request, superior: str | None = None) -> Response:
        organisation_id = command.organisation_id

        async def job(unit: UnitOfWork) -> Answer:
            if superior is not None:
                await reorganising.require_superior(unit, organisation_id, superior)
            if isinstance(command, RestoreOrganisation):
                await reorganising.restore(unit, command, asked.expected)
            else:
                await unit.handle(ORGANISATION, organisation_id, command, expected=asked.expected)
            version = await unit.version(ORGANISATION, organisation_id)
            return Answer(200, {"organisation_id": organisation_id, "version": version})

        return await answer(running, asked, organisation_id, job)

    @router.post("/organisations/{organisation_id}/restoration", responses=answers(200, shapes.ORGANISATION_DONE))
    @action("organisation.restore")
    async def restore(organisation_id: Id, body: Restoration, asked: Request) -> Response:
        await asked.access.check(Concern((organisation_id,)), hidden=unknown("organisation"))
        command = RestoreOrganisation(organisation_id=organisation_id, reason=body.reason, on=_today())
        return await _change(command, asked)

    @router.post("/organisations/{organisation_id}/upgrade", responses=answers(200, shapes.ORGANISATION_DONE))
    @action("organisation.upgrade")
    async def upgrade(organisation_id: Id, body: Upgrade, asked: Request) -> Response:
        await asked.access.check(Concern((organisation_id,)), hidden=unknown("organisation"))
        await asked.access.acts_for(body.by)
        async with running.reading() as connection:
            members = (await connection.execute(_MEMBERS_WITHIN, {"organisation_id": organisation_id})).scalar_one()
        facts = {"approved_by": body.by, "kind": body.kind, "exception": body.exception, "members": int(members)}
        command = UpgradeOrganisation(organisation_id=organisation_id, on=_today(), **facts)
        return await _change(command, asked, body.by)

    @router.put("/organisations/{organisation_id}/term", responses=answers(200, shapes.ORGANISATION_DONE))
    @action("organisation.elect")
    async def begin_term(organisation_id: Id, body: Term, asked: Request) -> Response:
        await asked.access.check(Concern((organisation_id,)), hidden=unknown("organisation"))
        return await _change(BeginTerm(organisation_id=organisation_id, **body.model_dump()), asked)

    @router.post("/organisations/{organisation_id}/term/extension", responses=answers(200, shapes.ORGANISATION_DONE))
    @action("organisation.extend-term")
    async def extend_term(organisation_id: Id, body: TermExtension, asked: Request) -> Response:
        await asked.access.check(Concern((organisation_id,)), hidden=unknown("organisation"))
        await asked.access.acts_for(body.by)
        command = ExtendTerm(
            organisation_id=organisation_id, approved_by=body.by, ends_on=body.ends_on, reason=body.reason
        )
        return await _change(command, asked, body.by)

    @router.get("/elections", responses=answers(200, page(shapes.ELECTION)))
    @action("election.read")
    async def elections(paging: Paging, access: Access, within_months: int = 6) -> Page[dict[str, Any]]:
        """Organisations of the actor's scope whose term ends within so many months, or has ended, by id."""
        latest = add_months(_today(), max(0, min(within_months, 60)))
        key = ORGANISATIONS.c.organisation_id
        query = select(ORGANISATIONS).where(
            key.in_(await access.scope()),
            ORGANISATIONS.c.dissolved.is_not(True),
            ORGANISATIONS.c.term_ends_on <= latest,
        )
        if after := paging.after("elections", str):
            query = query.where(key > after[0])
        rows = await many(running, query.order_by(key).limit(paging.limit + 1))
        shown = ("organisation_id", "name", "kind", "parent_id", "elected_on", "term_ends_on")
        return paging.page(
            "elections", rows, lambda row: (row["organisation_id"],), lambda row: {name: row[name] for name in shown}
        )

    return router
