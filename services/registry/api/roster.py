"""`GET /members`: 党员花名册, as of any day, on the screen or as a file; and how many there are."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from sqlalchemy import Subquery, func, select

from services.registry.api import shapes
from services.registry.api.as_of import AsOf, day_of, moment_of
from services.registry.api.looking import show_names
from services.registry.api.roll import roll_of
from services.registry.domain.vocabulary import Id, MemberStatus
from services.registry.projections.tables import MEMBERSHIPS, ORGANISATIONS
from shared.kernel.calendar import local_date
from shared.runtime.commands import Request
from shared.runtime.definition import Running
from shared.runtime.reading import given, many, page_of
from shared.security.access import Access, Permit, action, within_scope
from shared.security.policy import Relation
from shared.web import csv_file
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

_AT_ONCE: Final = 500
_COLUMNS: Final[Mapping[str, str]] = {
    "member_id": "党员编号",
    "name": "姓名",
    "organisation_id": "党组织编号",
    "organisation": "党组织",
    "party_group": "党小组",
    "status": "党员类别",
    "admitted_on": "入党日期",
    "formal_since": "转正日期",
    "probation_ends_on": "预备期满日期",
    "since": "组织关系在此起始日期",
}
_STATUS: Final = {"formal": "正式党员", "probationary": "预备党员"}


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of the roll is asked for: that of an organisation and all below it, of a status, of a 党小组."""

    organisation_id: Id | None = None
    status: MemberStatus | None = None
    party_group_id: Id | None = None
    as_of: AsOf = None


AskedPart = Annotated[Part, Depends()]


def roster(running: Running) -> APIRouter:
    """The routes of the roster. A branch sees its own, a committee what is below it (domain §3.2)."""
    router = APIRouter(prefix="/members", tags=["members"])

    async def _roll(access: Permit, part: Part) -> Subquery:
        roll = roll_of(day_of(running, part.as_of), moment_of(running, part.as_of))
        roll = roll.where(MEMBERSHIPS.c.organisation_id.in_(await access.scope(Relation.WITHIN)))
        if part.organisation_id is not None:
            roll = roll.where(MEMBERSHIPS.c.organisation_id.in_(within_scope([part.organisation_id], [])))
        rows = roll.subquery()
        wanted = given(rows, status=part.status, party_group_id=part.party_group_id)
        return select(rows).where(*wanted).subquery()

    @router.get("", responses=answers(200, page(shapes.ROLL_ENTRY)))
    @action("member.read")
    async def listing(
        paging: Paging,
        asked: Request,
        part: AskedPart,
        names: bool = False,
        order: Literal["member_id", "admitted_on"] = "member_id",
    ) -> Page[dict[str, Any]]:
        """Members of the actor's organisations, those of one and all below it if that is given. With `names` each is
        shown masked, and the looking is on record for each of them.
        """
        rows = await _roll(asked.access, part)
        key = ("admitted_on", "member_id") if order == "admitted_on" else ("member_id",)
        columns = [rows.c[one] for one in key]
        page = await page_of(running, paging, f"members-{'-'.join(key)}", select(rows), *columns)
        await show_names(running, asked, page.items, "member.roster" if names else None)
        return page

    @router.get("/roster.csv", response_class=StreamingResponse, responses=csv_file.DESCRIBED)
    @action("member.export")
    async def export(asked: Request, part: AskedPart) -> StreamingResponse:
        """All of them as a file, their names masked; it is on record for each whose name is in it."""
        rows = await _roll(asked.access, part)
        named = select(rows, ORGANISATIONS.c.name.label("organisation")).outerjoin(
            ORGANISATIONS, ORGANISATIONS.c.organisation_id == rows.c.organisation_id
        )

        async def lines() -> AsyncIterator[str]:
            yield csv_file.line(_COLUMNS.values())
            after = ""
            while some := await many(
                running, named.where(rows.c.member_id > after).order_by(rows.c.member_id).limit(_AT_ONCE)
            ):
                await show_names(running, asked, some, "member.export")
                yield "".join(csv_file.line(_cell(row, column) for column in _COLUMNS) for row in some)
                after = some[-1]["member_id"]

        return csv_file.download(lines(), f"roster-{day_of(running, part.as_of)}.csv")

    @router.get("/counts", responses=answers(200, shapes.ROLL_COUNTS))
    @action("member.read")
    async def counts(
        access: Access, organisation_id: Id | None = None, as_of: AsOf = None, admitted_from: date | None = None
    ) -> dict[str, Any]:
        """Formal and probationary members per organisation and in all; `admitted` counts those admitted since that day
        (发展党员, domain Y05).
        """
        rows = await _roll(access, Part(organisation_id, as_of=as_of))
        formal = func.count().filter(rows.c.status == "formal").label("formal")
        probationary = func.count().filter(rows.c.status == "probationary").label("probationary")
        admitted = func.count().filter(rows.c.admitted_on >= (admitted_from or date.max)).label("admitted")
        query = select(rows.c.organisation_id, formal, probationary, admitted).group_by(rows.c.organisation_id)
        found = await many(running, query.order_by(rows.c.organisation_id))
        total = {name: sum(row[name] for row in found) for name in ("formal", "probationary", "admitted")}
        return {"as_of": day_of(running, as_of)} | total | {"organisations": found}

    return router


def _cell(row: Mapping[str, Any], column: str) -> Any:
    value = row[column]
    if column == "status":
        return _STATUS[value]
    return local_date(value) if column == "since" else value
