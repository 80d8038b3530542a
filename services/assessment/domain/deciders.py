"""Every kind of stream that assessment has, for the store that must know all its events by name."""

from typing import Any

from services.assessment.domain.quarter.decider import QUARTER
from services.assessment.domain.quarterly_assessment.decider import ASSESSMENT
from services.assessment.domain.roster.decider import ROSTER
from services.assessment.domain.rule_set.decider import RULE_SET
from shared.kernel.decider import Decider

DECIDERS: tuple[Decider[Any, Any], ...] = (ROSTER, RULE_SET, QUARTER, ASSESSMENT)
