"""`GET /search`: units, organisations, stations and places by any part of their names. Persons are not found by name."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from sqlalchemy import ColumnElement, Select, and_, case, or_, select, true

from services.registry.api import shapes
from services.registry.api.concerns import units_seen
from services.registry.api.listing import listed
from services.registry.api.organisations import ADDRESSED_KINDS
from services.registry.projections.grams import folded, wanted
from services.registry.projections.names_tables import NAMES
from services.registry.projections.place_tables import PLACES
from services.registry.projections.tables import ORGANISATIONS
from services.registry.projections.unit_tables import UNITS
from shared.kernel.errors import Invalid
from shared.runtime.definition import Running
from shared.security.access import Access, Permit, action
from shared.security.policy import Relation
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

Part = Annotated[str, Query(min_length=1, max_length=100, description="any part of the name")]
Kind = Literal["unit", "organisation", "station", "place"]
_EXACT: Final = 0
_BEGINNING: Final = 1
_INSIDE: Final = 2


def holding(part: str) -> ColumnElement[bool]:
    """The condition that a name holds the part. Raises `Invalid` (`nothing-to-look-for`)."""
    text = folded(part)
    if not text:
        raise Invalid(
            "nothing-to-look-for",
            "there is no letter, character or digit in it",
            remedy="give a part of a name, such as two characters",
            where="q",
        )
    # The pairs find candidates by the index; that they stand next to each other, the text itself says.
    return and_(NAMES.c.grams.contains(wanted(part)), NAMES.c.folded.contains(text, autoescape=True))


def ids_of(kind: Kind, part: str) -> Select[tuple[str]]:
    """The ids of that kind whose names hold the part, for lists to filter by."""
    return select(NAMES.c.id).where(NAMES.c.kind == kind, holding(part))


def search(running: Running) -> APIRouter:
    """One route. What somebody may not list, they do not find."""
    router = APIRouter(prefix="/search", tags=["search"])

    @router.get("", responses=answers(200, page(shapes.FOUND_NAME)))
    @action("name.search")
    async def find(paging: Paging, access: Access, q: Part, kind: Kind | None = None) -> Page[dict[str, Any]]:
        """Names that are just that first, then those that begin with it, then the others."""
        text = folded(q)
        begins = NAMES.c.folded.startswith(text, autoescape=True)
        rank = case((NAMES.c.folded == text, _EXACT), (begins, _BEGINNING), else_=_INSIDE).label("rank")
        found = select(NAMES.c.kind, NAMES.c.id, NAMES.c.name, rank).where(holding(q), await _visible(access))
        return await listed(running, paging, "search", found.subquery(), ("rank", "kind", "id"), equal={"kind": kind})

    return router


async def _visible(access: Permit) -> ColumnElement[bool]:
    scope = await access.scope()
    units = select(UNITS.c.uscc).where(await units_seen(access))
    committees = select(ORGANISATIONS.c.organisation_id).where(ORGANISATIONS.c.kind.in_(ADDRESSED_KINDS))
    mine = select(PLACES.c.place_id).where(PLACES.c.organisation_id.in_(scope))
    name = NAMES.c.id
    by_kind: dict[Kind, ColumnElement[bool]] = {
        "unit": name.in_(units),
        "organisation": or_(
            name.in_(committees),
            name.in_(await access.above()),
            name.in_(await access.scope(Relation.ADDRESSED)),
        ),
        "station": true(),
        "place": name.in_(mine),
    }
    return or_(*(and_(NAMES.c.kind == kind, condition) for kind, condition in by_kind.items()))
