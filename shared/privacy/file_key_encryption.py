"""Key-encryption keys in a file that may change while services run: the first line wraps, the others still unwrap."""

import os
from pathlib import Path

from shared.privacy.key_encryption import LocalKeyEncryption, WrappedKey
from shared.privacy.key_material import read_key_file


class FileKeyEncryption:
    """Reads the file again whenever it is another one than before. So a new key takes effect everywhere at once, and a
    rotation needs no restart. Costs a look at the directory per call.
    """

    def __init__(self, path: Path, variable: str = "YANZHEN_KEK_FILE") -> None:
        self._path = path
        self._variable = variable
        self._seen: tuple[int, int, int] | None = None
        self._keys = self._read()

    async def current(self) -> str:
        return await self._fresh().current()

    async def wrap(self, person_id: str, key: bytes) -> WrappedKey:
        return await self._fresh().wrap(person_id, key)

    async def unwrap(self, person_id: str, wrapped: WrappedKey) -> bytes:
        return await self._fresh().unwrap(person_id, wrapped)

    def _fresh(self) -> LocalKeyEncryption:
        try:
            if self._state() != self._seen:
                self._keys = self._read()
        except OSError:
            pass  # a file that is being replaced is missing for a moment; the keys that are known still hold
        return self._keys

    def _read(self) -> LocalKeyEncryption:
        keys = LocalKeyEncryption(read_key_file(self._path, self._variable))
        self._seen = self._state()
        return keys

    def _state(self) -> tuple[int, int, int]:
        found = os.stat(self._path)
        return found.st_ino, found.st_mtime_ns, found.st_size
