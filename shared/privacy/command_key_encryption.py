"""Key-encryption keys that never leave where they are: a program of the operator's wraps and unwraps.

The program is what knows the KMS or the HSM. It runs as long as the service does, reads one JSON object per line from its
standard input and answers each with one on its standard output:

    {"op": "current"}                                            → {"kek_id": "…"}
    {"op": "wrap", "person": "…", "key": "<base64>"}             → {"kek_id": "…", "blob": "<base64>"}
    {"op": "unwrap", "person": "…", "kek_id": "…", "blob": "…"}  → {"key": "<base64>"}

or with {"error": "unavailable" | "damaged"}. It has to authenticate `person` with the blob.
"""

import asyncio
import base64
import binascii
import shlex
from asyncio.subprocess import PIPE, Process
from typing import Any, Final

import structlog

from shared.kernel.errors import Unavailable
from shared.kernel.json import from_json, to_json
from shared.privacy.errors import KeyringDamaged
from shared.privacy.key_encryption import WrappedKey

PATIENCE: Final = 10.0
"""Seconds for one answer; then the program is ended and started again with the next question."""
log = structlog.get_logger("key-encryption")


class CommandKeyEncryption:
    """Asks the program, one question at a time. It is started with the first, and again when it has ended."""

    def __init__(self, command: str) -> None:
        """`command` is split as a shell would, and run without one. It must hold no secret: others can see it."""
        self._command = shlex.split(command)
        if not self._command:
            raise ValueError("an empty command cannot wrap keys")
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    async def current(self) -> str:
        return str((await self._ask("keyring", op="current"))["kek_id"])

    async def wrap(self, person_id: str, key: bytes) -> WrappedKey:
        answer = await self._ask(person_id, op="wrap", person=person_id, key=_text(key))
        return WrappedKey(str(answer["kek_id"]), _bytes(person_id, answer["blob"]))

    async def unwrap(self, person_id: str, wrapped: WrappedKey) -> bytes:
        answer = await self._ask(
            person_id, op="unwrap", person=person_id, kek_id=wrapped.kek_id, blob=_text(wrapped.blob)
        )
        return _bytes(person_id, answer["key"])

    async def close(self) -> None:
        """End the program."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def _ask(self, person_id: str, **question: str) -> dict[str, Any]:
        async with self._turn:
            try:
                async with asyncio.timeout(PATIENCE):
                    answer = await self._exchange(question)
            except (OSError, TimeoutError, ValueError) as error:
                await self.close()  # whatever it still says would be taken for the answer to the next question
                log.warning("key-encryption.no-answer", reason=type(error).__name__)
                raise _unavailable(f"gave no answer ({type(error).__name__})") from error
            except BaseException:
                await self.close()
                raise
        if answer.get("error") == "damaged":
            raise KeyringDamaged(person_id)
        if "error" in answer:
            raise _unavailable("says that the key-encryption key is not at hand")
        return answer

    async def _exchange(self, question: dict[str, str]) -> dict[str, Any]:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(*self._command, stdin=PIPE, stdout=PIPE)
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018
        self._process.stdin.write(to_json(question).encode() + b"\n")
        await self._process.stdin.drain()
        line = await self._process.stdout.readline()
        answer = from_json(line)
        if not isinstance(answer, dict):
            raise ValueError("not an object")
        if (
            "error" not in answer
            and not {"current": {"kek_id"}, "wrap": {"kek_id", "blob"}, "unwrap": {"key"}}[question["op"]]
            <= answer.keys()
        ):
            raise ValueError("an answer without what was asked for")
        return answer


def _unavailable(what: str) -> Unavailable:
    return Unavailable(
        "kek-missing",
        f"the program named by YANZHEN_KEK_COMMAND {what}",
        remedy='run it by hand with the question {"op": "current"}; its standard error is in the service\'s log',
        where="keyring",
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(person_id: str, text: Any) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyringDamaged(person_id) from error
