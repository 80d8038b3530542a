"""编号: numbers counted through a year, one stream per body that gives them.

Of two that are taken at the same instant the store lets one take the number, and the other counts on. A number is taken in
the work that issues the paper, so none is lost and none is used twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from pydantic import AwareDatetime

from shared.kernel.calendar import local_date
from shared.kernel.decider import Decider
from shared.kernel.event import Command, DomainEvent


class Take(Command):
    """Take the next number."""

    taken_at: AwareDatetime


class NumberTaken(DomainEvent):
    """The number belongs to one paper, for ever."""

    year: int
    serial: int
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class NumberSeries:
    """The last serial of each year: a clock that jumps back over New Year must not repeat a number."""

    last: Mapping[int, int] = field(default_factory=dict)


T = TypeVar("T", bound=Take)


def number_series(
    stream_type: str, event: type[NumberTaken], number: Callable[[T, int, int], NumberTaken]
) -> Decider[T, NumberSeries]:
    """A kind of series. `number` makes the event from the command, the year and the serial."""

    def decide(command: T, state: NumberSeries) -> Sequence[DomainEvent]:
        # Always one number: a repeated request is recognised by whoever asks, who does not ask for a second one.
        year = local_date(command.taken_at).year
        return [number(command, year, state.last.get(year, 0) + 1)]

    def evolve(state: NumberSeries, event: DomainEvent) -> NumberSeries:
        return NumberSeries({**state.last, event.year: event.serial}) if isinstance(event, NumberTaken) else state

    return Decider(
        stream_type=stream_type,
        initial=NumberSeries(),
        decide=decide,
        evolve=evolve,
        events=(event,),
        long_streams=True,
    )
