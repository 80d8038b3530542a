"""What happened in an inspection."""

from datetime import date

from services.registry.domain.inspection.commands import Result
from services.registry.domain.vocabulary import Scope
from shared.kernel.event import DomainEvent


class SiteInspected(DomainEvent):
    """What a body found, against which version of which checklist; `passed` when nothing required is missing."""

    type = "site-inspected"

    inspection_id: str
    scope: Scope
    scope_id: str
    organisation_id: str
    document_id: str
    number: int
    results: tuple[Result, ...]
    missing: tuple[str, ...]
    passed: bool
    inspected_on: date
    inspected_by: str
    person_id: str
    rectify_by: date | None


class SiteRectified(DomainEvent):
    """What was put right, and what is missing still."""

    type = "site-rectified"

    inspection_id: str
    results: tuple[Result, ...]
    missing: tuple[str, ...]
    passed: bool
    rectified_on: date
    person_id: str
    so_far: tuple[Result, ...] = ()
    """With what was put right before; events of before this was recorded lack it."""


class RectificationOverdue(DomainEvent):
    """It was not put right by the day."""

    type = "rectification-overdue"

    inspection_id: str
    scope: Scope
    scope_id: str
    organisation_id: str
    missing: tuple[str, ...]
    rectify_by: date
