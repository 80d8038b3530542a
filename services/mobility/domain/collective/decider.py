"""集体外出: three members of one committee at one place can be a temporary branch (domain M11, M10).

Counted on a stream per committee and place, `collective-<id>`, so that departures registered at once do not miss each
other. The committee decides, after consulting the inflow side; nobody founds a branch by counting.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pydantic import AwareDatetime, Field

from services.mobility.domain.care_rules.rules import COLLECTIVE_MEMBERS
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.question import Question, silence_at
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

SILENT: Final = "branch-proposal-silence"


class NoteDeparture(Command):
    """A member of the committee goes to this place. A body that is asked has until `due_at`."""

    proposal_id: str
    body_id: str
    area_code: str | None
    place: str
    member_id: str
    due_at: AwareDatetime
    noted_at: AwareDatetime
    superior_id: str | None = None


class NoteEnd(Command):
    """The member is there no longer."""

    proposal_id: str
    member_id: str
    noted_at: AwareDatetime


class DecideTemporaryBranch(Command):
    """The named body says yes or no. Yes names whom it consulted at the inflow side (domain M10)."""

    agreed: bool
    consulted_id: str | None = None
    text: str = Field(min_length=1, max_length=500)
    decided_by: str
    decided_at: AwareDatetime


class MarkBranchProposalOverdue(Command):
    """Made by a timer that was set for `due_at`."""

    due_at: AwareDatetime


CollectiveCommand = NoteDeparture | NoteEnd | DecideTemporaryBranch | MarkBranchProposalOverdue


class CollectiveEvent(DomainEvent):
    """Which committee and place."""

    proposal_id: str


class WentThere(CollectiveEvent):
    """One more."""

    type = "collective-member-went"

    body_id: str
    member_id: str
    noted_at: datetime


class LeftThere(CollectiveEvent):
    """One less."""

    type = "collective-member-left"

    member_id: str
    noted_at: datetime


class TemporaryBranchProposed(CollectiveEvent):
    """To the committee whose members they are."""

    type = "temporary-branch-proposed"

    body_id: str
    area_code: str | None
    place: str
    member_ids: tuple[str, ...]
    due_at: datetime
    proposed_at: datetime
    superior_id: str | None = None


class TemporaryBranchOverdue(CollectiveEvent):
    """The body has not decided; its superior knows. It stays with the body."""

    type = "temporary-branch-overdue"

    body_id: str
    superior_id: str
    due_at: datetime


class TemporaryBranchDecided(CollectiveEvent):
    """What the body decided. Founding the branch is the registry's."""

    type = "temporary-branch-decided"

    body_id: str
    agreed: bool
    consulted_id: str | None
    text: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Collective:
    """Who is there. `asked`: a proposal was made since there were last fewer than three."""

    members: tuple[str, ...] = ()
    asked: bool = False
    proposal_id: str = ""
    question: Question | None = None


def decide(command: CollectiveCommand, state: Collective) -> Sequence[DomainEvent]:
    """Errors: `proposal-unknown`, `proposal-not-open`, `not-the-body`, `consultation-missing`."""
    match command:
        case NoteDeparture():
            return _note(command, state)
        case NoteEnd():
            return [LeftThere(**command.model_dump())] if command.member_id in state.members else []
        case DecideTemporaryBranch():
            return _decide(command, state)
        case MarkBranchProposalOverdue():
            if state.question is None or not state.question.silent(command.due_at):
                return []
            told = {"proposal_id": state.proposal_id, **state.question.told}
            return [TemporaryBranchOverdue.model_validate(told)]


def _note(command: NoteDeparture, state: Collective) -> Sequence[DomainEvent]:
    if command.member_id in state.members:
        return []
    went = WentThere(
        proposal_id=command.proposal_id,
        body_id=command.body_id,
        member_id=command.member_id,
        noted_at=command.noted_at,
    )
    members = (*state.members, command.member_id)
    if state.asked or len(members) < COLLECTIVE_MEMBERS:
        return [went]
    proposed = TemporaryBranchProposed(
        **command.model_dump(exclude={"member_id", "noted_at"}), member_ids=members, proposed_at=command.noted_at
    )
    return [went, proposed]


def _decide(command: DecideTemporaryBranch, state: Collective) -> Sequence[DomainEvent]:
    if not state.asked:
        raise NotFound("proposal-unknown", "there is no such proposal", remedy="check its id")
    if state.question is None:
        raise Refused("proposal-not-open", "this was decided", remedy="look up what was decided")
    state.question.check_body(command.decided_by)
    if command.agreed and command.consulted_id is None:
        raise Invalid(
            "consultation-missing",
            "the inflow side has to be consulted first",
            remedy="say which organisation was",
            where="consulted_id",
        )
    whose = {"proposal_id": state.proposal_id, "body_id": state.question.body_id}
    return [TemporaryBranchDecided(**whose, **command.model_dump())]


def evolve(state: Collective, event: DomainEvent) -> Collective:
    match event:
        case WentThere():
            return replace(state, members=(*state.members, event.member_id))
        case LeftThere():
            members = tuple(one for one in state.members if one != event.member_id)
            fewer = state.question is None and len(members) < COLLECTIVE_MEMBERS
            return replace(state, members=members, asked=state.asked and not fewer)
        case TemporaryBranchProposed():
            question = Question(event.body_id, event.due_at, event.superior_id)
            return replace(state, asked=True, proposal_id=event.proposal_id, question=question)
        case TemporaryBranchOverdue() if state.question is not None:
            return replace(state, question=replace(state.question, overdue=True))
        case TemporaryBranchDecided():
            return replace(state, question=None)
        case _:
            return state


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case TemporaryBranchProposed():
            return [ArmTimer(SILENT, silence_at(event.due_at))]
        case TemporaryBranchOverdue() | TemporaryBranchDecided():
            return [CancelTimer(SILENT)]
        case _:
            return []


def on_timer(timer: DueTimer) -> CollectiveCommand:
    return MarkBranchProposalOverdue(due_at=timer.due_at)


COLLECTIVE: Decider[CollectiveCommand, Collective] = Decider(
    stream_type="collective",
    initial=Collective(),
    decide=decide,
    evolve=evolve,
    events=(WentThere, LeftThere, TemporaryBranchProposed, TemporaryBranchOverdue, TemporaryBranchDecided),
    timers=timers,
    on_timer=on_timer,
)
