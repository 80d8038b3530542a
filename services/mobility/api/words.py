"""What members say, and what is said about them: mobility has no key, so the registry seals and opens it (ADR 23, 55)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from shared.privacy.remote_sealer import RemoteSealer
from shared.privacy.resolver import Resolver
from shared.privacy.words import PURPOSE, Words
from shared.runtime.definition import Running

_ROLE: Final = "mobility"


def words_of(running: Running) -> Words:
    """Nothing is remembered between two readings: each is on record, and an erasure counts at once."""
    return Words(
        RemoteSealer(running.client, _ROLE),
        lambda read_by: Resolver(running.client, _ROLE, PURPOSE, actor=read_by, ttl_seconds=0),
    )


def in_words(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Which of a form's items are answered in words."""
    return [item["item_id"] for item in items if not item["options"]]
