"""`/organisations`: party organisations and their tree."""

from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import or_

from services.registry.api import shapes
from services.registry.api.batches import MOST_AT_ONCE, each
from services.registry.api.listing import listed
from services.registry.application import tree
from services.registry.application.closing import mark
from services.registry.application.dissolving import dissolve as dissolve_
from services.registry.application.dissolving import in_use
from services.registry.application.founding import found_directly
from services.registry.domain.organisation.commands import ChangeOrganisation, FoundOrganisation
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.vocabulary import (
    Id,
    Name,
    OfficeEmail,
    OfficePhone,
    OrganisationHost,
    OrganisationKind,
    Reason,
)
from services.registry.projections.tables import ORGANISATIONS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.errors import unknown
from shared.kernel.identifiers.area_code import AreaCode
from shared.kernel.identifiers.uscc import Uscc
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import one
from shared.security.access import Access, Permit, action, in_area
from shared.security.policy import Concern, Relation
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class OrganisationFounding(Body):
    """A new organisation. `formal_members` is given when it is founded now, left out when an old one is entered."""

    organisation_id: Id | None = None
    name: Name
    kind: OrganisationKind
    parent_id: Id | None = None
    area_code: AreaCode
    can_approve_probationary: bool = False
    unit_uscc: Uscc | None = None
    host: OrganisationHost | None = None
    office_email: OfficeEmail | None = None
    office_phone: OfficePhone | None = None
    formal_members: int | None = Field(default=None, ge=0)


class Foundings(Body):
    """Several organisations at once, parents in an earlier batch than their children."""

    organisations: list[OrganisationFounding] = Field(min_length=1, max_length=MOST_AT_ONCE)


class OrganisationChange(Body):
    """What changes; the rest stays as it is."""

    name: Name | None = None
    can_approve_probationary: bool | None = None
    host: OrganisationHost | None = None
    office_email: OfficeEmail | None = None
    office_phone: OfficePhone | None = None


class NewParent(Body):
    """The superior it hangs below, since today if no earlier day is given."""

    parent_id: Id
    effective_on: date | None = None


class Dissolution(Body):
    """Why it ends."""

    reason: Reason


ADDRESSED_KINDS: Final = ("committee", "working_committee", "joint_committee")
"""Kinds that everybody may name: transfers go to them, and through them. Where there is a branch tells where somebody works."""


