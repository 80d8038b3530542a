"""What a service is made of, as one value: its deciders, its public language, its read models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import MetaData

from shared.contracts.base import PublicEvent
from shared.eventstore.projection import Fact, OwnProjector, Projection
from shared.eventstore.records import StoredEvent
from shared.eventstore.rows import RowChange
from shared.eventstore.upcasting import Upcasters
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid
from shared.kernel.event import DomainEvent
from shared.kernel.json import from_json

Publish = Callable[[DomainEvent], PublicEvent | None]


@dataclass(frozen=True)
class ServiceModel:
    """The pure part of a service. Two deciders may not share a stream type, two events not a type name."""

    name: str
    deciders: tuple[Decider[Any, Any], ...]
    publish: Publish = lambda _: None
    projections: tuple[Projection, ...] = ()
    views: MetaData = field(default_factory=MetaData)
    upcasters: Upcasters = field(default_factory=Upcasters)

    def __post_init__(self) -> None:
        by_type: dict[str, type[DomainEvent]] = {}
        for decider in self.deciders:
            for event in decider.events:
                if by_type.setdefault(event.type, event) is not event:
                    raise TypeError(f"{self.name}: two events are called {event.type}")
        by_stream = {decider.stream_type: decider for decider in self.deciders}
        if len(by_stream) != len(self.deciders):
            raise TypeError(f"{self.name}: two deciders share a stream type")
        object.__setattr__(self, "_events", by_type)
        projectors: dict[type[DomainEvent], list[OwnProjector]] = {}
        for projection in self.projections:
            for kind, projector in projection.own.items():
                projectors.setdefault(kind, []).append(projector)
        object.__setattr__(self, "_by_stream", by_stream)
        object.__setattr__(self, "_projectors", projectors)

    def decider(self, stream_type: str) -> Decider[Any, Any]:
        """The decider of a stream type; KeyError when the service has none."""
        found: Mapping[str, Decider[Any, Any]] = self._by_stream  # type: ignore[attr-defined]
        return found[stream_type]

    def changes(self, fact: Fact) -> list[RowChange]:
        """What one of our own events changes in all read models."""
        projectors: Mapping[type[DomainEvent], list[OwnProjector]] = self._projectors  # type: ignore[attr-defined]
        return [change for projector in projectors.get(type(fact.event), ()) for change in projector(fact.event, fact)]

    def decode(self, stored: StoredEvent) -> DomainEvent:
        """The event in its present form. Raises `Invalid` for a type this release does not know."""
        kind = self._kind(stored.type, stored.stream_id)
        data = stored.data
        if stored.schema_version != kind.schema_version:
            data = self.upcasters.lift(stored.type, stored.schema_version, kind.schema_version, data)
        return kind.model_validate(data)

    def decode_text(self, type_: str, schema_version: int, data: str, stream_id: str) -> DomainEvent:
        """As `decode`, of an event that was read as text: of the present form it is read in one go, at half the cost."""
        kind = self._kind(type_, stream_id)
        if schema_version == kind.schema_version:
            return kind.model_validate_json(data)
        return kind.model_validate(self.upcasters.lift(type_, schema_version, kind.schema_version, from_json(data)))

    def _kind(self, type_: str, stream_id: str) -> type[DomainEvent]:
        kind: type[DomainEvent] | None = self._events.get(type_)  # type: ignore[attr-defined]
        if kind is None:
            raise Invalid("unknown-event", f"{stream_id} holds a {type_}, which this release does not know")
        return kind
