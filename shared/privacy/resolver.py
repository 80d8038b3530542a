"""Having sealed values opened by the registry, and remembering the answer for a short while."""

import asyncio
from collections.abc import Sequence

from nats.aio.client import Client

from shared.kernel.errors import Invalid
from shared.kernel.json import from_json
from shared.privacy.asking import TIMEOUT, ask
from shared.privacy.cached_keyring import MAX_TTL_SECONDS
from shared.privacy.opening import Opened
from shared.privacy.reply_box import BoxKey
from shared.privacy.resolve_messages import MOST_AT_ONCE, ResolveRequest, Wanted, from_plain
from shared.privacy.sealer import ToOpen


class Resolver:
    """An `Opener` without any key. What it was told it forgets after `ttl_seconds`, whether it is used again or not: an
    erasure takes effect here after that long at the latest.
    """

    def __init__(
        self,
        client: Client,
        role: str,
        purpose: str,
        *,
        actor: str = "",
        ttl_seconds: float = 30.0,
        most: int = 5000,
        timeout: float = TIMEOUT,
    ) -> None:
        if not 0 <= ttl_seconds <= MAX_TTL_SECONDS:
            raise ValueError(f"ttl_seconds must be between 0 and {MAX_TTL_SECONDS:.0f}, or erasure comes too late")
        self._client = client
        self._role = role
        self._purpose = purpose
        self._actor = actor
        self._ttl = ttl_seconds
        self._most = most
        self._timeout = timeout
        self._known: dict[ToOpen, str] = {}

    async def open_each(self, values: Sequence[ToOpen]) -> list[Opened]:
        found: dict[ToOpen, Opened] = {value: self._known[value] for value in values if value in self._known}
        missing = list(dict.fromkeys(value for value in values if value not in found))
        for start in range(0, len(missing), MOST_AT_ONCE):
            part = missing[start : start + MOST_AT_ONCE]
            for value, opened in zip(part, await self._ask(part), strict=True):
                found[value] = opened
                self._keep(value, opened)
        return [found[value] for value in values]

    def _keep(self, value: ToOpen, opened: Opened) -> None:
        if isinstance(opened, str) and self._ttl and len(self._known) < self._most:
            self._known[value] = opened
            asyncio.get_running_loop().call_later(self._ttl, self._known.pop, value, None)

    async def _ask(self, values: Sequence[ToOpen]) -> list[Opened]:
        key = BoxKey()
        wanted = tuple(Wanted(person_id=v.person_id, field=v.field, sealed=v.sealed) for v in values)
        request = ResolveRequest(purpose=self._purpose, actor=self._actor, key=key.public, values=wanted)
        answer = await ask(self._client, self._role, request, self._timeout)
        opened = [from_plain(plain) for plain in from_json(key.open(answer.key, answer.box))]
        if len(opened) != len(values):
            raise Invalid("answer-damaged", f"{len(values)} values were asked for, {len(opened)} answered")
        return opened
