"""What can be asked of an inspection."""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from services.registry.domain.policy_document.commands import Code, Digest
from services.registry.domain.vocabulary import Id, Scope
from shared.kernel.event import Command


class Result(BaseModel):
    """Whether an item is met, and what shows it: the digest of a picture or document, or a note."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    code: Code
    met: bool
    evidence: Digest | None = None
    note: str = Field(default="", max_length=300)


class InspectSite(Command):
    """What was found. `items` are those of the cited version, each with whether it is required."""

    inspection_id: Id
    scope: Scope
    scope_id: Id
    organisation_id: Id
    document_id: Id
    number: int
    items: Mapping[str, bool]
    results: tuple[Result, ...] = Field(max_length=200)
    inspected_on: date
    inspected_by: Id
    person_id: Id
    rectify_by: date | None = None


class Rectify(Command):
    """What was put right."""

    results: tuple[Result, ...] = Field(min_length=1, max_length=200)
    rectified_on: date
    person_id: Id


class MarkRectificationOverdue(Command):
    """The day by which it had to be put right is over."""


InspectionCommand = InspectSite | Rectify | MarkRectificationOverdue
