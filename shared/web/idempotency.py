"""Idempotency keys: a client that got no answer repeats its request, and it takes effect once.

Here a key is only read. The event store keeps it in the transaction of the command it belongs to, together with the
fingerprint; any other place would leave a moment in which one is kept without the other.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request

from shared.web.errors import BadRequest

HEADER: Final = "idempotency-key"

_VISIBLE = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's name for one intention, and a digest of what was asked under it.

    The same key with another fingerprint is a mistake of the client's (`IdempotencyMismatch`).
    """

    key: str
    fingerprint: str

    def of(self, caller: str) -> "IdempotencyKey":
        """As it is kept: that caller's own, since one must not be answered with what another got under the same key.

        Digests, as a client may put anything into a key. What it wrote goes into that of the request too: a request holds
        little that cannot be guessed, and whoever reads the table could otherwise try every 身份证. The migration
        `kernel_0003` makes the same of older keys.
        """
        own = f"{caller} {self.key}"  # neither can hold a blank, so no two pairs read alike
        return IdempotencyKey(_digest(own), _digest(f"{own} {self.fingerprint}"))


def parse_key(values: list[str]) -> str | None:
    """The key in the header; None without one. `BadRequest` unless it is one word of visible ASCII, 1 to 128 long."""
    if not values:
        return None
    if len(values) > 1 or not _VISIBLE.fullmatch(values[0]):
        raise BadRequest(
            "bad-idempotency-key",
            "Idempotency-Key is not one word of 1 to 128 visible ASCII characters",
            remedy="use a fresh UUID for each intention, and the same one for each repetition",
        )
    return values[0]


def fingerprint(method: str, path: str, body: bytes) -> str:
    """SHA-256 over what was asked. JSON counts by its meaning: key order and blanks do not make it another request."""
    try:
        canonical = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        canonical = body
    digest = hashlib.sha256()
    for part in (method.upper().encode(), path.encode("utf-8", "surrogatepass"), canonical):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


async def _optional(request: Request) -> IdempotencyKey | None:
    key = parse_key(request.headers.getlist(HEADER))
    if key is None:
        return None
    return IdempotencyKey(key, fingerprint(request.method, request.url.path, await request.body()))


async def _required(request: Request) -> IdempotencyKey:
    key = await _optional(request)
    if key is None:
        raise BadRequest(
            "idempotency-key-required",
            "this request needs an Idempotency-Key header",
            remedy="use a fresh UUID for each intention, and the same one for each repetition",
        )
    return key


OptionalIdempotencyKey = Annotated[IdempotencyKey | None, Depends(_optional)]
"""A route parameter: the key, or None when the client sent none."""

RequiredIdempotencyKey = Annotated[IdempotencyKey, Depends(_required)]
"""A route parameter: the key; the request is refused without one (400)."""
