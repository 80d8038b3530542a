"""A box that only one side can open: X25519 between its key and one made for this one box, HKDF, AES-256-GCM.

Names, numbers and words travel over the broker in it, to the asker and to the door. The broker's own traffic is protected
by TLS, its accounts keep others away; but an operator who watches it, or a dump of its memory, must not see what the
database keeps sealed.
"""

import base64
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.kernel.errors import Invalid

_NONCE: Final = bytes(12)
"""Constant: whoever seals a box makes a key for it, so the key that results seals exactly one."""


class BoxKey:
    """The half of whoever opens. An asker makes one per request and forgets it with the answer."""

    def __init__(self, private: X25519PrivateKey | None = None) -> None:
        self._private = private or X25519PrivateKey.generate()
        self.public = _text(self._private.public_key())

    @classmethod
    def of_the_door(cls, secret: bytes) -> Self:
        """The door's, the same in all its replicas, since any of them may get what was sealed for one."""
        made = HKDF(SHA256(), 32, salt=None, info=b"yanzhen door 1").derive(secret)
        return cls(X25519PrivateKey.from_private_bytes(made))

    def open(self, their_public: str, box: str) -> bytes:
        """What was put in. Raises `Invalid` (`answer-damaged`)."""
        try:
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(base64.b64decode(their_public)))
            return _cipher(shared, self.public, their_public).decrypt(_NONCE, base64.b64decode(box), None)
        except (InvalidTag, ValueError) as error:
            raise Invalid("answer-damaged", "what came from the other side does not open") from error


def seal_for(their_public: str, content: bytes) -> tuple[str, str]:
    """A box for that key, and the public half of the one made for it. Raises `Invalid` (`bad-asker-key`)."""
    private = X25519PrivateKey.generate()
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(base64.b64decode(their_public)))
    except ValueError as error:
        raise Invalid("bad-asker-key", "the key to answer under is not an X25519 public key") from error
    public = _text(private.public_key())
    box = _cipher(shared, their_public, public).encrypt(_NONCE, content, None)
    return public, base64.b64encode(box).decode("ascii")


def _cipher(shared: bytes, opens: str, sealed: str) -> AESGCM:
    info = f"yanzhen resolve 1|{opens}|{sealed}".encode()
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=info).derive(shared))


def _text(key: X25519PublicKey) -> str:
    return base64.b64encode(key.public_bytes_raw()).decode("ascii")
