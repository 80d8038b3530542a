"""The registry's loop that erases persons, with its list in memory."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from services.registry.application.erasing import Erasing
from shared.kernel.json import from_json
from tests.simulation.bell import Bell

if TYPE_CHECKING:
    from tests.simulation.host import Host


class MemoryErasing(Erasing):
    """The registry's loop; its two statements in SQL are done by hand."""

    def __init__(self, host: "Host") -> None:
        running: Any = SimpleNamespace(executor=host.executor, clock=host.clock, metrics=host.world.metrics)
        super().__init__(running, host.world.keyring, Bell(first=1.0))
        self._store = host.store

    async def _pending(self) -> list[dict[str, Any]]:
        asked = await self._store.find_rows("erasures", {"done_at": None})
        needed = {row["member_id"] for row in await self._store.find_rows("open_cases", {})} if asked else set()
        return [row | {"open": row["person_id"] in needed} for row in sorted(asked, key=lambda row: row["due_at"])]

    async def _forget_answers(self, person_id: str) -> None:
        await self._store.travel()
        answers = self._store.data.answers
        for key in [key for key, given in answers.items() if _is_about(given.body, person_id)]:
            del answers[key]


def _is_about(body: str, person_id: str) -> bool:
    said = from_json(body)
    return isinstance(said, dict) and said.get("member_id") == person_id
