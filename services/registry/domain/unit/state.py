"""What a decision about a unit needs to know."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registry.domain.vocabulary import UnitKind


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit as it stands; `unknown` until it is registered, `closed` for ever."""

    status: Literal["unknown", "operating", "closed"] = "unknown"
    name: str = ""
    kind: UnitKind = "enterprise"
    area_code: str = ""
    staff: int | None = None
    closed_on: date | None = None
