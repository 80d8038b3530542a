"""What is common to requests in which a body acts."""

from typing import Any

from services.registry.domain.vocabulary import Id
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.decider import Decider
from shared.runtime.commands import Body


class Act(Body):
    """Which organisation acts."""

    by: Id


async def after(unit: UnitOfWork, decider: Decider[Any, Any], identity: str, code: int, /, **said: Any) -> Answer:
    """What a command answers: the ids, and the version it left behind."""
    return Answer(code, said | {"version": await unit.version(decider, identity)})
