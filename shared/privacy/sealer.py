"""Sealing and opening of personal fields: AES-256-GCM under the key of the person they are about.

The person, the field and the key's id are authenticated with each value, so one that is copied to another person, or
from the phone field to the name field, does not open. A key seals a few dozen values in its life, which is what makes
random 96-bit nonces safe.

Words are sealed so that the same words of the same person give the same value: a command that comes again is known by it.
Their nonce is made of the text under a second key; all that shows is that somebody said the same thing twice.
"""

import base64
import binascii
import secrets
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag

from shared.kernel.errors import Invalid
from shared.kernel.sealed import ERASED, Erased, PersonalKind, Sealed
from shared.privacy.errors import KeyMissing, PersonErased, SealBroken
from shared.privacy.keyring import Keyring, PersonKey

NONCE_BYTES: Final = 12
MAX_PLAINTEXT_BYTES: Final = 4096
WORDS: Final = PersonalKind.WORDS.value
"""The field of everything that is said by or about a person in free text."""


class ToSeal(NamedTuple):
    """A value in the clear, whose it is, and which field it belongs in."""

    person_id: str
    field: str
    plaintext: str


class ToOpen(NamedTuple):
    """A sealed value, whose it is said to be, and in which field it was found."""

    person_id: str
    field: str
    sealed: Sealed


class Sealer:
    """Seals and opens under the keys of a keyring; pass a `CachedKeyring` in a service."""

    def __init__(self, keyring: Keyring, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._keyring = keyring
        self._random_bytes = random_bytes

    async def seal(self, person_id: str, field: str, plaintext: str) -> Sealed:
        """Seal one value. Raises `PersonErased`, or `Invalid` for text too long or not encodable."""
        return (await self.seal_many([ToSeal(person_id, field, plaintext)]))[0]

    async def seal_many(self, values: Sequence[ToSeal]) -> list[Sealed]:
        """Seal values of any number of persons, in order, with one look at the keyring.

        All or nothing: one erased person fails the call. Keys are made here, outside the caller's transaction; one that
        is made for a command which then fails is never used, and harms nothing.
        """
        encoded = [_encode(value) for value in values]  # before the keyring, which must not make keys for bad input
        keys = await self._keyring.ensure({value.person_id for value in values})
        return [
            _seal(keys[value.person_id], value, plain, self._random_bytes)
            for value, plain in zip(values, encoded, strict=True)
        ]

    async def open(self, person_id: str, field: str, sealed: Sealed) -> str | Erased:
        """Open one value: its text, or `ERASED` once the person's key is gone.

        Raises `SealBroken` for a value that was altered or moved, `KeyMissing` for a person the keyring never heard of.
        """
        return (await self.open_many([ToOpen(person_id, field, sealed)]))[0]

    async def open_many(self, values: Sequence[ToOpen]) -> list[str | Erased]:
        """Open values of any number of persons, in order, with one look at the keyring."""
        keys = await self._keyring.keys({value.person_id for value in values})
        return [_open(keys.get(value.person_id), value) for value in values]


def _encode(value: ToSeal) -> bytes:
    try:
        plain = value.plaintext.encode()
    except UnicodeEncodeError:  # a lone surrogate; as a cause it would carry the text into the log
        raise Invalid("not-text", "the text cannot be encoded", where=value.field) from None
    if len(plain) > MAX_PLAINTEXT_BYTES:
        raise Invalid(
            "personal-text-too-long",
            f"a personal field holds at most {MAX_PLAINTEXT_BYTES} bytes, this text has {len(plain)}",
            where=value.field,
        )
    return plain


def _seal(key: PersonKey | Erased, value: ToSeal, plain: bytes, random_bytes: Callable[[int], bytes]) -> Sealed:
    if isinstance(key, Erased):
        raise PersonErased(value.person_id)
    bound = _bound_to(key.key_id, value.person_id, value.field)
    nonce = key.nonce_of(bound, plain, NONCE_BYTES) if value.field == WORDS else random_bytes(NONCE_BYTES)
    blob = nonce + key.cipher.encrypt(nonce, plain, bound)
    return Sealed(f"sealed:1:{key.key_id}:{base64.urlsafe_b64encode(blob).rstrip(b'=').decode('ascii')}")


def _open(key: PersonKey | Erased | None, value: ToOpen) -> str | Erased:
    if key is None:
        raise KeyMissing(value.person_id)
    if isinstance(key, Erased):
        return ERASED
    sealed = value.sealed
    if sealed.key_id != key.key_id:
        raise SealBroken(value.person_id, value.field, "it was sealed under another person's key")
    blob = _decode(value)
    try:
        bound = _bound_to(key.key_id, value.person_id, value.field)
        return key.cipher.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], bound).decode()
    except InvalidTag:
        raise SealBroken(value.person_id, value.field, "it was altered, or belongs to another field") from None


def _decode(value: ToOpen) -> bytes:
    payload = value.sealed.payload
    try:
        blob = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except binascii.Error:
        raise SealBroken(value.person_id, value.field, "it is not base64") from None
    # Unused low bits of the last character decode to the same bytes; a value has one spelling, every other is altered.
    if base64.urlsafe_b64encode(blob).rstrip(b"=").decode("ascii") != payload:
        raise SealBroken(value.person_id, value.field, "it is not in its canonical form")
    return blob


def _bound_to(key_id: str, person_id: str, field: str) -> bytes:
    """What is authenticated beside the text. The length keeps `a|b` + `c` from meaning the same as `a` + `b|c`."""
    return f"sealed:1:{key_id}:{len(person_id)}:{person_id}|{field}".encode()
