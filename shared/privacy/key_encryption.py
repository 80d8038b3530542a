"""Wrapping of the persons' keys, so that a copy of the keyring database alone opens nothing.

The port, and the adapter with keys in memory. Others: `file_key_encryption`, `command_key_encryption`; which of them an
installation uses is chosen in `choose_key_encryption`.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.kernel.errors import Unavailable
from shared.privacy.errors import KeyringDamaged

NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A person's key, encrypted under the key-encryption key named `kek_id`."""

    kek_id: str
    blob: bytes


class KeyEncryption(Protocol):
    """What wraps keys: a local key here, a KMS or HSM elsewhere (hence asynchronous)."""

    async def current(self) -> str:
        """The id of the key-encryption key that `wrap` uses now; rows under any other are due for re-wrapping."""
        ...

    async def wrap(self, person_id: str, key: bytes) -> WrappedKey:
        """Encrypt a person's key, bound to that person."""
        ...

    async def unwrap(self, person_id: str, wrapped: WrappedKey) -> bytes:
        """Decrypt it again.

        Raises `Unavailable` when the key-encryption key is not at hand, `KeyringDamaged` when the blob was altered or
        belongs to somebody else.
        """
        ...


class LocalKeyEncryption:
    """AES-256-GCM under keys held in memory. The person's id is authenticated: a row cannot be given to another."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("at least one key-encryption key is needed")
        self._current = next(iter(keys))
        self._ciphers = {kek_id: AESGCM(key) for kek_id, key in keys.items()}

    async def current(self) -> str:
        return self._current

    async def wrap(self, person_id: str, key: bytes) -> WrappedKey:
        nonce = secrets.token_bytes(NONCE_BYTES)
        blob = nonce + self._ciphers[self._current].encrypt(nonce, key, _bound_to(person_id))
        return WrappedKey(self._current, blob)

    async def unwrap(self, person_id: str, wrapped: WrappedKey) -> bytes:
        cipher = self._ciphers.get(wrapped.kek_id)
        if cipher is None:
            raise Unavailable(
                "kek-missing",
                f"key-encryption key {wrapped.kek_id} is not configured",
                remedy="add it below the current key in YANZHEN_KEK_FILE until every key has been re-wrapped",
                where="keyring",
            )
        try:
            return cipher.decrypt(wrapped.blob[:NONCE_BYTES], wrapped.blob[NONCE_BYTES:], _bound_to(person_id))
        except (InvalidTag, ValueError) as error:
            raise KeyringDamaged(person_id) from error


def _bound_to(person_id: str) -> bytes:
    return b"yanzhen person key|" + person_id.encode()
