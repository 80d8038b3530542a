"""转接规则 of a place: one stream per area, `transfer-rules-<area code>`; each adoption is a version with its source.

Versions are never changed: a transfer cites the one it was requested under.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import AwareDatetime, Field

from services.mobility.domain.terms import TransferScope
from services.mobility.domain.transfer.policy import LETTER_MAX_DAYS, TransferPolicy
from services.mobility.domain.transfer_rules.rules import Rules
from shared.kernel.calendar import local_date
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import Command, DomainEvent


class AdoptRules(Command):
    """A place adopts numbers of its own from a day on. `source_document` is the id of the document that says so."""

    area_code: str = Field(pattern=r"^[0-9]{6}$")
    effective_from: date
    source_document: str = Field(min_length=1)
    letter_days: Mapping[TransferScope, int] = {}
    overdue_after_days: int | None = None
    escalate_after_days: int | None = None
    dossier_hold_days: int | None = None
    on_time_days: int | None = None
    examination_demanded: bool | None = None
    adopted_by: str
    adopted_at: AwareDatetime
    default: TransferPolicy


class TransferRulesAdopted(DomainEvent):
    """The next version of a place's rules."""

    type = "transfer-rules-adopted"

    area_code: str
    rules_version: int
    effective_from: date
    source_document: str
    letter_days: Mapping[TransferScope, int]
    overdue_after_days: int | None
    escalate_after_days: int | None
    dossier_hold_days: int | None
    on_time_days: int | None
    adopted_by: str
    adopted_at: datetime
    examination_demanded: bool | None = None


@dataclass(frozen=True, slots=True)
class TransferRules:
    """The newest version."""

    newest: TransferRulesAdopted | None = None


def decide(command: AdoptRules, state: TransferRules) -> Sequence[DomainEvent]:
    """Errors: `letter-validity` (hard cap, domain T7), `deadline-order`, `hold-or-outcome-days`, `rules-backdated`."""
    newest = state.newest
    adopted = TransferRulesAdopted(
        **command.model_dump(exclude={"default"}), rules_version=1 if newest is None else newest.rules_version + 1
    )
    if newest is not None and newest.model_dump(exclude=_OF_THE_ACT) == adopted.model_dump(exclude=_OF_THE_ACT):
        return []
    over = {scope: days for scope, days in command.letter_days.items() if not 1 <= days <= LETTER_MAX_DAYS}
    if over:
        raise Invalid(
            "letter-validity",
            f"no letter is valid for {over}",
            remedy=f"give 1 to {LETTER_MAX_DAYS} days",
            where="letter_days",
        )
    rules = Rules.model_validate(adopted.model_dump())
    rules.applied_to(command.default, "county").check()
    earliest = max(local_date(command.adopted_at), newest.effective_from if newest else date.min)
    if command.effective_from < earliest:
        raise Refused(
            "rules-backdated",
            f"rules cannot hold from {command.effective_from}: that day has passed, or a later version is adopted",
            remedy=f"let them hold from {earliest} or later",
            where="effective_from",
        )
    return [adopted]


_OF_THE_ACT = {"rules_version", "adopted_by", "adopted_at"}


def evolve(state: TransferRules, event: DomainEvent) -> TransferRules:
    return TransferRules(event) if isinstance(event, TransferRulesAdopted) else state


TRANSFER_RULES: Decider[AdoptRules, TransferRules] = Decider(
    stream_type="transfer-rules",
    initial=TransferRules(),
    decide=decide,
    evolve=evolve,
    events=(TransferRulesAdopted,),
)
