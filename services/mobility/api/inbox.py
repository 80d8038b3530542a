"""`/cases/inbox`: 待办, 超时, 即将办理 and 未办结 of one organisation, each with its count, the most urgent first.

Transfers, and whatever else lies with it (`matters`): nobody has to look into eight queues to know what is to be done.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from sqlalchemy import ColumnElement, Select, and_, func, literal, null, or_, select, text, union_all
from sqlalchemy.dialects.postgresql import JSONB

from services.mobility.api import shapes
from services.mobility.api.configured import settings_of
from services.mobility.api.fields import Id
from services.mobility.api.matters import MATTERS
from services.mobility.projections.tables import CASES, TRANSFERS
from shared.kernel.errors import Forbidden
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.shapes import answers

_BOTH: Final = CASES.join(TRANSFERS, TRANSFERS.c.transfer_id == CASES.c.case_id)
_SHOWN: Final = (
    literal("transfer").label("kind"), CASES.c.case_id, CASES.c.holder_id, CASES.c.task, CASES.c.since, CASES.c.due_at,
    CASES.c.escalated_to, TRANSFERS.c.member_id, TRANSFERS.c.status, TRANSFERS.c.scope, TRANSFERS.c.from_committee_id,
    TRANSFERS.c.to_committee_id, TRANSFERS.c.letter_number,
)  # fmt: skip


def sections(organisation: str, now: datetime) -> dict[str, ColumnElement[bool]]:
    """What each section holds. No case is in two of them, and a case in which the organisation has no part is in none.

    `todo` 待办: its turn, in time. `overdue` 超时: its turn and past due, or a silent holder's that has come up to it.
    `upcoming` 即将办理: its turn is still to come. `unsettled` 未办结: it has done its part, and others have not.
    """
    elsewhere = and_(CASES.c.holder_id != organisation, CASES.c.escalated_to.is_distinct_from(organisation))
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
        **_with(CASES.c, organisation, now),
        "upcoming": and_(elsewhere, comes),
        "unsettled": and_(elsewhere, part, ~comes),
    }


def _with(of: Any, organisation: str, now: datetime) -> dict[str, ColumnElement[bool]]:
    """What lies with the organisation, in time and late, of anything that has a holder and a due time."""
    holds = of.holder_id == organisation
    return {
        "todo": and_(holds, of.due_at > now, of.escalated_to.is_distinct_from(organisation)),
        "overdue": or_(and_(holds, of.due_at <= now), of.escalated_to == organisation),
    }


def _queries(organisation: str, now: datetime) -> dict[str, Select[Any]]:
    """All that each section holds, in the columns that are shown."""
    queries: dict[str, Any] = {
        name: select(*_SHOWN).select_from(_BOTH).where(CASES.c.open, condition)
        for name, condition in sections(organisation, now).items()
    }
    beside = [MATTERS.c.get(one.name, null().cast(one.type)).label(one.name) for one in _SHOWN]
    for name, condition in _with(MATTERS.c, organisation, now).items():
        queries[name] = union_all(queries[name], select(*beside).where(condition))
    return {name: select(query.subquery()) for name, query in queries.items()}


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
        """The sections of an organisation's inbox. All of its transfers are paged at `/cases`."""
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
        found: dict[str, Any] = {}
        for name, query in _queries(organisation, now).items():
            # The count of all of them stands in every row, so that one look is enough.
            rows = await many(
                running,
                query.add_columns(func.count().over().label("count"))
                .order_by(text("due_at"), text("case_id"))
                .limit(limit),
            )
            count = rows[0]["count"] if rows else 0
            found[name] = {"count": count, "items": [_shown(row, now) for row in rows]}
        bands = {"overdue_after_days": settings.overdue_after_days, "escalate_after_days": settings.escalate_after_days}
        return {"organisation_id": organisation, "as_of": now, "bands": bands, "sections": found}

    return router


def _shown(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    late = now - row["due_at"]
    band = "in_time" if late < timedelta() else "escalated" if row["escalated_to"] else "overdue"
    del row["count"]
    return row | {"band": band, "days_left": -(late // timedelta(days=1)) - (1 if late % timedelta(days=1) else 0)}
