"""Projections: read models as pure functions of facts, own and foreign.

Own facts are projected in the transaction that stores them, so that a client reads its own writes; facts of other
services as they arrive. Both kinds can be rebuilt beside the running one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.contracts.base import PublicEvent
from shared.eventstore.rows import RowChange
from shared.kernel.event import DomainEvent


@dataclass(frozen=True, slots=True)
class Fact:
    """What a projection is told about an event: the event, and where and when it was recorded.

    `stream_id` and `version` name the place in an own stream; of a foreign event, its source and position.
    """

    event: Any
    stream_id: str
    version: int
    recorded_at: datetime


OwnProjector = Callable[[Any, Fact], Iterable[RowChange]]


@dataclass(frozen=True, slots=True)
class Projection:
    """One read model or a few that belong together.

    `own` and `foreign` map event classes to functions that say which rows change. Raise `version` when the functions or
    the tables change: the next provisioning then rebuilds the tables beside the old ones and flips the views.
    """

    name: str
    version: int
    tables: tuple[str, ...]
    own: Mapping[type[DomainEvent], OwnProjector]
    foreign: Mapping[type[PublicEvent], OwnProjector]

    def of_own(self, fact: Fact) -> Iterable[RowChange]:
        """Row changes for one of our own events."""
        projector = self.own.get(type(fact.event))
        return () if projector is None else projector(fact.event, fact)

    def of_foreign(self, fact: Fact) -> Iterable[RowChange]:
        """Row changes for an event of another service."""
        projector = self.foreign.get(type(fact.event))
        return () if projector is None else projector(fact.event, fact)
