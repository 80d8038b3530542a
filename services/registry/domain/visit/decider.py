"""走访: whoever holds a post calls on the unit or organisation that it is for, `visit-<id>` (domain Y18, Y19, Z28)."""

from datetime import date
from typing import Annotated, Final

from pydantic import Field

from services.registry.domain.records import record_decider
from services.registry.domain.vocabulary import Id, PostKind, PostScope, VisitService
from shared.kernel.event import Command, DomainEvent

Note = Annotated[str, Field(max_length=300)]
"""What was talked about; never who was met."""


class RecordVisit(Command):
    """Who called on whom, and what was brought along: talent, policy, party building."""

    visit_id: Id
    post_id: Id
    kind: PostKind
    person_id: Id
    scope: PostScope
    scope_id: Id
    visited_on: date
    services: tuple[VisitService, ...] = Field(min_length=1, max_length=3)
    note: Note = ""


class VisitRecorded(DomainEvent):
    """Somebody called on a unit or an organisation."""

    type = "visit-recorded"

    visit_id: str
    post_id: str
    kind: PostKind
    person_id: str
    scope: PostScope
    scope_id: str
    visited_on: date
    services: tuple[VisitService, ...]
    note: str


class VisitVoided(DomainEvent):
    """The record was wrong."""

    type = "visit-voided"

    visit_id: str
    reason: str


VISIT: Final = record_decider("visit", VisitRecorded, VisitVoided)
