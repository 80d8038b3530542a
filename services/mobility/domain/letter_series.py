"""介绍信编号: every letter of a committee has a number of its own, counted through a year: 〔2026〕000123号 (domain T6).

One stream per issuing committee, `letter-series-<committee id>`; of two letters that are issued at the same instant the
store lets one take the number, and the other counts on. A number is taken in the transaction that issues the letter, so
none is lost and none is used twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import AwareDatetime

from shared.kernel.calendar import local_date
from shared.kernel.decider import Decider
from shared.kernel.event import Command, DomainEvent


class TakeNumber(Command):
    """The committee issues a letter for this transfer."""

    committee_id: str
    transfer_id: str
    taken_at: AwareDatetime


class LetterNumberTaken(DomainEvent):
    """The number belongs to this transfer, for ever."""

    type = "letter-number-taken"

    committee_id: str
    transfer_id: str
    letter_number: str
    year: int
    serial: int
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class LetterSeries:
    """The last serial of each year: a clock that jumps back over New Year must not repeat a number."""

    last: Mapping[int, int] = field(default_factory=dict)


def decide(command: TakeNumber, state: LetterSeries) -> Sequence[DomainEvent]:
    """Always one number; a repeated request is recognised by the transfer, which does not ask for a second one."""
    year = local_date(command.taken_at).year
    serial = state.last.get(year, 0) + 1
    return [
        LetterNumberTaken(
            committee_id=command.committee_id,
            transfer_id=command.transfer_id,
            letter_number=f"〔{year}〕{serial:06d}号",
            year=year,
            serial=serial,
            taken_at=command.taken_at,
        )
    ]


def evolve(state: LetterSeries, event: DomainEvent) -> LetterSeries:
    match event:
        case LetterNumberTaken():
            return LetterSeries({**state.last, event.year: event.serial})
        case _:
            return state


LETTER_SERIES: Decider[TakeNumber, LetterSeries] = Decider(
    stream_type="letter-series",
    initial=LetterSeries(),
    decide=decide,
    evolve=evolve,
    events=(LetterNumberTaken,),
    long_streams=True,
)
