"""`/reconciliations`: the yearly comparison of what left with what arrived, and its reports (domain T25)."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import or_, select

from services.mobility.api import shapes
from services.mobility.api.concerns import after, seen
from services.mobility.api.fields import Act, Id
from services.mobility.domain.reconciliation.decider import RECONCILIATION, FinishReconciliation
from services.mobility.domain.reconciliation.mismatch import Sent, mismatches
from services.mobility.projections.rules_tables import RECONCILIATIONS
from services.mobility.projections.tables import MEMBERS, TRANSFERS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Invalid
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, many, page_of
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

_LOOKS_BACK: Final = timedelta(days=400)
"""A year and a month: last September's run saw everything before."""
_MOST: Final = 50_000


class Reported(Body):
    """One line of the target's own list: has it arrived there?"""

    transfer_id: Id
    arrived: bool


class Run(Act):
    """Compare what the committee `by` sent and received. `reported` is the target's list, where it has one of its own."""

    run_id: Id | None = None
    reported: Annotated[list[Reported], Field(max_length=_MOST)] | None = None


def reconciliations(running: Running) -> APIRouter:
    """Running a comparison and reading the reports."""
    router = APIRouter(prefix="/reconciliations", tags=["reconciliations"])

    @router.post("", status_code=201, responses=answers(201, shapes.RECONCILIATION_DONE))
    @action("reconciliation.run")
    async def run(body: Run, asked: Request) -> Response:
        await asked.access.check(Concern((body.by,)))
        await asked.access.acts_for(body.by)
        identity, now = body.run_id or running.ids(), running.clock.now()
        reported = None if body.reported is None else {one.transfer_id: one.arrived for one in body.reported}
        sent = await _sent(running, body.by)
        known = {one.transfer_id for one in sent}
        strangers = [one for one, arrived in (reported or {}).items() if arrived and one not in known]
        command = FinishReconciliation(
            organisation_id=body.by,
            run_id=identity,
            compared=len(sent),
            mismatches=tuple(mismatches(sent, reported, now, unknown=strangers)),
            as_of=now,
            run_by=asked.access.actor.id,
        )
        found = [each.model_dump(mode="json") for each in command.mismatches]

        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(RECONCILIATION, body.by, command, expected=asked.expected)
            said = {"run_id": identity, "compared": command.compared, "mismatches": found}
            return await after(unit, RECONCILIATION, body.by, 201, **said)

        return await answer(running, asked, identity, job)

    @router.get("/{run_id}", responses=answers(200, shapes.RECONCILIATION))
    @action("reconciliation.read")
    async def read(run_id: Id, access: Access) -> Row:
        return await seen(running, access, RECONCILIATIONS, run_id)

    @router.get("", responses=answers(200, page(shapes.RECONCILIATION_LISTED)))
    @action("reconciliation.read")
    async def listing(paging: Paging, access: Access, organisation: Id) -> Page[Row]:
        await access.check(Concern((organisation,)))
        columns = [column for column in RECONCILIATIONS.c if column.name != "mismatches"]
        query = select(*columns).where(RECONCILIATIONS.c.organisation_id == organisation)
        return await page_of(running, paging, "reconciliations", query, RECONCILIATIONS.c.run_id)

    return router


async def _sent(running: Running, organisation: str) -> list[Sent]:
    """What it sent or received since the run of last year, and everything that is still open from before."""
    since = running.clock.now() - _LOOKS_BACK
    later = TRANSFERS.alias("later")
    moved_on = (
        select(later.c.transfer_id)
        .where(later.c.member_id == TRANSFERS.c.member_id, later.c.accepted_at > TRANSFERS.c.accepted_at)
        .exists()
        .label("moved_on_since")
    )
    columns = [TRANSFERS.c[name] for name in Sent.__dataclass_fields__ if name in TRANSFERS.c and name != "outside"]
    query = (
        select(*columns, TRANSFERS.c.outside, MEMBERS.c.organisation_id.label("roll_branch_id"), moved_on)
        .select_from(TRANSFERS.outerjoin(MEMBERS, MEMBERS.c.member_id == TRANSFERS.c.member_id))
        .where(
            or_(TRANSFERS.c.from_committee_id == organisation, TRANSFERS.c.to_committee_id == organisation),
            or_(TRANSFERS.c.requested_at >= since, TRANSFERS.c.ended_at.is_(None)),
        )
        .order_by(TRANSFERS.c.transfer_id)
        .limit(_MOST + 1)
    )
    rows = await many(running, query)
    if len(rows) > _MOST:
        raise Invalid(
            "too-many-transfers",
            f"{organisation} has more than {_MOST} transfers to compare",
            remedy="run it for the committees below it, one after the other",
            where="by",
        )
    return [Sent(**row | {"outside": row["outside"] is not None}) for row in rows]
