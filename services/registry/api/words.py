"""What members say at centres and on platforms, and why a body decides about them: sealed and opened with the keys at hand."""

from collections.abc import Sequence

from shared.kernel.errors import Unavailable
from shared.kernel.sealed import Sealed
from shared.privacy.looks import became, put_on_record
from shared.privacy.opening import LocalOpener, Opened
from shared.privacy.sealer import Sealer, ToOpen, ToSeal
from shared.privacy.words import PURPOSE, Words
from shared.runtime.definition import Running


class _AtHand:
    """Seals, and opens for one reader; what was opened is on record before it is shown."""

    def __init__(self, running: Running, read_by: str = "") -> None:
        self._running = running
        self._read_by = read_by

    async def seal_many(self, values: Sequence[ToSeal]) -> list[Sealed]:
        return await self._sealer.seal_many(values)

    async def open_each(self, values: Sequence[ToOpen]) -> list[Opened]:
        opened = await LocalOpener(self._sealer).open_each(values)
        lines = ((one.person_id, one.field, became(what)) for one, what in zip(values, opened, strict=True))
        await put_on_record(self._running.executor, self._read_by, PURPOSE, "done", lines)
        return opened

    @property
    def _sealer(self) -> Sealer:
        if self._running.sealer is None:
            raise Unavailable("no-keyring", "the registry needs the keyring", remedy="set YANZHEN_KEYRING_URL")
        return self._running.sealer


def words_of(running: Running) -> Words:
    """The registry's own; others ask at its door."""
    return Words(_AtHand(running), lambda read_by: _AtHand(running, read_by))
