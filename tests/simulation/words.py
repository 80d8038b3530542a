"""What people say in their own words, on the way to a decision: made ready at the replica that is asked."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from shared.eventstore.unit_of_work import UnitOfWork
from shared.privacy.sealer import WORDS, ToSeal
from tests.simulation.clerk import Job, Prepared

if TYPE_CHECKING:
    from tests.simulation.host import Host


def saying(member: str, text: str, act: Callable[[UnitOfWork, Any], Awaitable[Any]]) -> Prepared:
    """A request with words about or of that member; `act` is given them as the service keeps them."""

    async def prepare(host: "Host") -> Job:
        words = await _as_kept(host, member, text)
        return lambda unit: act(unit, words)

    return prepare


async def _as_kept(host: "Host", member: str, text: str) -> Any:
    # In life the registry seals for the others (`RemoteSealer`); here the keys are at hand.
    [sealed] = await host.sealer.seal_many([ToSeal(member, WORDS, text)])
    return sealed
