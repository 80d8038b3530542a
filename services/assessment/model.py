"""Assessment as a value: its deciders, its public language, what it knows of the registry."""

from services.assessment.application.publishing import PUBLISH
from services.assessment.domain.deciders import DECIDERS
from services.assessment.projections.projections import PROJECTIONS
from services.assessment.projections.tables import VIEWS
from shared.eventstore.model import ServiceModel

MODEL = ServiceModel("assessment", DECIDERS, PUBLISH, PROJECTIONS, VIEWS)
