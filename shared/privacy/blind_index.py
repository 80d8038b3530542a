"""Finding a person by 身份证 or phone without being able to read either: a keyed hash of the normalised value.

The hash is secret-keyed because the space of 身份证 numbers is small enough to try them all. It outlives the person's
own key: **the row that holds a blind index is deleted at erasure**, or somebody who holds the index key could still
tell whether a given number was once here.
"""

import hashlib
import hmac
from collections.abc import Mapping

from shared.kernel.sealed import PersonalKind
from shared.privacy.key_material import load_keys
from shared.privacy.normal_form import normal_form


class BlindIndex:
    """HMAC-SHA-256 under a key of its own, as `<key id>:<hex>`; the same value of two kinds gives two hashes."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """Key id → key; the first makes new entries, the others are still searched until the index is rebuilt."""
        if not keys:
            raise ValueError("at least one index key is needed")
        self._keys = dict(keys)
        self._current = next(iter(keys))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "BlindIndex":
        """From `YANZHEN_INDEX_KEY_FILE` or `YANZHEN_INDEX_KEY`."""
        return cls(load_keys("YANZHEN_INDEX_KEY", environment))

    @property
    def current(self) -> str:
        """The id that new entries begin with; an entry that begins with any other is due to be made again."""
        return self._current

    def entry(self, kind: PersonalKind, value: str) -> str:
        """What to store. Raises `Invalid` when nothing is left of the value once it is normalised."""
        return self._hash(self._current, kind, normal_form(kind, value))

    def candidates(self, kind: PersonalKind, value: str) -> list[str]:
        """What to look for (`= ANY(:candidates)`): one per key, so that a rotation loses nobody."""
        normal = normal_form(kind, value)
        return [self._hash(key_id, kind, normal) for key_id in self._keys]

    def _hash(self, key_id: str, kind: PersonalKind, normal: str) -> str:
        digest = hmac.new(self._keys[key_id], f"{kind.value}\x00{normal}".encode(), hashlib.sha256)
        return f"{key_id}:{digest.hexdigest()}"
