"""What a consumer does with each event: a table from event classes to functions, and the read models that follow."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.contracts.base import PublicEvent, event_class
from shared.eventstore.model import ServiceModel
from shared.eventstore.projection import Fact, OwnProjector
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid
from shared.messaging.envelope import Envelope

Reaction = Callable[[Any, UnitOfWork], Awaitable[None]]
Touches = Callable[[Any], Iterable[tuple[Decider[Any, Any], str]]]


@dataclass(frozen=True, slots=True)
class On:
    """A reaction to one event. `touches` names the instances it will decide on, so that a batch loads them at once."""

    react: Reaction
    touches: Touches = lambda _: ()


Follows = Mapping[str, Mapping[type[PublicEvent], On]]
"""The name of a source service → what to do with each of its events."""


class Handlers:
    """The reactions of one consumer and the projections of its service that follow foreign events."""

    def __init__(self, model: ServiceModel, reactions: Mapping[type[PublicEvent], On]) -> None:
        self._reactions = dict(reactions)
        self._projectors: dict[type[PublicEvent], list[OwnProjector]] = {}
        for projection in model.projections:
            for kind, projector in projection.foreign.items():
                self._projectors.setdefault(kind, []).append(projector)
        wanted = self._reactions.keys() | self._projectors.keys()
        self._wanted = {event.ce_type for event in wanted}
        self._names = {_unversioned(ce_type) for ce_type in self._wanted}

    def wants(self, ce_type: str) -> bool:
        """Whether a message of this type has effects here."""
        return ce_type in self._wanted

    def decode(self, envelope: Envelope) -> PublicEvent | Exception | None:
        """The event; None when this consumer does not want it; the error when it cannot be read."""
        if envelope.type not in self._wanted:
            if _unversioned(envelope.type) in self._names:
                # A newer version of something we do want: ignoring it would lose it for ever.
                return Invalid(
                    "newer-version", f"{envelope.type} is newer than this release", remedy="upgrade, then replay"
                )
            return None
        kind = event_class(envelope.type)
        if kind is None:
            return Invalid("unknown-event", f"{envelope.type} is not in the contracts of this release")
        try:
            return kind.model_validate_json(envelope.data)
        except ValueError as error:
            return error

    def touched(self, event: PublicEvent | Exception | None) -> Iterable[tuple[Decider[Any, Any], str]]:
        """The instances that the reaction to this event will decide on."""
        on = self._reactions.get(type(event))  # type: ignore[arg-type]
        return () if on is None else on.touches(event)

    async def apply(self, envelope: Envelope, event: PublicEvent | Exception | None, unit: UnitOfWork) -> None:
        """Bring about the effects of one message in the unit. Raises what makes it a dead letter."""
        if event is None:
            return
        if isinstance(event, Exception):
            raise event
        if projectors := self._projectors.get(type(event)):
            fact = Fact(event, envelope.source, envelope.position, unit.clock.now())
            for projector in projectors:
                unit.change(*projector(event, fact))
        on = self._reactions.get(type(event))
        if on is not None:
            await on.react(event, unit)


def _unversioned(ce_type: str) -> str:
    return ce_type.rpartition(".v")[0]
