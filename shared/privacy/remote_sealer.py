"""Having texts sealed by the registry: they travel in a box for its door, and come back as sealed values."""

from collections.abc import Sequence
from typing import Final

from nats.aio.client import Client

from shared.kernel.errors import Unavailable
from shared.kernel.sealed import Sealed
from shared.privacy.asking import ask
from shared.privacy.reply_box import seal_for
from shared.privacy.resolve_messages import SealRequest, Text, Texts
from shared.privacy.sealer import ToSeal

_TRIES: Final = 3


class RemoteSealer:
    """A `Sealing` without any key."""

    def __init__(self, client: Client, role: str) -> None:
        self._client = client
        self._role = role
        self._door = ""

    async def seal_many(self, values: Sequence[ToSeal]) -> list[Sealed]:
        if not values:
            return []
        texts = Texts(values=tuple(Text(person_id=v.person_id, field=v.field, text=v.plaintext) for v in values))
        content = texts.model_dump_json().encode()
        for _ in range(_TRIES):  # the first time to learn the door's key; again when that was changed meanwhile
            key, box = seal_for(self._door, content) if self._door else ("", "")
            answer = await ask(self._client, self._role, SealRequest(door=self._door, key=key, box=box))
            if answer.sealed:
                return list(answer.sealed)
            self._door = answer.door
        raise Unavailable("nobody-seals", "the registry's door changes its key", remedy="try again")
