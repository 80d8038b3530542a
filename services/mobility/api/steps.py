"""`/transfers/{id}/…`: what the committees on the way of a transfer decide about it."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Response

from services.mobility.api.fields import Act, Id, LetterNumber, Words
from services.mobility.api.queries import settings_of
from services.mobility.api.sides import transfer_seen
from services.mobility.application import decisions, letters
from services.mobility.application.steps import summary
from services.mobility.domain.terms import RejectionReason
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.runtime.commands import Asked, Request, answer
from shared.runtime.definition import Running
from shared.security.access import action


class Acceptance(Act):
    """接收: into which branch, on which letter. Without a branch it is the one that was asked for."""

    branch_id: Id | None = None
    letter_number: LetterNumber | None = None


class Refusal(Act):
    """退回: no refusal without a coded reason and words (domain T4)."""

    reason_code: RejectionReason
    text: Words


class Closure(Act):
    """Why it ends here."""

    text: Words


def steps(running: Running) -> APIRouter:
    """The routes of single decisions. Each answers with how the transfer stands afterwards."""
    router = APIRouter(prefix="/transfers/{transfer_id}", tags=["transfers"])
    outside = settings_of(running).outside_systems

    async def decide(
        transfer_id: str, body: Act, asked: Asked, decision: Callable[[UnitOfWork], Awaitable[Any]], status: int = 200
    ) -> Response:
        await transfer_seen(running, asked.access, transfer_id)
        await asked.access.acts_for(body.by)

        async def job(unit: UnitOfWork) -> Answer:
            await decision(unit)
            return Answer(status, await summary(unit, transfer_id))

        return await answer(running, asked, transfer_id, job)

    @router.post("/approvals")
    @action("transfer.approve")
    async def approve(transfer_id: Id, body: Act, asked: Request) -> Response:
        return await decide(
            transfer_id, body, asked, lambda unit: letters.approve(unit, transfer_id, body.by, asked.expected)
        )

    @router.post("/letters", status_code=201)
    @action("transfer.reissue-letter")
    async def reissue(transfer_id: Id, body: Act, asked: Request) -> Response:
        return await decide(
            transfer_id, body, asked, lambda unit: letters.reissue(unit, transfer_id, body.by, asked.expected), 201
        )

    @router.post("/acceptance")
    @action("transfer.accept")
    async def accept(transfer_id: Id, body: Acceptance, asked: Request) -> Response:
        return await decide(
            transfer_id,
            body,
            asked,
            lambda unit: decisions.accept(
                unit, transfer_id, body.by, body.branch_id, body.letter_number, outside, asked.expected
            ),
        )

    @router.post("/rejection")
    @action("transfer.reject")
    async def reject(transfer_id: Id, body: Refusal, asked: Request) -> Response:
        return await decide(
            transfer_id,
            body,
            asked,
            lambda unit: decisions.reject(unit, transfer_id, body.by, body.reason_code, body.text, asked.expected),
        )

    @router.post("/withdrawal")
    @action("transfer.withdraw")
    async def withdraw(transfer_id: Id, body: Act, asked: Request) -> Response:
        return await decide(
            transfer_id, body, asked, lambda unit: decisions.withdraw(unit, transfer_id, body.by, asked.expected)
        )

    @router.post("/receipt")
    @action("transfer.return-receipt")
    async def receipt(transfer_id: Id, body: Act, asked: Request) -> Response:
        return await decide(
            transfer_id, body, asked, lambda unit: decisions.return_receipt(unit, transfer_id, body.by, asked.expected)
        )

    @router.post("/closure")
    @action("transfer.close")
    async def close(transfer_id: Id, body: Closure, asked: Request) -> Response:
        return await decide(
            transfer_id,
            body,
            asked,
            lambda unit: decisions.close(unit, transfer_id, body.by, body.text, asked.expected),
        )

    return router
