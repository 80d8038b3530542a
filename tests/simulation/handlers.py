"""The handlers of a service, which leave a mark with the effects of each message, and choke on poisoned ones.

The mark is a row in the same work as the effects: it becomes true exactly when they do. So what took effect, how often
and in which order is known without asking the code under test.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.contracts.base import PublicEvent
from shared.eventstore.model import ServiceModel
from shared.eventstore.rows import Add
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Invalid
from shared.messaging.envelope import Envelope
from shared.messaging.handlers import Handlers, On
from tests.simulation.machine import machine_here
from tests.simulation.tally import Tally

MARKS: Final = "simulation_marks"
"""The table of marks; its key is (source, position)."""


@dataclass
class Poison:
    """Positions that a consumer cannot handle: (service, source) → position → whether it kills the process."""

    met: Tally
    doses: dict[tuple[str, str], dict[int, bool]] = field(default_factory=dict)

    def cure(self) -> None:
        """A release without the fault is installed. What kills has to be set aside first: nobody knows what it is."""
        for doses in self.doses.values():
            for position in [position for position, kills in doses.items() if not kills]:
                del doses[position]

    def take_out(self, service: str, source: str, position: int) -> None:
        """This message can be handled from now on."""
        self.doses.get((service, source), {}).pop(position, None)


class MarkingHandlers(Handlers):
    """Real reactions, real projections, and a mark."""

    def __init__(
        self, model: ServiceModel, source: str, reactions: Mapping[type[PublicEvent], On], poison: Poison
    ) -> None:
        super().__init__(model, reactions)
        self._service = model.name
        self._source = source
        self._poison = poison

    async def apply(self, envelope: Envelope, event: PublicEvent | Exception | None, unit: UnitOfWork) -> None:
        kills = self._poison.doses.get((self._service, self._source), {}).get(envelope.position)
        if kills:
            self._poison.met["killer"] += 1
            machine = machine_here()
            assert machine is not None
            machine.kill()
            await asyncio.sleep(0)
        elif kills is False:
            self._poison.met["poison"] += 1
            raise Invalid("poisoned", "the simulation made this message impossible to handle")
        await super().apply(envelope, event, unit)
        unit.change(Add(MARKS, (envelope.source, envelope.position), {"times": 1}))
