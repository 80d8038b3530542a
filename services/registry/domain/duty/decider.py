"""值班: who sits at a station on a day (轮流坐班, domain N04), one stream `duty-<station>:<day>` per station and day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from pydantic import AwareDatetime, Field

from services.registry.domain.vocabulary import Id
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import Command, DomainEvent


class PlanDuty(Command):
    """Say who is on duty that day; nobody leaves a gap."""

    station_id: Id
    day: date
    person_ids: tuple[Id, ...] = Field(max_length=20)


class ReplaceOnDuty(Command):
    """Somebody stands in for somebody else."""

    person_id: Id
    by: Id


class ReportGap(Command):
    """The day is near and nobody is on duty; `organisation_id` answers for the station."""

    station_id: Id
    organisation_id: Id
    day: date
    found_at: AwareDatetime


DutyCommand = PlanDuty | ReplaceOnDuty | ReportGap


class DutyPlanned(DomainEvent):
    """Who is on duty that day, all of them."""

    type = "duty-planned"

    station_id: str
    day: date
    person_ids: tuple[str, ...]


class DutyGapFound(DomainEvent):
    """Nobody is on duty on a day that is near. Said once of a day; the plan is still theirs to make."""

    type = "duty-gap-found"

    station_id: str
    organisation_id: str
    day: date
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Duty:
    """The day's plan, and whether its gap was told of."""

    planned: DutyPlanned | None = None
    gap_told: bool = False


def duty_id(station_id: str, day: date) -> str:
    """The identity of a station's day."""
    return f"{station_id}:{day}"


def decide(command: DutyCommand, state: Duty) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `not-on-duty`."""
    planned = state.planned
    match command:
        case PlanDuty():
            wanted = DutyPlanned(**dict(command) | {"person_ids": tuple(dict.fromkeys(command.person_ids))})
            return [] if wanted == planned else [wanted]
        case ReplaceOnDuty():
            if planned is None or command.person_id not in planned.person_ids or command.by in planned.person_ids:
                raise Refused(
                    "not-on-duty",
                    "only whoever is on duty that day can be replaced, by somebody who is not",
                    remedy="look at the plan of that day",
                )
            persons = tuple(command.by if one == command.person_id else one for one in planned.person_ids)
            return [planned.model_copy(update={"person_ids": persons})]
        case ReportGap():
            is_gap = planned is None or not planned.person_ids
            return [DutyGapFound(**dict(command))] if is_gap and not state.gap_told else []


def evolve(state: Duty, event: DomainEvent) -> Duty:
    match event:
        case DutyPlanned():
            return replace(state, planned=event)
        case DutyGapFound():
            return replace(state, gap_told=True)
        case _:
            return state


DUTY: Decider[DutyCommand, Duty] = Decider(
    stream_type="duty",
    initial=Duty(),
    decide=decide,
    evolve=evolve,
    events=(DutyPlanned, DutyGapFound),
)
