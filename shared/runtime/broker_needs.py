"""A service's needs of the broker, read off its definition."""

from shared.runtime.definition import ServiceDefinition
from shared.security.broker_needs import BrokerNeeds


def needs_of(definition: ServiceDefinition) -> BrokerNeeds:
    """It reads whom it follows and whose events make up its read models, and has a door if it takes facts from outside."""
    projected = {event.service for projection in definition.model.projections for event in projection.foreign}
    follows = tuple(sorted(projected | set(definition.follows)))
    return BrokerNeeds(definition.name, follows, bool(definition.inbound))
