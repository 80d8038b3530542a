"""The kinds of streams of mobile members (流动党员)."""

from typing import Any, Final

from services.mobility.domain.activity.decider import ACTIVITY
from services.mobility.domain.activity_plan.decider import ACTIVITY_PLAN
from services.mobility.domain.appraisal.decider import APPRAISAL
from services.mobility.domain.card.decider import CARD
from services.mobility.domain.card.series import CARD_SERIES
from services.mobility.domain.care.decider import CARE
from services.mobility.domain.care_rules.decider import CARE_RULES
from services.mobility.domain.collective.decider import COLLECTIVE
from services.mobility.domain.departure.decider import DEPARTURE
from services.mobility.domain.form.decider import FORM
from services.mobility.domain.lost_contact.decider import LOST_CONTACT
from services.mobility.domain.opinion.decider import OPINION
from services.mobility.domain.survey.decider import SURVEY
from services.mobility.domain.talent.decider import TALENT
from shared.kernel.decider import Decider

CARE_DECIDERS: Final[tuple[Decider[Any, Any], ...]] = (
    DEPARTURE,
    CARE,
    CARD,
    CARD_SERIES,
    LOST_CONTACT,
    TALENT,
    COLLECTIVE,
    OPINION,
    CARE_RULES,
    FORM,
    SURVEY,
    APPRAISAL,
    ACTIVITY,
    ACTIVITY_PLAN,
)
