"""The versions of one area's formation rules: `formation-rules-<area code>`. None is ever changed; the next takes its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import Field

from services.registry.domain.formation.rules import FormationRules
from services.registry.domain.vocabulary import Id
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.identifiers.area_code import AreaCode


class AdoptFormationRules(Command):
    """A department adopts rules for its area, in force from that day, as the document says."""

    area_code: AreaCode
    effective_from: date
    source_document: str = Field(min_length=1, max_length=200)
    adopted_by: Id
    rules: FormationRules


class FormationRulesAdopted(DomainEvent):
    """The area's rules from that day on. Private: what they bring about is published."""

    type = "formation-rules-adopted"

    area_code: str
    rules_version: int
    effective_from: date
    source_document: str
    adopted_by: str
    rules: FormationRules


@dataclass(frozen=True, slots=True)
class FormationRulesHistory:
    """The newest version."""

    newest: FormationRulesAdopted | None = None


def decide(command: AdoptFormationRules, state: FormationRulesHistory) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `rules-backdated`."""
    newest = state.newest
    if newest is not None and dict(command).items() <= dict(newest).items():
        return []
    if newest is not None and command.effective_from < newest.effective_from:
        raise Refused(
            "rules-backdated",
            f"the version before begins on {newest.effective_from}",
            remedy="let the new version begin on that day or after it",
            where="effective_from",
        )
    return [FormationRulesAdopted(rules_version=newest.rules_version + 1 if newest else 1, **dict(command))]


def evolve(state: FormationRulesHistory, event: DomainEvent) -> FormationRulesHistory:
    return FormationRulesHistory(event) if isinstance(event, FormationRulesAdopted) else state


FORMATION_RULES: Decider[AdoptFormationRules, FormationRulesHistory] = Decider(
    stream_type="formation-rules",
    initial=FormationRulesHistory(),
    decide=decide,
    evolve=evolve,
    events=(FormationRulesAdopted,),
)
