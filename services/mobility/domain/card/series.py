"""活动证编号: the county's organisation department codes the cards of its county, counted through a year (domain §1.2).

One stream per county, `card-series-<area code>`; a number is taken in the work that issues the card, so none is lost and
none is used twice: `430702-2026-000017`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import AwareDatetime

from shared.kernel.calendar import local_date
from shared.kernel.decider import Decider
from shared.kernel.event import Command, DomainEvent


class TakeCardNumber(Command):
    """A card of this county is issued."""

    area_code: str
    card_id: str
    taken_at: AwareDatetime


class CardNumberTaken(DomainEvent):
    """The number belongs to this card, for ever."""

    type = "card-number-taken"

    area_code: str
    card_id: str
    card_number: str
    year: int
    serial: int
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class CardSeries:
    """The last serial of each year: a clock that jumps back over New Year must not repeat a number."""

    last: Mapping[int, int] = field(default_factory=dict)


def decide(command: TakeCardNumber, state: CardSeries) -> Sequence[DomainEvent]:
    year = local_date(command.taken_at).year
    serial = state.last.get(year, 0) + 1
    number = f"{command.area_code}-{year}-{serial:06d}"
    return [CardNumberTaken(**command.model_dump(), card_number=number, year=year, serial=serial)]


def evolve(state: CardSeries, event: DomainEvent) -> CardSeries:
    match event:
        case CardNumberTaken():
            return CardSeries({**state.last, event.year: event.serial})
        case _:
            return state


CARD_SERIES: Decider[TakeCardNumber, CardSeries] = Decider(
    stream_type="card-series",
    initial=CardSeries(),
    decide=decide,
    evolve=evolve,
    events=(CardNumberTaken,),
    long_streams=True,
)