def organisations(running: Running) -> APIRouter:
    """The routes of party organisations."""
    router = APIRouter(prefix="/organisations", tags=["organisations"])

    async def _existing(access: Permit, organisation_id: str) -> None:
        await access.check(Concern((organisation_id,)), hidden=unknown("organisation"))

    async def _answer(unit: UnitOfWork, organisation_id: str, status: int = 200) -> Answer:
        version = await unit.version(ORGANISATION, organisation_id)
        return Answer(status, {"organisation_id": organisation_id, "version": version})

    async def _may_found(access: Permit, body: OrganisationFounding) -> None:
        concern = Concern(tuple(filter(None, [body.parent_id])), root=body.parent_id is None)
        await access.check(concern)
        if body.can_approve_probationary:
            await access.check(concern, action="organisation.empower")

    @router.post("", status_code=201, responses=answers(201, shapes.ORGANISATION_DONE))
    @action("organisation.found")
    async def found(body: OrganisationFounding, asked: Request) -> Response:
        await _may_found(asked.access, body)
        identity = body.organisation_id or running.ids()

        async def job(unit: UnitOfWork) -> Answer:
            await found_directly(unit, FoundOrganisation(**body.model_dump() | {"organisation_id": identity}))
            return await _answer(unit, identity, 201)

        return await answer(running, asked, identity, job)

    @router.post("/batch", responses=answers(200, shapes.BATCH))
    @action("organisation.found")
    async def found_many(body: Foundings, asked: Request) -> dict[str, Any]:
        named = [(one_.organisation_id or running.ids(), one_) for one_ in body.organisations]

        async def enter(item: tuple[str, OrganisationFounding]) -> None:
            await _may_found(asked.access, item[1])
            command = FoundOrganisation(**item[1].model_dump() | {"organisation_id": item[0]})
            await running.executor.run(lambda unit: found_directly(unit, command), asked.cause(item[0]))

        return await each(named, lambda item: item[0], enter)

    @router.patch("/{organisation_id}", responses=answers(200, shapes.ORGANISATION_DONE))
    @action("organisation.change")
    async def change(organisation_id: Id, body: OrganisationChange, asked: Request) -> Response:
        await _existing(asked.access, organisation_id)
        if body.can_approve_probationary is not None:
            # Being an endpoint of transfers is granted from above, not taken.
            await asked.access.check(Concern((organisation_id,)), action="organisation.empower")

        async def job(unit: UnitOfWork) -> Answer:
            command = ChangeOrganisation(organisation_id=organisation_id, **body.model_dump())
            await unit.handle(ORGANISATION, organisation_id, command, expected=asked.expected)
            return await _answer(unit, organisation_id)

        return await answer(running, asked, organisation_id, job)

    @router.put("/{organisation_id}/parent", responses=answers(200, shapes.ORGANISATION_DONE))
    @action("organisation.reparent")
    async def reparent(organisation_id: Id, body: NewParent, asked: Request) -> Response:
        await _existing(asked.access, organisation_id)
        await asked.access.check(Concern((body.parent_id,)))

        async def job(unit: UnitOfWork) -> Answer:
            day = body.effective_on or local_date(running.clock.now())
            await tree.reparent(unit, organisation_id, body.parent_id, day, asked.expected)
            return await _answer(unit, organisation_id)

        return await answer(running, asked, organisation_id, job)

    @router.post("/{organisation_id}/dissolution", responses=answers(200, shapes.ORGANISATION_DONE))
    @action("organisation.dissolve")
    async def dissolve(organisation_id: Id, body: Dissolution, asked: Request) -> Response:
        await _existing(asked.access, organisation_id)
        cause = asked.cause(organisation_id)
        expected = await mark(running.executor, cause, "organisation", organisation_id, in_use, asked.expected)

        async def job(unit: UnitOfWork) -> Answer:
            today = local_date(running.clock.now())
            await dissolve_(unit, organisation_id, body.reason, today, expected)
            return await _answer(unit, organisation_id)

        return await answer(running, asked, organisation_id, job)

    @router.get("/{organisation_id}", responses=answers(200, shapes.ORGANISATION))
    @action("organisation.read")
    async def read(organisation_id: Id, response: Response, access: Access) -> dict[str, Any]:
        row = await one(running, ORGANISATIONS, ORGANISATIONS.c.organisation_id == organisation_id, "organisation")
        named = Concern((organisation_id,), public=row["kind"] in ADDRESSED_KINDS)
        await access.check(named, hidden=unknown("organisation"))
        response.headers["ETag"] = etag(row["version"])
        return row

    @router.get("", responses=answers(200, page(shapes.ORGANISATION)))
    @action("organisation.read")
    async def listing(
        paging: Paging,
        access: Access,
        parent_id: Id | None = None,
        kind: OrganisationKind | None = None,
        host: OrganisationHost | None = None,
        area_code: AreaCode | None = None,
    ) -> Page[dict[str, Any]]:
        """Committees, which transfers are addressed to, and of the rest what is above or below the actor's own. An area is
        everything in it: what travellers have formed there, too.
        """
        key = ORGANISATIONS.c.organisation_id
        visible = or_(
            ORGANISATIONS.c.kind.in_(ADDRESSED_KINDS),
            key.in_(await access.above()),
            key.in_(await access.scope(Relation.ADDRESSED)),
        )
        here = in_area(ORGANISATIONS.c.area_code, [area_code] if area_code else [])
        equal = {"parent_id": parent_id, "kind": kind, "host": host}
        return await listed(
            running, paging, "organisations", ORGANISATIONS, ("organisation_id",), visible, *here, equal=equal
        )

    return router
