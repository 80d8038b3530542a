"""The registry's door without a broker in between."""

from types import SimpleNamespace
from typing import Any, cast

from shared.eventstore.executor import Executor
from shared.kernel.errors import YanzhenError
from shared.privacy.opening import LocalOpener
from shared.privacy.reply_box import BoxKey
from shared.privacy.resolve_door import ResolveDoor
from shared.privacy.resolve_messages import ResolveAnswer
from shared.privacy.resolve_subject import SUBJECT
from shared.privacy.sealer import Sealer


class DoorKnocks:
    """Stands where a client of the broker stands: asked under the role's own subject, as the broker would have it."""

    def __init__(self, sealer: Sealer, executor: Executor) -> None:
        self._door = ResolveDoor(cast("Any", None), LocalOpener(sealer), executor, sealer, BoxKey())

    async def request(self, subject: str, data: bytes, timeout: float) -> Any:
        role = subject.removeprefix(f"{SUBJECT}.")
        try:
            said = await self._door.answer(role, data)
        except YanzhenError as error:
            said = ResolveAnswer(code=error.code, detail=error.detail, status=error.status)
        return SimpleNamespace(data=said.model_dump_json(exclude_defaults=True).encode())
