"""Opening sealed values, wherever the keys are: in this process, or behind the registry's door."""

from collections.abc import Sequence
from typing import Protocol

from shared.kernel.errors import YanzhenError
from shared.kernel.sealed import Erased
from shared.privacy.errors import KeyMissing, KeyringDamaged, SealBroken
from shared.privacy.sealer import Sealer, ToOpen

Opened = str | Erased | YanzhenError
"""The text; or that it was erased; or what is wrong with this one value."""


class Opener(Protocol):
    """Opens values, each on its own: one that is damaged spoils no other."""

    async def open_each(self, values: Sequence[ToOpen]) -> list[Opened]:
        """What each holds, in order. Raises `Unavailable` when nobody can be asked just now, `Forbidden` when this
        process may not have these fields opened.
        """
        ...


class LocalOpener:
    """With the keys at hand."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def open_each(self, values: Sequence[ToOpen]) -> list[Opened]:
        try:
            return list(await self._sealer.open_many(values))
        except (KeyMissing, KeyringDamaged, SealBroken):
            return [await self._one(value) for value in values]  # only whom it concerns is to suffer

    async def _one(self, value: ToOpen) -> Opened:
        try:
            return await self._sealer.open(*value)
        except (KeyMissing, KeyringDamaged, SealBroken) as error:
            return error
