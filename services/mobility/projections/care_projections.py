"""All read models of members who are away."""

from services.mobility.projections.activities import ACTIVITIES_PROJECTION
from services.mobility.projections.activity_plans import ACTIVITY_PLANS_PROJECTION
from services.mobility.projections.appraisals import APPRAISALS_PROJECTION
from services.mobility.projections.cards import CARDS
from services.mobility.projections.care import CARE
from services.mobility.projections.care_proposals import CARE_PROPOSALS_PROJECTIONS
from services.mobility.projections.departures import DEPARTURES
from services.mobility.projections.forms import FORMS_PROJECTION
from services.mobility.projections.lost_contacts import LOST_CONTACTS
from services.mobility.projections.opinions import OPINIONS_PROJECTION
from services.mobility.projections.surveys import SURVEYS_PROJECTION
from services.mobility.projections.talents import TALENTS

CARE_PROJECTIONS = (
    DEPARTURES,
    CARE,
    CARDS,
    LOST_CONTACTS,
    TALENTS,
    OPINIONS_PROJECTION,
    FORMS_PROJECTION,
    SURVEYS_PROJECTION,
    APPRAISALS_PROJECTION,
    ACTIVITIES_PROJECTION,
    ACTIVITY_PLANS_PROJECTION,
    *CARE_PROPOSALS_PROJECTIONS,
)
