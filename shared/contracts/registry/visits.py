"""Public events of visits (走访)."""

from datetime import date

from shared.contracts.registry.terms import PostKind, PostScope, RegistryEvent, VisitService


class VisitRecorded(RegistryEvent, aggregate="visit", key="visit_id"):
    """The holder of a post called on the unit or organisation that it is for; what was written down stays in the registry."""

    visit_id: str
    post_id: str
    kind: PostKind
    person_id: str
    scope: PostScope
    scope_id: str
    visited_on: date
    services: tuple[VisitService, ...]


class VisitVoided(RegistryEvent, aggregate="visit", key="visit_id"):
    """The record was wrong."""

    visit_id: str
    reason: str
