"""The registry as two processes on one store that lets others in at every step, for state machines of its decisions."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import Phase, settings

from services.registry.application import closing, dissolving, stations
from services.registry.application.reactions import FOLLOWS
from services.registry.domain.closing import Closable
from services.registry.model import MODEL
from shared.contracts.mobility import TransferAccepted
from shared.eventstore.context import Cause
from shared.eventstore.rows import Key, Row
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import YanzhenError
from shared.messaging.wakeup import Wakeup
from shared.processes.timers import TimerRunner
from tests.property.kernel_parts import BusyStore, HurriedClock, OneLoop
from tests.support.kernel import assemble

T0 = datetime(2026, 1, 1, tzinfo=UTC)
TODAY = date(2026, 1, 1)

AT_ONCE = settings(max_examples=20, stateful_step_count=15, deadline=None, phases=(Phase.explicit, Phase.generate))
"""Nothing is shrunk: a shorter example meets other interleavings, and looking for one takes minutes."""

Decision = Callable[[UnitOfWork], Awaitable[Any]]
Step = Decision | tuple[Closable, str]
"""A decision, or what is to be closed: that takes two."""


class BusyRows(BusyStore):
    """A busy store whose rows are not there at once either: what was counted may have changed by the commit."""

    async def get_rows(self, table: str, keys: Sequence[Key]) -> dict[Key, Row]:
        found = await super().get_rows(table, keys)
        await self._dawdle()
        return found

    async def find_rows(self, table: str, *equal: Mapping[str, Any]) -> list[Row]:
        found = await super().find_rows(table, *equal)
        await self._dawdle()
        return found


class Registry:
    """What is asked of it at once is answered in any order. A refusal is an answer."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.clock = HurriedClock(T0)
        self.store = BusyRows(MODEL.views, self.rng)
        self.kernels = [assemble(MODEL, self.store, self.clock, seed=number) for number in (1, 2)]
        self.loop = OneLoop()
        self._moves = 0

    def at_once(self, *steps: Step) -> list[str]:
        """Take these steps side by side; the code of each refusal, empty for what was done."""

        async def all_of_them() -> list[str]:
            return list(await asyncio.gather(*(self._take(step) for step in steps)))

        return self.loop(all_of_them())

    def fire_timers(self) -> None:
        async def fire() -> None:
            runner = TimerRunner(self.kernels[0].executor, Wakeup())
            while await runner.fire_due():
                pass

        self.loop(fire())

    def moved(self, member_id: str, origin: str, destination: str) -> Decision:
        """Mobility's word that the member was taken in elsewhere."""
        self._moves += 1
        event = TransferAccepted(
            transfer_id=f"t{self._moves}", member_id=member_id, from_branch_id=origin, from_committee_id="root",
            to_committee_id="root", to_branch_id=destination, accepted_at=self.clock.now(),
            receipt_due_at=self.clock.now(), parties=(),
        )  # fmt: skip
        return lambda unit: FOLLOWS["mobility"][TransferAccepted].react(event, unit)

    def rows(self, table: str, **equal: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in self.loop(self.store.find_rows(table, equal))]

    def states(self, decider: Any) -> dict[str, Any]:
        """The state of every instance, folded from what is stored."""
        return {
            stream.removeprefix(f"{decider.stream_type}-"): decider.fold(MODEL.decode(event) for event in events)
            for stream, events in self.store.data.streams.items()
            if stream.startswith(f"{decider.stream_type}-") and events[0].type in {e.type for e in decider.events}
        }

    async def _take(self, step: Step) -> str:
        executor = self.rng.choice(self.kernels).executor
        cause = Cause("machine", actor="machine")
        try:
            if isinstance(step, tuple):
                scope, key = step
                in_use = dissolving.in_use if scope == "organisation" else stations.in_use
                await closing.mark(executor, cause, scope, key, in_use, None)
                await executor.run(_closing(scope, key), cause)
            else:
                await executor.run(step, cause)
        except YanzhenError as error:
            return error.code
        return ""


def _closing(scope: Closable, key: str) -> Decision:
    if scope == "organisation":
        return lambda unit: dissolving.dissolve(unit, key, "合并", TODAY, None)
    return lambda unit: stations.close(unit, key, TODAY, "合并", None)
