"""The projections that have a file of their own, beside the roll and the places of posts (`projections`)."""

from services.registry.projections.campaigns import CAMPAIGNING
from services.registry.projections.care import CARE
from services.registry.projections.formation import FORMATION
from services.registry.projections.foundings import FOUNDINGS
from services.registry.projections.listings import LISTINGS
from services.registry.projections.names import NAMED
from services.registry.projections.opinions import OPINIONS
from services.registry.projections.party_groups import GROUPS
from services.registry.projections.places import PLACES_AND_RECORDS
from services.registry.projections.practices import PRACTICES
from services.registry.projections.reorganisations import REORGANISATIONS
from services.registry.projections.ripening import RIPENING
from services.registry.projections.staffing import STAFFING
from services.registry.projections.units import UNITS
from services.registry.projections.visits import VISITS

TOPICS = (
    *UNITS,
    *FORMATION,
    *LISTINGS,
    *REORGANISATIONS,
    *FOUNDINGS,
    *GROUPS,
    *STAFFING,
    CARE,
    *PLACES_AND_RECORDS,
    *PRACTICES,
    *CAMPAIGNING,
    *RIPENING,
    *OPINIONS,
    *VISITS,
    NAMED,
)
