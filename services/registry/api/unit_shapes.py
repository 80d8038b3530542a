"""What the registry answers about units, lists of them, and the organisations that they should have."""

from dataclasses import fields
from datetime import date
from typing import Any

from pydantic import AwareDatetime, BaseModel

from services.registry.api.shapes import UNIT
from services.registry.application.coverage import Figures
from services.registry.domain.formation.rules import CitedRules, FormationRules
from services.registry.projections.formation_tables import FORMATION_PLANS, FORMATION_RULES
from services.registry.projections.listing_tables import LISTS
from services.registry.projections.ripening import RIPENINGS, STEPS
from services.registry.projections.unit_tables import UNIT_COVERS
from shared.web.shapes import by_name, done, optional, row, several, shape

PLAN = row("FormationPlan", FORMATION_PLANS)
_SURVEY = shape("SurveyState", on=date | None, clear=int, of=int, unclear=several(str))
_POST = shape("LedgerPost", post_id=str, kind=str, person_id=str, since=date)
_ENTRY = shape("LedgerEntry", kind=str, on=date, recorded_at=AwareDatetime, by=str | None, said=dict[str, Any])
_SOURCE = shape("SourceOfFact", source=str, said_by=str, list_id=str | None, on=date)
LEDGER = shape(
    "Ledger", unit=UNIT, missing=several(str), sources=by_name(_SOURCE), survey=_SURVEY,
    covers=several(row("Cover", UNIT_COVERS)), posts=several(_POST), plan=PLAN | None, entries=several(_ENTRY),
)  # fmt: skip

RULES_DONE = done("FormationRulesDone", area_code=str, rules_version=int)
_VERSION = row("FormationRulesVersion", FORMATION_RULES, rules=FormationRules)
RULES = shape("FormationRulesOfArea", as_of=date, in_force=CitedRules, versions=several(_VERSION))
_CITED = shape(
    "CitedFormationRules", area_code=str | None, rules_version=int, effective_from=date | None,
    source_document=str | None,
)  # fmt: skip
_PROPOSAL = shape("Proposal", duty=str, mode=str | None, why=str, organisation_kind=str | None)
_GAP = shape(
    "Gap", uscc=str, name=str | None, kind=str, area_code=str, trade=str | None, staff=int | None,
    operation=str | None, responsible_id=str | None, modes=several(str), formal_members=int, members=int,
    no_organisation_reason=str | None, plan_due_on=date | None, plan_status=str | None, proposal=_PROPOSAL,
)  # fmt: skip
_GAP_COUNT = shape("GapCount", gaps=int, trade=optional(str | None), area_code=optional(str | None))
_HEAD: dict[str, Any] = {"as_of": date, "area_code": str, "rules": _CITED}
GAPS = shape("Gaps", **_HEAD, units=int, gaps=int, items=several(_GAP | _GAP_COUNT), next=optional(str | None))
_SUMMARY = shape("FormationSummary", must=int, should=int, gaps=int, by_mode=by_name(int))
_JUDGED = shape("JudgedTwice", uscc=str, name=str | None, now=_PROPOSAL, then=_PROPOSAL)
SIMULATION = shape("Simulation", **_HEAD, units=int, now=_SUMMARY, then=_SUMMARY, changed=int, shown=several(_JUDGED))


def _figures(name: str, /, **more: Any) -> type[BaseModel]:
    counts: dict[str, Any] = {one.name: int for one in fields(Figures)}
    rates: dict[str, Any] = dict.fromkeys(("organisation_rate", "single_rate", "work_rate"), float | None)
    return shape(name, **more, **counts, **rates, without_organisation=int)


COVERAGE = shape(
    "Coverage", **_HEAD, total=_figures("Figures"),
    by_area=several(_figures("FiguresOfArea", area_code=str)),
    by_kind=several(_figures("FiguresOfKind", kind=str)),
    by_station=several(
        _figures("FiguresOfStation", station_id=str, name=str | None, organisation_id=str | None, area_code=str | None)
    ),
    outside_stations=_figures("FiguresOutside"),
)  # fmt: skip

RIPENING_LISTED = row("RipeningListed", RIPENINGS)
RIPENING = row("Ripening", RIPENINGS, steps=several(row("RipeningStep", STEPS)))
RIPENING_DONE = done("RipeningDone", uscc=str)

LIST = row("UnitList", LISTS, columns=several(str), counts=by_name(int) | None)
LIST_BROUGHT = shape("ListBrought", list_id=str, applied=bool, counts=by_name(int))
FINDING = shape(
    "Finding", kind=str, row=optional(int), column=optional(str), uscc=optional(str), code=str, detail=str, remedy=str
)
