"""Probationary, formal, and not on the roll any more (预备、正式、离开): decisions of a named body, each with its day.

Probation lasts until its day and can be extended once, by half a year to a year (党章 art. 7). When its day has come the
branch is told; nothing is decided by that.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from services.registry.domain.member.commands import (
    ConfirmMember,
    EndMembership,
    ExtendProbation,
    NoteProbationOver,
)
from services.registry.domain.member.events import (
    MemberAdmitted,
    MemberConfirmed,
    MembershipClosed,
    MembershipEnded,
    ProbationExtended,
    ProbationOver,
)
from services.registry.domain.member.grouping import leave
from services.registry.domain.member.state import MemberState
from shared.kernel.calendar import add_months, start_of_day
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, TimerChange

EVENTS: Final = (MemberConfirmed, ProbationExtended, ProbationOver, MembershipEnded)
LEAST_EXTENSION_MONTHS: Final = 6
MOST_EXTENSION_MONTHS: Final = 12
_PROBATION: Final = "probation"


def decide(command: ConfirmMember | ExtendProbation | EndMembership, state: MemberState) -> Sequence[DomainEvent]:
    """Errors: `member-left`, `not-probationary`, `probation-not-over`, `probation-already-extended`,
    `extension-length`, `end-dates`, `end-ground`.
    """
    at = {"organisation_id": state.organisation_id}
    match command:
        case ConfirmMember():
            return _confirm(MemberConfirmed(**dict(command), **at), state)
        case ExtendProbation():
            return _extend(ProbationExtended(**dict(command), **at), state)
        case EndMembership():
            since = state.nowhere_since(command.ended_on)
            return _end(MembershipEnded(**dict(command), **at, nowhere_since=since), state)


def require_on_the_roll(state: MemberState) -> None:
    """Raises `Refused` (`member-left`)."""
    if state.left_on is not None:
        raise Refused(
            "member-left",
            f"the member {state.member_id} has not been on the roll since {state.left_on}",
            remedy="enter the member again when the membership comes back",
        )


def _confirm(confirmed: MemberConfirmed, state: MemberState) -> Sequence[DomainEvent]:
    if state.confirmed_on == confirmed.confirmed_on:
        return []
    ends_on = _probation_of(state)
    if confirmed.confirmed_on < ends_on:
        raise Invalid(
            "probation-not-over",
            f"the probation lasts until {ends_on}",
            remedy="give that day or a later one",
            where="confirmed_on",
        )
    return [confirmed]


def _extend(extended: ProbationExtended, state: MemberState) -> Sequence[DomainEvent]:
    if state.is_extended and state.probation_ends_on == extended.probation_ends_on:
        return []
    ends_on = _probation_of(state)
    if state.is_extended:
        raise Refused(
            "probation-already-extended",
            "a probation is extended once",
            remedy="decide whether the member is confirmed",
        )
    earliest, latest = (add_months(ends_on, months) for months in (LEAST_EXTENSION_MONTHS, MOST_EXTENSION_MONTHS))
    if not earliest <= extended.probation_ends_on <= latest:
        raise Invalid(
            "extension-length",
            "an extension is half a year to a year long",
            remedy=f"give a day from {earliest} to {latest}",
            where="probation_ends_on",
        )
    return [extended]


def _probation_of(state: MemberState) -> date:
    require_on_the_roll(state)
    if state.status != "probationary" or state.probation_ends_on is None:
        raise Refused("not-probationary", "the member is a formal one", remedy="there is nothing to decide")
    return state.probation_ends_on


def _end(ended: MembershipEnded, state: MemberState) -> Sequence[DomainEvent]:
    if (state.left_on, state.left_for) == (ended.ended_on, ended.ground):
        return []
    require_on_the_roll(state)
    if (ended.ground == "probation_cancelled") and state.status != "probationary":
        raise Invalid(
            "end-ground",
            "only a probationary member can lose that qualification",
            remedy="give the ground that applies to a formal member",
            where="ground",
        )
    if state.admitted_on is not None and ended.ended_on < state.admitted_on:
        raise Invalid(
            "end-dates",
            f"the member was admitted on {state.admitted_on}",
            remedy="give the day on which it ended",
            where="ended_on",
        )
    return [*leave(state, ended.ended_on), ended]


def probation_over(command: NoteProbationOver, state: MemberState) -> Sequence[DomainEvent]:
    """What the timer means, unless something was decided in the meantime."""
    ends_on = state.probation_ends_on
    open_ = state.status == "probationary" and state.left_on is None
    if not open_ or ends_on is None or start_of_day(ends_on) != command.due_at:
        return []
    return [ProbationOver(member_id=state.member_id, organisation_id=state.organisation_id, probation_ends_on=ends_on)]


def evolve(state: MemberState, event: DomainEvent) -> MemberState:
    match event:
        case MemberConfirmed():
            return replace(state, status="formal", confirmed_on=event.confirmed_on)
        case ProbationExtended():
            return replace(state, probation_ends_on=event.probation_ends_on, is_extended=True)
        case MembershipEnded():
            return replace(state, left_on=event.ended_on, left_for=event.ground)
        case _:
            return state


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case MemberAdmitted() | ProbationExtended() if event.probation_ends_on is not None:
            return [ArmTimer(_PROBATION, start_of_day(event.probation_ends_on))]
        case MemberConfirmed() | MembershipEnded() | MembershipClosed():
            return [CancelTimer(_PROBATION)]
        case _:
            return []
