"""`/practices`: 载体、特色、品牌、挂牌、合同条款、活动场所建设; who has one, and of whom one is expected who has none."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select

from services.registry.api import shapes
from services.registry.api.acting import Act, after
from services.registry.api.as_of import AsOf, day_of, require_past
from services.registry.api.concerns import units_seen
from services.registry.api.listing import listed
from services.registry.api.places_of_posts import concern_at, visible_at
from services.registry.application.scopes import organisation_of, require
from services.registry.application.tree import active
from services.registry.domain.policy_document.commands import Code, Digest
from services.registry.domain.practice.decider import PRACTICE, BeginPractice, EndPractice, practice_id
from services.registry.domain.practice.kinds import KINDS
from services.registry.domain.vocabulary import Id, Name, OrganisationKind, PracticeKind, Scope
from services.registry.projections.practices import TABLE as PRACTICES
from services.registry.projections.tables import ORGANISATIONS
from services.registry.projections.unit_tables import UNIT_HISTORY, UNITS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Invalid, unknown
from shared.runtime.commands import Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many, one
from shared.security.access import Access, Permit, action
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class PracticeBeginning(Act):
    """What it is, whose, since when, and what shows it. Who acts is the body that recognises it."""

    kind: PracticeKind
    scope: Scope
    scope_id: Id
    name: Name
    text: Annotated[str, Field(max_length=2000)] = ""
    aspect: Code | None = None
    evidence: tuple[Digest, ...] = Field(default=(), max_length=20)
    source_document: Name | None = None
    since: date


def practices(running: Running) -> APIRouter:
    """The routes of practices."""
    router = APIRouter(prefix="/practices", tags=["practices"])

    @router.post("", status_code=201, responses=answers(201, shapes.PRACTICE_DONE))
    @action("practice.keep")
    async def begin(body: PracticeBeginning, asked: Request) -> Response:
        await asked.access.check(await concern_at(running, body.scope, body.scope_id))
        await asked.access.acts_for(body.by)
        require_past(running, body.since, "since")
        identity = practice_id(body.kind, body.scope_id, running.ids())

        async def job(unit: UnitOfWork) -> Answer:
            await active(unit, body.by, where="by")
            holder = await require(unit, body.scope, body.scope_id)
            facts = body.model_dump(exclude={"by"}) | {"practice_id": identity, "approved_by": body.by}
            facts |= {"organisation_id": organisation_of(body.scope, body.scope_id, holder)}
            await unit.handle(PRACTICE, identity, BeginPractice(**facts), expected=asked.expected)
            return await after(unit, PRACTICE, identity, 201, practice_id=identity)

        return await answer(running, asked, identity, job)

    @router.post("/{practice_id}/end", responses=answers(200, shapes.PRACTICE_DONE))
    @action("practice.keep")
    async def end(practice_id: Id, body: EndPractice, asked: Request) -> Response:
        row = await one(running, PRACTICES, PRACTICES.c.practice_id == practice_id, "practice")
        concern = await concern_at(running, row["scope"], row["scope_id"])
        await asked.access.check(concern, hidden=unknown("practice"))
        require_past(running, body.until, "until")

        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(PRACTICE, practice_id, body, expected=asked.expected)
            return await after(unit, PRACTICE, practice_id, 200, practice_id=practice_id)

        return await answer(running, asked, practice_id, job)

    @router.get("", responses=answers(200, page(shapes.PRACTICE)))
    @action("practice.read")
    async def listing(
        paging: Paging,
        access: Access,
        kind: PracticeKind | None = None,
        scope_id: Id | None = None,
        as_of: AsOf = None,
    ) -> Page[dict[str, Any]]:
        """Practices of what lies within the actor's scope; with `as_of`, those that stood at the end of that day."""
        where = [await visible_at(PRACTICES, access)]
        if as_of is not None:
            where.append(_stood(day_of(running, as_of)))
        key = ("practice_id", "since")
        equal = {"kind": kind, "scope_id": scope_id}
        return await listed(running, paging, "practices", PRACTICES, key, *where, equal=equal)

    @router.get("/missing", responses=answers(200, page(shapes.LACKING)))
    @action("practice.read")
    async def missing(
        paging: Paging,
        access: Access,
        kind: PracticeKind,
        organisation_kind: OrganisationKind | None = None,
        as_of: AsOf = None,
    ) -> Page[dict[str, Any]]:
        """Who should have one and had none at the end of that day."""
        expected = (await _expected(access, kind, organisation_kind, day_of(running, as_of))).subquery()
        shown = select(expected.c.scope, expected.c.scope_id, expected.c.name).where(~expected.c.has).subquery()
        return await listed(running, paging, f"lacking-{kind}", shown, ("scope_id",))

    @router.get("/counts", responses=answers(200, shapes.PRACTICE_COUNTS))
    @action("practice.read")
    async def counts(
        access: Access, kind: PracticeKind, organisation_kind: OrganisationKind | None = None, as_of: AsOf = None
    ) -> dict[str, Any]:
        """Of how many one is expected, and how many had one at the end of that day."""
        day = day_of(running, as_of)
        rows = (await _expected(access, kind, organisation_kind, day)).subquery()
        figures: list[ColumnElement[Any]] = [
            func.count().label("expected"),
            func.count().filter(rows.c.has).label("having"),
        ]
        [found] = await many(running, select(*figures).select_from(rows))
        return {"as_of": day, "kind": kind, **found, "missing": found["expected"] - found["having"]}

    async def _expected(
        access: Permit, kind: PracticeKind, organisation_kind: OrganisationKind | None, day: date
    ) -> Select[Any]:
        scope = KINDS[kind].expected_of
        if scope is None:
            several = ", ".join(name for name, one in KINDS.items() if one.expected_of)
            raise Invalid(
                "practice-not-expected", f"a {kind} is expected of nobody", remedy=f"ask for {several}", where="kind"
            )
        key: ColumnElement[str] = UNITS.c.uscc if scope == "unit" else ORGANISATIONS.c.organisation_id
        there = await _units(access, day) if scope == "unit" else await _organisations(access, organisation_kind, day)
        name = UNITS.c.name if scope == "unit" else ORGANISATIONS.c.name
        has = select(PRACTICES.c.practice_id).where(PRACTICES.c.kind == kind, PRACTICES.c.scope_id == key, _stood(day))
        return select(literal(scope).label("scope"), key.label("scope_id"), name, has.exists().label("has")).where(
            there
        )

    async def _units(access: Permit, day: date) -> ColumnElement[bool]:
        known = select(UNIT_HISTORY.c.uscc).where(UNIT_HISTORY.c.uscc == UNITS.c.uscc, UNIT_HISTORY.c.since <= day)
        open_ = or_(UNITS.c.closed_on.is_(None), UNITS.c.closed_on > day)
        return and_(await units_seen(access), known.exists(), open_)

    async def _organisations(access: Permit, kind: OrganisationKind | None, day: date) -> ColumnElement[bool]:
        stands = or_(ORGANISATIONS.c.dissolved_on.is_(None), ORGANISATIONS.c.dissolved_on > day)
        of_kind = [ORGANISATIONS.c.kind == kind] if kind is not None else []
        own = ORGANISATIONS.c.organisation_id.in_(await access.scope())
        return and_(own, ORGANISATIONS.c.founded_on <= day, stands, *of_kind)

    return router


def _stood(day: date) -> ColumnElement[bool]:
    return and_(PRACTICES.c.since <= day, or_(PRACTICES.c.until.is_(None), PRACTICES.c.until >= day))
