"""意见建议: what a member who is away says, and what a named body answers by a time; `opinion-<opinion id>` (domain N24, Y27).

Knowing and taking part are rights of the member (知情权、参与权): nothing that was said stays without an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from pydantic import AwareDatetime, Field

from services.mobility.domain.question import Question, silence_at
from shared.kernel.decider import Decider
from shared.kernel.errors import NotFound, Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

OpinionKind = Literal["opinion", "suggestion", "deed"]
"""意见, “金点子”, “一件实事” (something definite that the member asks the branch to do)."""

SILENT: Final = "opinion-silence"


class SubmitOpinion(Command):
    """Said by the member, entered by whoever of the three parties heard it; put to a body that has until `due_at`."""

    opinion_id: str
    care_id: str
    member_id: str
    branch_id: str
    body_id: str
    superior_id: str | None
    kind: OpinionKind
    text: str = Field(min_length=1, max_length=500)
    entered_by: str
    due_at: AwareDatetime
    submitted_at: AwareDatetime


class ReplyOpinion(Command):
    """The body's answer to the member, and who gives it."""

    taken_up: bool
    text: str = Field(min_length=1, max_length=500)
    replied_by: str
    person_id: str
    replied_at: AwareDatetime


class MarkOpinionOverdue(Command):
    """Made by a timer that was set for `due_at`."""

    due_at: AwareDatetime


OpinionCommand = SubmitOpinion | ReplyOpinion | MarkOpinionOverdue


class OpinionEvent(DomainEvent):
    """Which one, and whose."""

    opinion_id: str
    member_id: str


class OpinionSubmitted(OpinionEvent):
    """It lies with the body."""

    type = "opinion-submitted"

    care_id: str
    branch_id: str
    body_id: str
    superior_id: str | None
    kind: OpinionKind
    text: str
    entered_by: str
    due_at: datetime
    submitted_at: datetime


class OpinionOverdue(OpinionEvent):
    """The body has not answered; its superior knows. It stays with the body."""

    type = "opinion-overdue"

    body_id: str
    superior_id: str
    due_at: datetime


class OpinionReplied(OpinionEvent):
    """The member has an answer: taken up, or not and why."""

    type = "opinion-replied"

    taken_up: bool
    text: str
    replied_by: str
    person_id: str
    replied_at: datetime


@dataclass(frozen=True, slots=True)
class Opinion:
    """One opinion, and the question to the body while it is open."""

    submitted: OpinionSubmitted | None = None
    question: Question | None = None
    replied: OpinionReplied | None = None


_OF_THE_ACT: Final = {"submitted_at", "due_at", "superior_id"}


def decide(command: OpinionCommand, state: Opinion) -> Sequence[DomainEvent]:
    """Errors: `opinion-exists`, `opinion-unknown`, `replied-already`, `not-the-body`."""
    if isinstance(command, SubmitOpinion):
        submitted = OpinionSubmitted(**command.model_dump())
        if state.submitted is None:
            return [submitted]
        if state.submitted.model_dump(exclude=_OF_THE_ACT) == submitted.model_dump(exclude=_OF_THE_ACT):
            return []
        raise Refused("opinion-exists", "another opinion has this id", remedy="choose a new id")
    if state.submitted is None:
        raise NotFound("opinion-unknown", "there is no such opinion", remedy="check its id")
    whose = state.submitted.model_dump(include={"opinion_id", "member_id"})
    question = state.question
    if isinstance(command, MarkOpinionOverdue):
        if question is None or not question.silent(command.due_at):
            return []
        return [OpinionOverdue.model_validate(whose | question.told)]
    if question is None:
        same = state.replied and (state.replied.taken_up, state.replied.text) == (command.taken_up, command.text)
        if same:
            return []
        raise Refused(
            "replied-already", "the member has an answer", remedy="enter what they say to it as a new opinion"
        )
    question.check_body(command.replied_by)
    return [OpinionReplied.model_validate(whose | command.model_dump())]


def evolve(state: Opinion, event: DomainEvent) -> Opinion:
    match event:
        case OpinionSubmitted():
            return Opinion(event, Question(event.body_id, event.due_at, event.superior_id))
        case OpinionOverdue() if state.question is not None:
            return replace(state, question=replace(state.question, overdue=True))
        case OpinionReplied():
            return replace(state, question=None, replied=event)
        case _:
            return state


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case OpinionSubmitted():
            return [ArmTimer(SILENT, silence_at(event.due_at))]
        case OpinionOverdue() | OpinionReplied():
            return [CancelTimer(SILENT)]
        case _:
            return []


def on_timer(timer: DueTimer) -> OpinionCommand:
    return MarkOpinionOverdue(due_at=timer.due_at)


OPINION: Decider[OpinionCommand, Opinion] = Decider(
    stream_type="opinion",
    initial=Opinion(),
    decide=decide,
    evolve=evolve,
    events=(OpinionSubmitted, OpinionOverdue, OpinionReplied),
    timers=timers,
    on_timer=on_timer,
)
