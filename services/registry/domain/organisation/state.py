"""What a decision about a party organisation needs to know."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registry.domain.vocabulary import OrganisationHost, OrganisationKind


@dataclass(frozen=True, slots=True)
class OrganisationState:
    """A party organisation as it stands; `unknown` until it is founded.

    `term_ends_on` is the end of the term with its extensions, `elected_term_ends_on` the one that the election gave it.
    `marked`: about to be dissolved (`domain.closing`). `without_unit`: its unit was closed, and the superior has been told.
    """

    status: Literal["unknown", "active", "dissolved"] = "unknown"
    name: str = ""
    kind: OrganisationKind = "branch"
    parent_id: str | None = None
    area_code: str = ""
    can_approve_probationary: bool = False
    unit_uscc: str | None = None
    host: OrganisationHost | None = None
    office_email: str | None = None
    office_phone: str | None = None
    elected_on: date | None = None
    elected_term_ends_on: date | None = None
    term_ends_on: date | None = None
    guided_by: str | None = None
    guided_since: date | None = None
    marked: bool = False
    without_unit: bool = False

    @property
    def stands(self) -> bool:
        return self.status == "active"
