"""From the domain's events to the published language: the only place where one becomes the other."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.contracts.base import PublicEvent
from shared.eventstore.model import Publish
from shared.kernel.event import DomainEvent

Translate = type[PublicEvent] | Callable[[Any], PublicEvent | None]


def publishing(table: Mapping[type[DomainEvent], Translate]) -> Publish:
    """A `Publish` from a table. A contract with the fields of the event is named; another needs a function.

    What is not in the table stays private to the service.
    """

    def publish(event: DomainEvent) -> PublicEvent | None:
        target: Any = table.get(type(event))
        if target is None:
            return None
        translate = getattr(target, "model_validate", None)
        public: PublicEvent | None = target(event) if translate is None else translate(event, from_attributes=True)
        return public

    return publish
