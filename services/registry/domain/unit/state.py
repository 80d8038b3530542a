"""What a decision about a unit needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from services.registry.domain.unit.facts import UnitFacts
from services.registry.domain.vocabulary import FormationMode, UnitKind


@dataclass(frozen=True, slots=True)
class Cover:
    """How, and since when, an organisation covers the unit."""

    mode: FormationMode
    since: date


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit as it stands; `unknown` until it is registered, `closed` for ever.

    `since` is the day from which the newest facts hold. `covers` is by organisation: several may share one unit.
    """

    status: Literal["unknown", "operating", "closed"] = "unknown"
    kind: UnitKind = "enterprise"
    facts: UnitFacts = field(default_factory=UnitFacts)
    since: date | None = None
    covers: Mapping[str, Cover] = field(default_factory=dict)
    closed_on: date | None = None
