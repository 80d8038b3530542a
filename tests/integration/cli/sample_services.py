"""Two small services as processes: accounts over HTTP, and one that follows them and notes each credit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from fastapi import APIRouter

from shared.eventstore.context import Cause
from shared.eventstore.model import ServiceModel
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import Command, DomainEvent
from shared.messaging.handlers import On
from shared.runtime.definition import Running, ServiceDefinition
from shared.security.access import Access, action
from shared.security.policy import Concern
from tests.support.sample import ACCOUNT, MODEL, AccountCredited, Credit, Open, follower


def accounts(running: Running) -> APIRouter:
    router = APIRouter()

    # Actions that concern no organisation: the samples have none.
    @router.post("/accounts/{account}")
    @action("rule-set.adopt")
    async def open_account(account: str, access: Access) -> dict[str, str]:
        await access.check(Concern())
        return await _do(running, account, Open(account=account))

    @router.post("/accounts/{account}/credits/{cents}")
    @action("rule-set.adopt")
    async def credit(account: str, cents: int, access: Access) -> dict[str, str]:
        await access.check(Concern())
        return await _do(running, account, Credit(account=account, cents=cents))

    @router.get("/now")
    @action("rule-set.read")
    async def now(access: Access) -> dict[str, str]:
        await access.check(Concern())
        return {"now": running.clock.now().isoformat()}

    return router


async def _do(running: Running, account: str, command: Command) -> dict[str, str]:
    async def job(unit: UnitOfWork) -> None:
        await unit.handle(ACCOUNT, account, command)

    await running.executor.run(job, Cause(f"story-{account}", actor="test"))
    return {"account": account}


SERVICE = ServiceDefinition(model=MODEL, title="Accounts", routers=lambda running: [accounts(running)])


class Noted(DomainEvent):
    type: ClassVar[str] = "noted"
    cents: int


class Note(Command):
    cents: int


@dataclass(frozen=True)
class Notes:
    sum: int = 0


def _decide(command: Any, _: Notes) -> Sequence[DomainEvent]:
    if command.cents == 13:
        raise Refused("unlucky", "thirteen is not noted")
    return [Noted(cents=command.cents)]


def _evolve(state: Notes, event: Any) -> Notes:
    return replace(state, sum=state.sum + event.cents)


NOTES: Decider[Note, Notes] = Decider("notes", Notes(), _decide, _evolve, (Noted,))
_PLAIN = follower("follower")
FOLLOWER_MODEL = ServiceModel("follower", (NOTES,), projections=_PLAIN.projections, views=_PLAIN.views)


async def _note(event: AccountCredited, unit: UnitOfWork) -> None:
    await unit.handle(NOTES, event.account, Note(cents=event.cents))


FOLLOWER = ServiceDefinition(
    model=FOLLOWER_MODEL,
    title="Follows the accounts",
    follows={"sample": {AccountCredited: On(_note, lambda event: [(NOTES, event.account)])}},
)
