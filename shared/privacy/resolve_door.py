"""The one door through which others have values opened, and sealed: the registry's, which alone holds the keys.

Request and reply over core NATS; nothing of it is stored there. Who asks is told by the subject, which the broker lets
that role alone publish. What is opened for whom and for what is on record before the answer leaves: no record, no answer.
Sealing shows nobody anything; what becomes of the value is on record where it is used.
"""

import asyncio
import contextlib
from typing import Final

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import TypeAdapter, ValidationError

from shared.eventstore.executor import Executor
from shared.kernel.errors import Invalid, YanzhenError
from shared.kernel.json import to_json
from shared.privacy.looks import became, put_on_record
from shared.privacy.opening import Opened, Opener
from shared.privacy.purposes import require_right, require_right_to_seal
from shared.privacy.reply_box import BoxKey, seal_for
from shared.privacy.resolve_messages import ResolveAnswer, ResolveRequest, SealRequest, Texts, to_plain
from shared.privacy.resolve_subject import SUBJECT
from shared.privacy.sealer import Sealer

_AT_ONCE: Final = 16
_QUESTION: Final[TypeAdapter[ResolveRequest | SealRequest]] = TypeAdapter(ResolveRequest | SealRequest)
log = structlog.get_logger("resolve-door")


class ResolveDoor:
    """Answers until cancelled. Several replicas share the questions."""

    def __init__(self, client: Client, opener: Opener, executor: Executor, sealer: Sealer, key: BoxKey) -> None:
        self._client = client
        self._opener = opener
        self._executor = executor
        self._sealer = sealer
        self._key = key
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._busy: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Listen, and answer each on its own."""
        subscription = await self._client.subscribe(f"{SUBJECT}.*", queue=SUBJECT)
        try:
            async for message in subscription.messages:
                await self._slots.acquire()
                task = asyncio.create_task(self._reply(message))
                self._busy.add(task)
                task.add_done_callback(self._finished)
        finally:
            with contextlib.suppress(Exception):  # the connection may be gone
                await subscription.unsubscribe()
            await asyncio.gather(*self._busy, return_exceptions=True)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        self._slots.release()

    async def _reply(self, message: Msg) -> None:
        role = message.subject.removeprefix(f"{SUBJECT}.")
        try:
            said = await self.answer(role, message.data)
        except YanzhenError as error:
            log.warning("resolve.refused", role=role, code=error.code)
            said = ResolveAnswer(code=error.code, detail=error.detail, status=error.status)
        except Exception as error:
            log.exception("resolve.failed", role=role)
            said = ResolveAnswer(code="internal", detail=type(error).__name__, status=500)
        with contextlib.suppress(Exception):  # nobody waits any more
            await message.respond(said.model_dump_json(exclude_defaults=True).encode())

    async def answer(self, role: str, data: bytes) -> ResolveAnswer:
        """The answer to one request. Raises `Forbidden`, on record; `Invalid`; `Unavailable`."""
        try:
            request = _QUESTION.validate_json(data)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise Invalid("bad-resolve-request", first["msg"], where=".".join(map(str, first["loc"]))) from None
        if isinstance(request, SealRequest):
            return await self._seal(role, request)
        try:
            require_right(role, request.purpose, {one.field for one in request.values})
        except YanzhenError as error:
            await self._record(role, request, None, error.code)
            raise
        opened = await self._opener.open_each([one.to_open() for one in request.values])
        content = to_json([to_plain(one) for one in opened]).encode()
        key, box = seal_for(request.key, content)
        await self._record(role, request, opened, "done")
        return ResolveAnswer(key=key, box=box)

    async def _seal(self, role: str, request: SealRequest) -> ResolveAnswer:
        if request.door != self._key.public:
            return ResolveAnswer(door=self._key.public)
        try:
            texts = Texts.model_validate_json(self._key.open(request.key, request.box)).values
        except ValidationError:
            raise Invalid("bad-resolve-request", "what is in the box is nothing to be sealed", where="box") from None
        require_right_to_seal(role, {one.field for one in texts})
        return ResolveAnswer(sealed=tuple(await self._sealer.seal_many([one.to_seal() for one in texts])))

    async def _record(self, role: str, request: ResolveRequest, opened: list[Opened] | None, outcome: str) -> None:
        whole = [became(one) for one in opened] if opened is not None else [outcome] * len(request.values)
        actor = f"{role}:{request.actor}" if request.actor else role
        lines = ((one.person_id, one.field, what) for one, what in zip(request.values, whole, strict=True))
        await put_on_record(self._executor, actor, request.purpose, outcome, lines)
