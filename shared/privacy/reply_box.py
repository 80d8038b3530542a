"""An answer that only the asker can read: X25519 between two keys made for this one exchange, HKDF, AES-256-GCM.

Names and numbers travel over the broker in it. The broker's own traffic is protected by TLS, its accounts keep others
away; but an operator who watches it, or a dump of its memory, must not see what the database keeps sealed.
"""

import base64
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.kernel.errors import Invalid

_NONCE: Final = bytes(12)
"""Constant: each key seals exactly one answer."""


class AskerKey:
    """The asker's half. Make one per request and forget it with the answer."""

    def __init__(self) -> None:
        self._private = X25519PrivateKey.generate()
        self.public = _text(self._private.public_key())

    def open(self, their_public: str, box: str) -> bytes:
        """What the door put in. Raises `Invalid` (`answer-damaged`)."""
        try:
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(base64.b64decode(their_public)))
            return _cipher(shared, self.public, their_public).decrypt(_NONCE, base64.b64decode(box), None)
        except (InvalidTag, ValueError) as error:
            raise Invalid("answer-damaged", "the answer of the registry does not open") from error


def seal_for(asker_public: str, content: bytes) -> tuple[str, str]:
    """The door's half: its public key and the box. Raises `Invalid` (`bad-asker-key`)."""
    private = X25519PrivateKey.generate()
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(base64.b64decode(asker_public)))
    except ValueError as error:
        raise Invalid("bad-asker-key", "the key to answer under is not an X25519 public key") from error
    public = _text(private.public_key())
    box = _cipher(shared, asker_public, public).encrypt(_NONCE, content, None)
    return public, base64.b64encode(box).decode("ascii")


def _cipher(shared: bytes, asker_public: str, door_public: str) -> AESGCM:
    info = f"yanzhen resolve 1|{asker_public}|{door_public}".encode()
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=info).derive(shared))


def _text(key: X25519PublicKey) -> str:
    return base64.b64encode(key.public_bytes_raw()).decode("ascii")
