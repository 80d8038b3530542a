"""What a decision about a station needs to know."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registry.domain.vocabulary import StationFunction, StationKind


@dataclass(frozen=True, slots=True)
class StationState:
    """A station as it stands. `marked`: about to be closed (`domain.closing`)."""

    status: Literal["unknown", "open", "closed"] = "unknown"
    name: str = ""
    kind: StationKind = "guidance"
    area_code: str = ""
    organisation_id: str = ""
    office_email: str | None = None
    office_phone: str | None = None
    pilot: bool = False
    functions: tuple[StationFunction, ...] | None = None
    site_id: str | None = None
    population: int | None = None
    closed_on: date | None = None
    marked: bool = False

    @property
    def stands(self) -> bool:
        return self.status == "open"
