"""Which events of assessment others learn of. Enrolment, rule sets and seals are private."""

from services.assessment.domain.quarter import events as quarter
from services.assessment.domain.quarterly_assessment import events as assessment
from services.assessment.domain.roster import events as roster
from shared.contracts import assessment as public
from shared.eventstore.publishing import publishing

PUBLISH = publishing(
    {
        roster.RosterUpdated: public.RosterUpdated,
        quarter.QuarterOpened: public.QuarterOpened,
        quarter.AssessmentPublished: public.AssessmentPublished,
        assessment.AssessmentScored: public.AssessmentScored,
    }
)
