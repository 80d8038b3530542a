"""The keyring as a port: one 256-bit key per person, and the means to destroy it."""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.kernel.sealed import Erased


class PersonKey:
    """One person's key, ready for use. Shows its id only, so that no log or traceback can carry the secret."""

    __slots__ = ("_cipher", "_nonces", "key_id")

    def __init__(self, key_id: str, secret: bytes) -> None:
        self.key_id = key_id
        self._cipher = AESGCM(secret)  # built once: making it costs as much as one encryption
        self._nonces = hmac.digest(secret, b"yanzhen nonces 1", hashlib.sha256)

    @property
    def cipher(self) -> AESGCM:
        """AES-256-GCM under this key."""
        return self._cipher

    def nonce_of(self, bound_to: bytes, plain: bytes, length: int) -> bytes:
        """The nonce under which this text in this place is sealed, whenever it is: another text has another one."""
        return hmac.digest(self._nonces, len(bound_to).to_bytes(4) + bound_to + plain, hashlib.sha256)[:length]

    def __repr__(self) -> str:
        return f"PersonKey({self.key_id})"


class Keyring(Protocol):
    """Where persons' keys live. Every adapter passes `tests/integration/privacy/test_keyring_compliance.py`.

    A destroyed key leaves a tombstone for ever. It is what tells *erased* from *unknown*, and what keeps a late command
    from quietly making a new key for somebody who was forgotten.
    """

    async def ensure(self, person_ids: Collection[str]) -> Mapping[str, PersonKey | Erased]:
        """The key of each person, made where there was none; `ERASED` where it was destroyed.

        Two callers at once get the same key.
        """
        ...

    async def keys(self, person_ids: Collection[str]) -> Mapping[str, PersonKey | Erased]:
        """The key of each person or `ERASED`; persons never heard of are left out. One query for all."""
        ...

    async def destroy(self, person_id: str) -> bool:
        """Destroy the key for good and leave a tombstone, also for a person who had none.

        True when there was a key to destroy; False when it was gone already, so that it may be repeated.
        """
        ...
