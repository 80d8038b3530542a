"""`GET /members`: 党员花名册, as of any day; and how many there are."""

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter
from sqlalchemy import func, select

from services.registry.api import shapes
from services.registry.api.as_of import AsOf, day_of, moment_of
from services.registry.api.listing import listed
from services.registry.api.looking import looked_at, masked_name
from services.registry.api.roll import roll_of
from services.registry.domain.vocabulary import Id, MemberStatus
from services.registry.projections.tables import MEMBERSHIPS
from shared.kernel.errors import Unavailable
from shared.runtime.commands import Request
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.security.access import Access, Permit, action, within_scope
from shared.security.policy import Relation
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


def roster(running: Running) -> APIRouter:
    """The routes of the roster. A branch sees its own, a committee what is below it (domain §3.2)."""
    router = APIRouter(prefix="/members", tags=["members"])

    async def _asked_for(
        access: Permit, as_of: date | None, organisation_id: str | None, status: MemberStatus | None
    ) -> Any:
        roll = roll_of(day_of(running, as_of), moment_of(running, as_of))
        roll = roll.where(MEMBERSHIPS.c.organisation_id.in_(await access.scope(Relation.WITHIN)))
        if organisation_id is not None:
            roll = roll.where(MEMBERSHIPS.c.organisation_id.in_(within_scope([organisation_id], [])))
        rows = roll.subquery()
        return select(rows).where(rows.c.status == status).subquery() if status is not None else rows

    @router.get("", responses=answers(200, page(shapes.ROLL_ENTRY)))
    @action("member.read")
    async def listing(
        paging: Paging,
        asked: Request,
        organisation_id: Id | None = None,
        status: MemberStatus | None = None,
        party_group_id: Id | None = None,
        as_of: AsOf = None,
        names: bool = False,
        order: Literal["member_id", "admitted_on"] = "member_id",
    ) -> Page[dict[str, Any]]:
        """Members of the actor's organisations, those of one and all below it if that is given. With `names` each is
        shown masked, and the looking is on record for each of them.
        """
        rows = await _asked_for(asked.access, as_of, organisation_id, status)
        key = ("admitted_on", "member_id") if order == "admitted_on" else ("member_id",)
        page = await listed(running, paging, "members", rows, key, equal={"party_group_id": party_group_id})
        await _show_names(page, asked, names)
        return page

    async def _show_names(page: Page[dict[str, Any]], asked: Request, names: bool) -> None:
        if names and running.sealer is None:
            raise Unavailable("no-keyring", "the registry needs the keyring", remedy="set YANZHEN_KEYRING_URL")
        for row in page.items:
            sealed = row.pop("name")
            if names and running.sealer is not None:
                row["name"] = await masked_name(running.sealer, {"member_id": row["member_id"], "name": sealed})
        if names:
            await looked_at(
                running, asked, "member.roster", {row["member_id"]: "done" for row in page.items}, "display"
            )

    @router.get("/counts", responses=answers(200, shapes.ROLL_COUNTS))
    @action("member.read")
    async def counts(
        access: Access, organisation_id: Id | None = None, as_of: AsOf = None, admitted_from: date | None = None
    ) -> dict[str, Any]:
        """Formal and probationary members per organisation and in all; `admitted` counts those admitted since that day
        (发展党员, domain Y05).
        """
        rows = await _asked_for(access, as_of, organisation_id, None)
        formal = func.count().filter(rows.c.status == "formal").label("formal")
        probationary = func.count().filter(rows.c.status == "probationary").label("probationary")
        admitted = func.count().filter(rows.c.admitted_on >= (admitted_from or date.max)).label("admitted")
        query = select(rows.c.organisation_id, formal, probationary, admitted).group_by(rows.c.organisation_id)
        found = await many(running, query.order_by(rows.c.organisation_id))
        total = {name: sum(row[name] for row in found) for name in ("formal", "probationary", "admitted")}
        return {"as_of": day_of(running, as_of)} | total | {"organisations": found}

    return router
