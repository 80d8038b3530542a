"""Records of what happened on a day: entered once, and void when they were wrong; what is right is entered anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.registry.domain.vocabulary import Reason
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import Command, DomainEvent


class VoidRecord(Command):
    """It was entered wrongly."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Record:
    """What was entered, and whether it counts."""

    recorded: DomainEvent | None = None
    voided: DomainEvent | None = None


def record_decider(what: str, recorded: type[DomainEvent], voided: type[DomainEvent]) -> Decider[Any, Record]:
    """The rules of such records, streams `<what>-<id>`. Its command has the fields of `recorded`; `voided` has the id
    (`<what>_id`) and a reason. Errors (`Refused`): `<what>-exists`, `<what>-unknown`.
    """
    key = f"{what}_id"

    def decide(command: Command, state: Record) -> Sequence[DomainEvent]:
        if isinstance(command, VoidRecord):
            if state.recorded is None:
                raise Refused(f"{what}-unknown", "there is no such record", remedy="check its id")
            return [] if state.voided else [voided(**{key: getattr(state.recorded, key)}, reason=command.reason)]
        event = recorded(**dict(command))
        if state.recorded is None:
            return [event]
        if state.recorded == event and state.voided is None:
            return []
        raise Refused(
            f"{what}-exists",
            f"{getattr(event, key)} is another record",
            remedy="void it if it is wrong; use a new id",
        )

    def evolve(state: Record, event: DomainEvent) -> Record:
        if isinstance(event, recorded):
            return Record(event)
        return Record(state.recorded, event) if isinstance(event, voided) else state

    return Decider(stream_type=what, initial=Record(), decide=decide, evolve=evolve, events=(recorded, voided))
