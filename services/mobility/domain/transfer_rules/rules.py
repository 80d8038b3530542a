"""转接规则 of a place, as values: how long letters are valid, when silence counts, what is demanded (domain T7, T21, §1.10)."""

from collections.abc import Iterable, Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict

from services.mobility.domain.terms import TransferScope
from services.mobility.domain.transfer.policy import TransferPolicy


class Rules(BaseModel):
    """One version of one place. What it does not give stays as the installation has it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    area_code: str
    rules_version: int
    effective_from: date
    source_document: str
    letter_days: Mapping[TransferScope, int] = {}
    overdue_after_days: int | None = None
    escalate_after_days: int | None = None
    dossier_hold_days: int | None = None
    on_time_days: int | None = None
    examination_demanded: bool | None = None

    def applied_to(self, default: TransferPolicy, scope: TransferScope) -> TransferPolicy:
        """The policy of a transfer of that scope, citing this version."""
        given = {
            "letter_valid_days": self.letter_days.get(scope),
            "overdue_after_days": self.overdue_after_days,
            "escalate_after_days": self.escalate_after_days,
            "dossier_hold_days": self.dossier_hold_days,
            "on_time_days": self.on_time_days,
            "examination_demanded": self.examination_demanded,
        }
        changed = {name: value for name, value in given.items() if value is not None}
        cites = f"{self.area_code} v{self.rules_version}: {self.source_document}"
        return default.model_copy(update=changed | {"rules": cites})


def in_force(rules: Iterable[Rules], area_code: str, day: date) -> Rules | None:
    """The newest version of the nearest place (the county, else its city, else its province) whose day has come."""
    places = (area_code, f"{area_code[:4]}00", f"{area_code[:2]}0000")
    begun = [one for one in rules if one.effective_from <= day]
    for place in places:
        mine = [one for one in begun if one.area_code == place]
        if mine:
            return max(mine, key=lambda one: one.rules_version)
    return None
