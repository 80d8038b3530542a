"""`/members/{id}/confirmation` and the like: what a body decides about somebody's place on the roll."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Response

from services.registry.api import shapes
from services.registry.api.acting import Act, after
from services.registry.api.concerns import of_member
from services.registry.api.words import words_of
from services.registry.application import membership_decisions as jobs
from services.registry.domain.member.commands import ConfirmMember, EndMembership, ExtendProbation, StandingCommand
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.vocabulary import Id, MembershipEnd, Reason
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.runtime.commands import Asked, Request, answer
from shared.runtime.definition import Running
from shared.security.access import action
from shared.web.shapes import answers


class Confirmation(Act):
    """From which day somebody is a formal member, and who signs."""

    confirmed_on: date
    person_id: Id


class ProbationExtension(Act):
    """Until when the probation lasts now, why, and who signs."""

    probation_ends_on: date
    person_id: Id
    text: Reason


class End(Act):
    """Since when somebody is not on the roll, on what ground, and who signs."""

    ground: MembershipEnd
    ended_on: date
    person_id: Id
    text: Reason


def membership_decisions(running: Running) -> APIRouter:
    """The three decisions. Each is made for an organisation that is responsible for the member's own."""
    router = APIRouter(prefix="/members", tags=["members"])
    words = words_of(running)

    async def _decide(member_id: str, body: Act, asked: Asked, kind: Any) -> Response:
        await asked.access.check(await of_member(running, member_id), hidden=unknown("member"))
        await asked.access.acts_for(body.by)
        facts = body.model_dump(exclude={"by"})
        if "text" in facts:
            facts["text"] = await words.seal(member_id, facts["text"])
        command: StandingCommand = kind(
            **facts, member_id=member_id, decided_by=body.by, decided_at=running.clock.now()
        )

        async def job(unit: UnitOfWork) -> Answer:
            await jobs.decide(unit, member_id, body.by, command, asked.expected)
            return await after(unit, MEMBER, member_id, 200, member_id=member_id)

        return await answer(running, asked, member_id, job)

    @router.post("/{member_id}/confirmation", responses=answers(200, shapes.MEMBER_DONE))
    @action("member.decide")
    async def confirm(member_id: Id, body: Confirmation, asked: Request) -> Response:
        return await _decide(member_id, body, asked, ConfirmMember)

    @router.post("/{member_id}/probation", responses=answers(200, shapes.MEMBER_DONE))
    @action("member.decide")
    async def extend(member_id: Id, body: ProbationExtension, asked: Request) -> Response:
        return await _decide(member_id, body, asked, ExtendProbation)

    @router.post("/{member_id}/end", responses=answers(200, shapes.MEMBER_DONE))
    @action("member.decide")
    async def end(member_id: Id, body: End, asked: Request) -> Response:
        return await _decide(member_id, body, asked, EndMembership)

    return router
