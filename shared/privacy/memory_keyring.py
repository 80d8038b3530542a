"""A keyring in memory, for tests and the simulator."""

import secrets
from collections.abc import Callable, Collection, Mapping

from shared.kernel.sealed import ERASED, Erased
from shared.privacy.key_material import KEY_BYTES
from shared.privacy.keyring import PersonKey


class InMemoryKeyring:
    """Keys that last as long as the process."""

    def __init__(self, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._random_bytes = random_bytes
        self._keys: dict[str, PersonKey | Erased] = {}

    async def ensure(self, person_ids: Collection[str]) -> Mapping[str, PersonKey | Erased]:
        for person_id in person_ids:
            if person_id not in self._keys:
                self._keys[person_id] = PersonKey(self._random_bytes(8).hex(), self._random_bytes(KEY_BYTES))
        return await self.keys(person_ids)

    async def keys(self, person_ids: Collection[str]) -> Mapping[str, PersonKey | Erased]:
        return {person_id: self._keys[person_id] for person_id in person_ids if person_id in self._keys}

    async def destroy(self, person_id: str) -> bool:
        existed = isinstance(self._keys.get(person_id), PersonKey)
        self._keys[person_id] = ERASED
        return existed
