"""The registry as a value: its deciders, its public language, its read models."""

from services.registry.application.publishing import PUBLISH
from services.registry.domain.deciders import DECIDERS
from services.registry.projections.projections import PROJECTIONS
from services.registry.projections.tables import VIEWS
from shared.eventstore.model import ServiceModel

MODEL = ServiceModel("registry", DECIDERS, PUBLISH, PROJECTIONS, VIEWS)
