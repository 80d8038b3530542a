"""The keyring of the simulated world: a database of its own, which is not there at every moment."""

import asyncio
import random
from collections.abc import Callable, Collection, Mapping

from shared.kernel.errors import Unavailable
from shared.kernel.sealed import Erased
from shared.privacy.keyring import PersonKey
from shared.privacy.memory_keyring import InMemoryKeyring
from tests.simulation.tally import Tally


class SimulatedKeyring(InMemoryKeyring):
    """What it destroys is gone, whether the caller lives to hear of it or not. `trouble` is the chance per call."""

    def __init__(self, rng: random.Random, met: Tally) -> None:
        super().__init__(rng.randbytes)
        self._met = met
        self._rng = rng
        self.trouble = 0.0
        self.on_destroyed: Callable[[str], None] = lambda _: None

    async def ensure(self, person_ids: Collection[str]) -> Mapping[str, PersonKey | Erased]:
        await self._travel()
        return await super().ensure(person_ids)

    async def keys(self, person_ids: Collection[str]) -> Mapping[str, PersonKey | Erased]:
        await self._travel()
        return await super().keys(person_ids)

    async def destroy(self, person_id: str) -> bool:
        await self._travel()
        if existed := await super().destroy(person_id):
            self.on_destroyed(person_id)
        await self._travel()
        return existed

    async def _travel(self) -> None:
        drawn = self._rng.random()
        await asyncio.sleep(0.0002 + drawn * 0.02 if drawn < 0.3 else 0)
        if self.trouble and self._rng.random() < self.trouble:
            self._met["keyring"] += 1
            raise Unavailable("keyring-away", "the connection to the keyring broke")
