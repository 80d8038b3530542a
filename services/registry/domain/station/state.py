"""What a decision about a station needs to know."""

from dataclasses import dataclass
from typing import Literal

from services.registry.domain.vocabulary import StationKind


@dataclass(frozen=True, slots=True)
class StationState:
    """A station as it stands."""

    status: Literal["unknown", "open", "closed"] = "unknown"
    name: str = ""
    kind: StationKind = "guidance"
    area_code: str = ""
    organisation_id: str = ""
    office_email: str | None = None
    office_phone: str | None = None
