"""外出与共管规则: what is local about mobile members, as a table by area and year with the document it comes from.

Thresholds of the credential (domain §1.2), periods of duties (§1.3, §5.3), days to verify, and who leads for which pair of
places (M14) differ from county to county, so they are data (§1.10). What is party-wide stays here: six months (M1, T1)
and three members (M11).
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.mobility.domain.care_terms import CareModel, Credential, DutyKind, PartyRole
from shared.kernel.calendar import add_months
from shared.kernel.identifiers.area_code import AreaCode, is_within

MOBILE_AFTER_MONTHS: Final = 6
"""Away that long and fixed, a transfer has to be asked for (domain T1); away that long without one is mobile (M1)."""
COLLECTIVE_MEMBERS: Final = 3
"""So many at one place can be a temporary branch (domain M11)."""

Values = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


class DutyRule(BaseModel):
    """A duty that comes round every `months` calendar months, of one party; some only for members abroad."""

    model_config = Values

    kind: DutyKind
    party: PartyRole
    months: int = Field(ge=1, le=60)
    abroad_only: bool = False


class PairModel(BaseModel):
    """管理模式 of the members who go from this area to that one (domain M14)."""

    model_config = Values

    to_area: AreaCode
    model: CareModel


DUTIES: Final = (
    DutyRule(kind="contact", party="origin", months=3),
    DutyRule(kind="yearly_report", party="origin", months=12),
    DutyRule(kind="abroad_contact", party="origin", months=6, abroad_only=True),
    DutyRule(kind="talk", party="station", months=6),
    DutyRule(kind="ledger_refresh", party="station", months=3),
    DutyRule(kind="dues_and_attendance", party="destination", months=12),
)
"""Contact each quarter (domain §5.3, M8), a report each year (M6), abroad each half-year (T24), talks (N20), the ledger
each quarter (M12), dues and attendance once a year with the review of the card (§1.2)."""


class CareRules(BaseModel):
    """One version for one area. The defaults are the national text and the defaults of domain §5.3."""

    model_config = Values

    unproven_months: int = Field(default=3, ge=0, le=12, description="away no longer: no credential is needed")
    short_fixed_credential: Literal["certificate", "mobile_card"] = "certificate"
    verify_days: int = Field(default=15, ge=1, le=180, description="排查核实 by the station")
    correct_days: int = Field(default=15, ge=1, le=180, description="what was wrong, by the origin")
    transfer_days: int = Field(default=30, ge=1, le=180, description="to ask for a transfer that is due")
    escalate_days: int = Field(default=5, ge=1, le=90, description="silence after a due time goes to the superior")
    decide_days: int = Field(default=30, ge=1, le=180, description="a body decides about a proposal")
    default_model: CareModel = "three_party"
    models: tuple[PairModel, ...] = Field(default=(), max_length=500)
    duties: tuple[DutyRule, ...] = Field(default=DUTIES, max_length=30)

    def model_for(self, to_area: str | None) -> CareModel:
        """Who leads for members who went there; of several areas around a place the smallest counts."""
        fits = [one for one in self.models if to_area is not None and is_within(to_area, one.to_area)]
        narrowest = max(fits, key=lambda one: len(one.to_area.rstrip("0")), default=None)
        return narrowest.model if narrowest else self.default_model


class CitedRules(BaseModel):
    """Rules as a decision froze them: which version of which area, and the document; none for the defaults."""

    model_config = Values

    area_code: str | None = None
    version: int = 0
    source_document: str | None = None
    rules: CareRules = CareRules()


def must_transfer(departs_on: date, until: date | None, place_fixed: bool) -> bool:
    """Domain T1: six calendar months or more at a fixed place."""
    return place_fixed and until is not None and until >= add_months(departs_on, MOBILE_AFTER_MONTHS)


def credential(rules: CareRules, departs_on: date, until: date | None, place_fixed: bool, kept: bool) -> Credential:
    """What the member takes along (domain §1.2). `kept`: the transfer is due but cannot be made yet."""
    if until is not None and until <= add_months(departs_on, rules.unproven_months):
        return "none"
    if until is None or not place_fixed or kept:
        return "mobile_card"
    return "introduction_letter" if must_transfer(departs_on, until, place_fixed) else rules.short_fixed_credential


def areas_around(area_code: str) -> Iterable[str]:
    """The area itself, its prefecture and its province: the narrowest that has rules counts."""
    return dict.fromkeys((area_code, f"{area_code[:4]}00", f"{area_code[:2]}0000"))
