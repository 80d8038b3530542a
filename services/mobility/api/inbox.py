"""`/cases/inbox`: 待办, 超时, 即将办理 and 未办结 of one organisation, each with its count, the most urgent first."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from services.mobility.api import shapes
from services.mobility.api.configured import settings_of
from services.mobility.api.fields import Id
from services.mobility.projections.tables import CASES, TRANSFERS
from shared.kernel.errors import Forbidden
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.shapes import answers

_SHOWN: Final = (
    CASES.c.case_id, CASES.c.holder_id, CASES.c.task, CASES.c.since, CASES.c.due_at, CASES.c.escalated_to,
    TRANSFERS.c.member_id, TRANSFERS.c.status, TRANSFERS.c.scope, TRANSFERS.c.from_committee_id,
    TRANSFERS.c.to_committee_id, TRANSFERS.c.letter_number,
)  # fmt: skip


def sections(organisation: str, now: datetime) -> dict[str, ColumnElement[bool]]:
    """What each section holds. No case is in two of them, and a case in which the organisation has no part is in none.

    `todo` 待办: its turn, in time. `overdue` 超时: its turn and past due, or a silent holder's that has come up to it.
    `upcoming` 即将办理: its turn is still to come. `unsettled` 未办结: it has done its part, and others have not.
    """
    holds = CASES.c.holder_id == organisation
    late = or_(and_(holds, CASES.c.due_at <= now), CASES.c.escalated_to == organisation)
    mine = and_(holds, CASES.c.due_at > now, CASES.c.escalated_to.is_distinct_from(organisation))
    elsewhere = and_(~holds, CASES.c.escalated_to.is_distinct_from(organisation))
    step = (
        func.jsonb_array_elements_text(TRANSFERS.c.approval_path)
        .table_valued("value", with_ordinality="number")
        .render_derived()
    )
    ahead = select(step.c.number).where(step.c.value == organisation, step.c.number > TRANSFERS.c.approved).exists()
    comes = and_(TRANSFERS.c.status == "approving", or_(ahead, TRANSFERS.c.to_committee_id == organisation))
    part = or_(
        TRANSFERS.c.from_committee_id == organisation,
        TRANSFERS.c.from_branch_id == organisation,
        TRANSFERS.c.to_committee_id == organisation,
        TRANSFERS.c.to_branch_id == organisation,
        TRANSFERS.c.approval_path.contains(func.jsonb_build_array(organisation).cast(JSONB)),
    )
    return {
        "todo": mine,
        "overdue": late,
        "upcoming": and_(elsewhere, comes),
        "unsettled": and_(elsewhere, part, ~comes),
    }


def inbox(running: Running) -> APIRouter:
    """Whose turn it is, from where one organisation stands."""
    router = APIRouter(prefix="/cases/inbox", tags=["cases"])
    settings = settings_of(running)

    @router.get("", responses=answers(200, shapes.INBOX))
    @action("case.read")
    async def read(
        access: Access,
        organisation: Id,
        limit: Annotated[int, Query(ge=1, le=100, description="cases per section")] = 20,
    ) -> dict[str, Any]:
        """The sections of an organisation's inbox. All of a section is paged at `/cases`."""
        await access.check(
            Concern((organisation,)),
            hidden=Forbidden(
                "outside-your-scope",
                "that organisation's inbox is not yours to look into, or it does not exist",
                remedy="name one that a role of yours covers",
                where="organisation",
            ),
        )
        now = running.clock.now()
        both = CASES.join(TRANSFERS, TRANSFERS.c.transfer_id == CASES.c.case_id)
        conditions = sections(organisation, now)
        counting: Any = select(*(func.count().filter(one).label(name) for name, one in conditions.items()))
        [counts] = await many(running, counting.select_from(both).where(CASES.c.open))
        found: dict[str, Any] = {}
        for name, condition in conditions.items():
            query = select(*_SHOWN).select_from(both).where(CASES.c.open, condition)
            rows = await many(running, query.order_by(CASES.c.due_at, CASES.c.case_id).limit(limit))
            found[name] = {"count": counts[name], "items": [_shown(row, now) for row in rows]}
        bands = {"overdue_after_days": settings.overdue_after_days, "escalate_after_days": settings.escalate_after_days}
        return {"organisation_id": organisation, "as_of": now, "bands": bands, "sections": found}

    return router


def _shown(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    late = now - row["due_at"]
    band = "in_time" if late < timedelta() else "escalated" if row["escalated_to"] else "overdue"
    return row | {"band": band, "days_left": -(late // timedelta(days=1)) - (1 if late % timedelta(days=1) else 0)}
