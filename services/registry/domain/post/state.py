"""What a decision about a post needs to know."""

from dataclasses import dataclass
from datetime import date

from services.registry.domain.vocabulary import PostCapacity, PostKind, PostScope, PostSource


@dataclass(frozen=True, slots=True)
class PostState:
    """One person's time in one post; `since` is None until it is assigned, `until` while it is held."""

    kind: PostKind = "instructor"
    person_id: str = ""
    scope: PostScope = "station"
    scope_id: str = ""
    since: date | None = None
    source: PostSource | None = None
    capacity: PostCapacity | None = None
    under_post_id: str | None = None
    represents_id: str | None = None
    until: date | None = None
