"""The versions of one area's rules: `care-rules-<area code>`. A version is never changed; a later one takes its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import AwareDatetime, Field

from services.mobility.domain.care_rules.rules import CareRules
from services.mobility.domain.versions import next_version
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import Command, DomainEvent


class AdoptCareRules(Command):
    """A department adopts the next version, in force from that day, as `source_document` says."""

    area_code: str
    rules_version: int = Field(ge=1)
    effective_from: date
    source_document: str = Field(min_length=1, max_length=200)
    adopted_by: str
    rules: CareRules
    adopted_at: AwareDatetime


class CareRulesAdopted(DomainEvent):
    """From that day on the area's departures are registered under this version."""

    type = "care-rules-adopted"

    area_code: str
    rules_version: int
    effective_from: date
    source_document: str
    adopted_by: str
    rules: CareRules
    adopted_at: datetime


@dataclass(frozen=True, slots=True)
class CareRulesHistory:
    """Every version so far, oldest first."""

    versions: tuple[CareRulesAdopted, ...] = ()

    def on(self, day: date) -> CareRulesAdopted | None:
        """The version in force on that day: the last adopted of those that had begun."""
        return next((one for one in reversed(self.versions) if one.effective_from <= day), None)


def decide(command: AdoptCareRules, state: CareRulesHistory) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `rules-version-gap`, `rules-version-taken`, `rules-backdated`."""
    adopted = CareRulesAdopted(**command.model_dump())
    new = next_version(adopted, state.versions, "rules_version")
    if new and state.versions and command.effective_from < state.versions[-1].effective_from:
        raise Refused(
            "rules-backdated",
            "the version before it begins later",
            remedy="let the new version begin on that day or after it",
            where="effective_from",
        )
    return new


def evolve(state: CareRulesHistory, event: DomainEvent) -> CareRulesHistory:
    match event:
        case CareRulesAdopted():
            return CareRulesHistory((*state.versions, event))
        case _:
            return state


CARE_RULES: Decider[AdoptCareRules, CareRulesHistory] = Decider(
    stream_type="care-rules",
    initial=CareRulesHistory(),
    decide=decide,
    evolve=evolve,
    events=(CareRulesAdopted,),
)
