"""`/policy-documents`: the register of documents that posts, sites and stations go by, every version of each."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import func, select

from services.registry.api import shapes
from services.registry.api.acting import Act, after
from services.registry.api.as_of import AsOf, day_of
from services.registry.api.listing import listed
from services.registry.application.tree import active
from services.registry.domain.policy_document.commands import Code, Digest, IssuePolicy, PolicyItem, RepealPolicy
from services.registry.domain.policy_document.decider import POLICY_DOCUMENT
from services.registry.domain.vocabulary import Classification, Id, Name, PolicyKind, Reason
from services.registry.projections.staffing_tables import POLICY_DOCUMENTS as TABLE
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.kernel.identifiers.area_code import AreaCode
from shared.runtime.commands import Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class Issue(Act):
    """A version of a document. It holds in the area of the organisation that issues it."""

    kind: PolicyKind
    title: Name
    about: Code | None = None
    effective_from: date
    source_document: Name
    classification: Classification = "public"
    items: tuple[PolicyItem, ...] = Field(default=(), max_length=200)
    numbers: Mapping[Code, int] = Field(default={}, max_length=50)
    sha256: Digest | None = None


class Repeal(Act):
    """From which day it no longer holds, and why."""

    repealed_on: date
    reason: Reason


def policy_documents(running: Running) -> APIRouter:
    """The routes of documents. Everybody may read what is public or internal; nothing else is here."""
    router = APIRouter(prefix="/policy-documents", tags=["policy documents"])

    @router.post("/{document_id}/versions", status_code=201, responses=answers(201, shapes.POLICY_DOCUMENT_DONE))
    @action("policy-document.issue")
    async def issue(document_id: Id, body: Issue, asked: Request) -> Response:
        await asked.access.check(Concern((body.by,)))

        async def job(unit: UnitOfWork) -> Answer:
            issuer = await active(unit, body.by, where="by")
            facts = dict(body)
            command = IssuePolicy(
                document_id=document_id,
                organisation_id=facts.pop("by"),
                area_code=issuer.area_code,
                issued_at=unit.clock.now(),
                **facts,
            )
            await unit.handle(POLICY_DOCUMENT, document_id, command, expected=asked.expected)
            newest = (await unit.state(POLICY_DOCUMENT, document_id)).newest
            return await after(unit, POLICY_DOCUMENT, document_id, 201, document_id=document_id, number=newest.number)

        return await answer(running, asked, document_id, job)

    @router.post("/{document_id}/repeal", responses=answers(200, shapes.POLICY_DOCUMENT_DONE))
    @action("policy-document.issue")
    async def repeal(document_id: Id, body: Repeal, asked: Request) -> Response:
        rows = await running.store.find_rows(TABLE.name, {"document_id": document_id, "number": 1})
        concern = Concern(tuple(str(row["organisation_id"]) for row in rows))
        await asked.access.check(concern, hidden=unknown("policy-document"))
        await asked.access.acts_for(body.by)

        async def job(unit: UnitOfWork) -> Answer:
            command = RepealPolicy(repealed_on=body.repealed_on, reason=body.reason)
            await unit.handle(POLICY_DOCUMENT, document_id, command, expected=asked.expected)
            return await after(unit, POLICY_DOCUMENT, document_id, 200, document_id=document_id)

        return await answer(running, asked, document_id, job)

    @router.get("", responses=answers(200, page(shapes.POLICY_DOCUMENT)))
    @action("policy-document.read")
    async def listing(
        paging: Paging,
        access: Access,
        kind: PolicyKind | None = None,
        about: Code | None = None,
        area_code: AreaCode | None = None,
        document_id: Id | None = None,
    ) -> Page[dict[str, Any]]:
        """Every version of every document, so that what cites one can be explained."""
        equal = {"kind": kind, "about": about, "area_code": area_code, "document_id": document_id}
        return await listed(running, paging, "policy-documents", TABLE, ("document_id", "number"), equal=equal)

    @router.get("/counts", responses=answers(200, shapes.POLICY_COUNTS))
    @action("policy-document.read")
    async def counts(access: Access, as_of: AsOf = None) -> dict[str, Any]:
        """By kind: how many documents are new (新建), how many were revised (修订), how many are in force on that day (Y10)."""
        day = day_of(running, as_of)
        known = TABLE.c.effective_from <= day
        holds = (TABLE.c.number == 1) & known
        repealed = TABLE.c.repealed_on <= day
        query = (
            select(
                TABLE.c.kind,
                func.count().filter(holds).label("new"),
                func.count().filter(TABLE.c.number > 1, known).label("revised"),
                (func.count().filter(holds) - func.count().filter(repealed)).label("in_force"),
            )
            .group_by(TABLE.c.kind)
            .order_by(TABLE.c.kind)
        )
        return {"as_of": day, "kinds": await many(running, query)}

    return router
