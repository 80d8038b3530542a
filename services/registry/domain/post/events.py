"""What happened to a post (岗位)."""

from datetime import date

from services.registry.domain.vocabulary import PostCapacity, PostKind, PostScope, PostSource
from shared.kernel.event import DomainEvent


class PostAssigned(DomainEvent):
    """A person took a post (站长、指导员、联络员…)."""

    type = "post-assigned"

    post_id: str
    kind: PostKind
    person_id: str
    scope: PostScope
    scope_id: str
    since: date
    source: PostSource | None = None
    capacity: PostCapacity | None = None
    under_post_id: str | None = None
    represents_id: str | None = None


class PostLeft(DomainEvent):
    """The holder left; what the post was is said again, so that nobody has to look it up."""

    type = "post-left"

    post_id: str
    kind: PostKind
    person_id: str
    scope: PostScope
    scope_id: str
    until: date
    handed_to: str | None = None
