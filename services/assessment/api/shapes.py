"""What assessment answers, resource by resource."""

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime

from services.assessment.domain.rule_set.events import RuleSetAdopted
from services.assessment.domain.vocabulary import RuleItem
from shared.web.shapes import done, optional, several, shape

RULE_SET = shape("RuleSet", rule_set_id=str, versions=list[RuleSetAdopted])
RULE_SET_ADOPTED = done("RuleSetAdoptedNow", rule_set_id=str, rule_set_version=int)
_RESULTS: dict[str, Any] = {"results": dict[str, Decimal], "unscored": list[str]}
QUARTER_OPENED = done("QuarterOpened", quarter=str, rule_set_version=int, instructor_ids=list[str])
QUARTER_PUBLISHED = done("QuarterPublished", quarter=str, **_RESULTS)
SCORED = done("Scored", quarter=str, instructor_id=str, total=Decimal | None)
_ASSESSMENT = shape(
    "Assessment", instructor_id=str, total=Decimal | None, scores=dict[str, Decimal], times_scored=int, sealed=bool
)
QUARTER = shape(
    "Quarter", quarter=str, status=str, rule_set_id=str, rule_set_version=int, items=list[RuleItem], closes_on=date,
    assessments=several(_ASSESSMENT),
    **{name: optional(kind) for name, kind in _RESULTS.items()},
)  # fmt: skip
ROSTER = shape(
    "RosterEntry", member_id=str, branch_id=str | None, instructor_ids=list[str], moved_at=AwareDatetime | None,
    relocations=list[str],
)  # fmt: skip
