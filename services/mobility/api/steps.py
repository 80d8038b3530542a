"""`/transfers/{id}/…`: what the committees on the way of a transfer decide about it."""

from collections.abc import Awaitable, Sequence
from datetime import date
from functools import partial
from typing import Protocol

from fastapi import APIRouter, Response

from services.mobility.api import shapes
from services.mobility.api.configured import settings_of
from services.mobility.api.fields import Act, Id, LetterNumber, Reference, Words
from services.mobility.api.sides import transfer_seen
from services.mobility.application import decisions, letters
from services.mobility.application.steps import summary
from services.mobility.domain.terms import Fault, Leg, LegStep, RejectionReason
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.event import DomainEvent
from shared.observability.tracing import concerns
from shared.runtime.commands import Asked, Request, answer
from shared.runtime.definition import Running
from shared.security.access import action
from shared.web.shapes import answers


class Acceptance(Act):
    """接收: into which branch, on which letter. Without a branch it is the one that was asked for."""

    branch_id: Id | None = None
    letter_number: LetterNumber | None = None
    inquiry: Words | None = None
    branch_later: bool = False


class Assignment(Act):
    """Which branch, after the committee has accepted (domain T16)."""

    branch_id: Id


class Holding(Act):
    """暂缓: what is doubtful in the dossier (domain T5)."""

    letter_number: LetterNumber | None = None
    text: Words


class VoidHeard(Act):
    """Which number is void (domain T11)."""

    letter_number: LetterNumber


class Reissue(Act):
    """What the source found out about the letter that is replaced (domain T10)."""

    fault: Fault | None = None


class LegTaken(Act):
    """A step of one way of the case (domain T14), and what proves it."""

    leg: Leg
    step: LegStep
    reference: Reference


class OutsideReceipt(Act):
    """The 回执 of a committee outside our tree, as it stands there."""

    receipt_reference: Reference
    accepted_on: date


class Refusal(Act):
    """退回: no refusal without a coded reason and words (domain T4)."""

    reason_code: RejectionReason
    text: Words


class Closure(Act):
    """Why it ends here."""

    text: Words


class Decision(Protocol):
    """What the committee `by` decides, once everything but the version it expects was filled in."""

    def __call__(
        self, unit: UnitOfWork, transfer_id: str, by: str, *, expected: int | None
    ) -> Awaitable[Sequence[DomainEvent]]: ...


def steps(running: Running) -> APIRouter:
    """The routes of single decisions. Each answers with how the transfer stands afterwards."""
    router = APIRouter(prefix="/transfers/{transfer_id}", tags=["transfers"])
    outside = settings_of(running).outside_systems

    async def decide(transfer_id: str, body: Act, asked: Asked, decision: Decision, status: int = 200) -> Response:
        await transfer_seen(running, asked.access, transfer_id)
        await asked.access.acts_for(body.by)

        async def job(unit: UnitOfWork) -> Answer:
            await decision(unit, transfer_id, body.by, expected=asked.expected)
            return Answer(status, await summary(unit, transfer_id))

        concerns(transfer_id)
        return await answer(running, asked, transfer_id, job)

    @router.post("/approvals", responses=answers(200, shapes.TRANSFER_STANDS))
    @action("transfer.approve")
    async def approve(transfer_id: Id, body: Act, asked: Request) -> Response:
        return await decide(transfer_id, body, asked, letters.approve)

    @router.post("/letters", status_code=201, responses=answers(201, shapes.TRANSFER_STANDS))
    @action("transfer.reissue-letter")
    async def reissue(transfer_id: Id, body: Reissue, asked: Request) -> Response:
        return await decide(transfer_id, body, asked, partial(letters.reissue, fault=body.fault), 201)

    @router.post("/void-acknowledgements", responses=answers(200, shapes.TRANSFER_STANDS))
    @action("transfer.acknowledge-void")
    async def acknowledge_void(transfer_id: Id, body: VoidHeard, asked: Request) -> Response:
        decision = partial(decisions.acknowledge_void, letter_number=body.letter_number)
        return await decide(transfer_id, body, asked, decision)

    @router.post("/hold", responses=answers(200, shapes.TRANSFER_STANDS))
    @action("transfer.hold")
    async def hold(transfer_id: Id, body: Holding, asked: Request) -> Response:
        decision = partial(decisions.hold, letter_number=body.letter_number, text=body.text)
        return await decide(transfer_id, body, asked, decision)

    @router.post("/branch", responses=answers(200, shapes.TRANSFER_STANDS))
    @action("transfer.assign-branch")
    async def assign(transfer_id: Id, body: Assignment, asked: Request) -> Response:
        decision = partial(decisions.assign, branch_id=body.branch_id, outside_systems=outside)
        return await decide(transfer_id, body, asked, decision)

    @router.post("/legs", status_code=201, responses=answers(201, shapes.TRANSFER_STANDS))
    @action("transfer.record-leg")
    async def record_leg(transfer_id: Id, body: LegTaken, asked: Request) -> Response:
        decision = partial(decisions.record_leg, leg=body.leg, leg_step=body.step, reference=body.reference)
        return await decide(transfer_id, body, asked, decision, 201)

    @router.post("/outside-receipt", status_code=201, responses=answers(201, shapes.TRANSFER_STANDS))
    @action("transfer.record-receipt")
    async def outside_receipt(transfer_id: Id, body: OutsideReceipt, asked: Request) -> Response:
        decision = partial(
            decisions.outside_receipt, receipt_reference=body.receipt_reference, accepted_on=body.accepted_on
        )
        return await decide(transfer_id, body, asked, decision, 201)

    @router.post("/acceptance", responses=answers(200, shapes.TRANSFER_STANDS))
    @action("transfer.accept")
    async def accept(transfer_id: Id, body: Acceptance, asked: Request) -> Response:
        decision = partial(
            decisions.accept,
            branch_id=body.branch_id,
            letter_number=body.letter_number,
            outside_systems=outside,
            inquiry=body.inquiry,
            branch_later=body.branch_later,
        )
        return await decide(transfer_id, body, asked, decision)

    @router.post("/rejection", responses=answers(200, shapes.TRANSFER_STANDS))
    @action("transfer.reject")
    async def reject(transfer_id: Id, body: Refusal, asked: Request) -> Response:
        decision = partial(decisions.reject, reason_code=body.reason_code, text=body.text)
        return await decide(transfer_id, body, asked, decision)

    @router.post("/withdrawal", responses=answers(200, shapes.TRANSFER_STANDS))
    @action("transfer.withdraw")
    async def withdraw(transfer_id: Id, body: Act, asked: Request) -> Response:
        return await decide(transfer_id, body, asked, decisions.withdraw)

    @router.post("/receipt", responses=answers(200, shapes.TRANSFER_STANDS))
    @action("transfer.return-receipt")
    async def receipt(transfer_id: Id, body: Act, asked: Request) -> Response:
        return await decide(transfer_id, body, asked, decisions.return_receipt)

    @router.post("/closure", responses=answers(200, shapes.TRANSFER_STANDS))
    @action("transfer.close")
    async def close(transfer_id: Id, body: Closure, asked: Request) -> Response:
        return await decide(transfer_id, body, asked, partial(decisions.close, text=body.text))

    return router
