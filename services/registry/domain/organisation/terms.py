"""届期: when the term of an organisation's committee ends, and when its superior has to remind it (domain §1.5).

Three years, five for a branch of a village or community; an extension is a year at most. The rules ask for a reminder six
months before; systems in use remind again at three months and on the day.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from services.registry.domain.organisation.commands import BeginTerm, ExtendTerm, RemindOfElection
from services.registry.domain.organisation.events import ElectionDue, TermBegan, TermExtended
from services.registry.domain.organisation.state import OrganisationState
from shared.kernel.calendar import add_months, local_date, start_of_day
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, TimerChange

REMIND_MONTHS: Final = (6, 3, 0)
LONGEST_YEARS: Final = 5
EXTENSION_MONTHS: Final = 12
_TIMER: Final = "election-in-"


def begin_term(command: BeginTerm, state: OrganisationState) -> Sequence[DomainEvent]:
    """Errors (`Invalid`, `Refused`): `term-dates`, `term-backdated`."""
    if (command.elected_on, command.ends_on) == (state.elected_on, state.term_ends_on):
        return []
    if not command.elected_on < command.ends_on <= add_months(command.elected_on, 12 * LONGEST_YEARS):
        raise Invalid(
            "term-dates",
            f"a term ends after it begins, and {LONGEST_YEARS} years later at most",
            remedy="a term has three years, that of a village's or community's branch five",
            where="ends_on",
        )
    if state.elected_on is not None and command.elected_on < state.elected_on:
        raise Refused(
            "term-backdated",
            f"the present term began on {state.elected_on}",
            remedy="enter the election that came after it",
            where="elected_on",
        )
    return [TermBegan(**command.model_dump())]


def extend_term(command: ExtendTerm, state: OrganisationState) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `term-unknown`, `term-extension`. The limit counts from the end that the election gave it."""
    if state.term_ends_on is None or state.elected_term_ends_on is None:
        raise Refused("term-unknown", "no election is entered", remedy="enter the election and the end of its term")
    if command.ends_on == state.term_ends_on:
        return []
    if not state.term_ends_on < command.ends_on <= add_months(state.elected_term_ends_on, EXTENSION_MONTHS):
        raise Refused(
            "term-extension",
            f"the term ends on {state.term_ends_on}; it can be extended by a year in all",
            remedy="hold the election",
            where="ends_on",
        )
    return [TermExtended(**command.model_dump())]


def remind(command: RemindOfElection, state: OrganisationState) -> Sequence[DomainEvent]:
    """The reminder, unless the organisation ended, or a later one is due as well: a term that is entered late, or a service
    that was down, brings the one that is true now.
    """
    if state.status != "active" or state.term_ends_on is None:
        return []
    due = [months for months in REMIND_MONTHS if add_months(state.term_ends_on, -months) <= local_date(command.at)]
    if command.months_left != min(due, default=None):
        return []
    return [
        ElectionDue(
            organisation_id=command.organisation_id,
            parent_id=state.parent_id,
            ends_on=state.term_ends_on,
            months_left=command.months_left,
            reminded_at=command.at,
        )
    ]


def arm(ends_on: date) -> list[TimerChange]:
    """One timer per reminder, in place of those of the term before."""
    return [ArmTimer(f"{_TIMER}{months}", start_of_day(add_months(ends_on, -months))) for months in REMIND_MONTHS]


def disarm() -> list[TimerChange]:
    return [CancelTimer(f"{_TIMER}{months}") for months in REMIND_MONTHS]


def months_of(timer: str) -> int:
    """The months that a reminder's timer stands for."""
    return int(timer.removeprefix(_TIMER))
