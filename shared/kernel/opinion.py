"""意见建议: what somebody says, and what a named body answers by a time (domain L20, N24, Y27).

One design for whoever is heard: the events of a service say whose opinion it is, where it was heard, and whether the words
of both are sealed; who was asked, by when an answer is due, and that the superior hears of silence are the same for all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from pydantic import AwareDatetime

from shared.kernel.decider import Decider
from shared.kernel.errors import NotFound, Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.question import Question, silence_at
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

SILENT: Final = "opinion-silence"
REPLY_DAYS: Final = 30


class Submission(Command):
    """An opinion is put to a body that has until `due_at`; a service adds whose it is."""

    opinion_id: str
    body_id: str
    superior_id: str | None
    text: str
    entered_by: str
    due_at: AwareDatetime
    submitted_at: AwareDatetime


class ReplyOpinion(Command):
    """The body's answer to whoever said it, and who gives it."""

    taken_up: bool
    text: str
    replied_by: str
    person_id: str
    replied_at: AwareDatetime


class MarkOpinionOverdue(Command):
    """Made by a timer that was set for `due_at`."""

    due_at: AwareDatetime


class OpinionSubmitted(DomainEvent):
    """It lies with the body."""

    type = "opinion-submitted"

    opinion_id: str
    body_id: str
    superior_id: str | None
    text: str
    entered_by: str
    due_at: datetime
    submitted_at: datetime


class OpinionOverdue(DomainEvent):
    """The body has not answered; its superior knows. It stays with the body."""

    type = "opinion-overdue"

    opinion_id: str
    body_id: str
    superior_id: str
    due_at: datetime


class OpinionReplied(DomainEvent):
    """Whoever said it has an answer: taken up, or not and why."""

    type = "opinion-replied"

    opinion_id: str
    taken_up: bool
    text: str
    replied_by: str
    person_id: str
    replied_at: datetime


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was said (ids and words, by the name of the field), and the question to the body while it is open."""

    said: Mapping[str, str] | None = None
    question: Question | None = None
    replied: tuple[bool, str] | None = None


_OF_THE_ACT: Final = {"submitted_at", "due_at", "superior_id"}


def opinion_decider(
    submitted: type[OpinionSubmitted], overdue: type[OpinionOverdue], replied: type[OpinionReplied]
) -> Decider[Any, Opinion]:
    """Streams `opinion-<opinion id>` of these events. What `overdue` and `replied` say of whose it is, they take from
    `submitted`. Errors: `opinion-exists`, `opinion-unknown`, `replied-already`, `not-the-body`.
    """

    def decide(command: Submission | ReplyOpinion | MarkOpinionOverdue, state: Opinion) -> Sequence[DomainEvent]:
        if isinstance(command, Submission):
            return _submit(submitted(**command.model_dump()), state)
        said, question = state.said, state.question
        if said is None:
            raise NotFound("opinion-unknown", "there is no such opinion", remedy="check its id")
        if isinstance(command, MarkOpinionOverdue):
            if question is None or not question.silent(command.due_at):
                return []
            return [overdue.model_validate({**said, **question.told})]
        if question is None:
            if state.replied == (command.taken_up, command.text):
                return []
            raise Refused("replied-already", "it has an answer", remedy="enter what they say to it as a new opinion")
        question.check_body(command.replied_by)
        return [replied.model_validate({**said, **command.model_dump()})]

    def timers(event: DomainEvent) -> Sequence[TimerChange]:
        match event:
            case OpinionSubmitted():
                return [ArmTimer(SILENT, silence_at(event.due_at))]
            case OpinionOverdue() | OpinionReplied():
                return [CancelTimer(SILENT)]
            case _:
                return []

    return Decider(
        stream_type="opinion",
        initial=Opinion(),
        decide=decide,
        evolve=evolve,
        events=(submitted, overdue, replied),
        timers=timers,
        on_timer=_on_timer,
    )


def _submit(event: OpinionSubmitted, state: Opinion) -> Sequence[DomainEvent]:
    if state.said is None:
        return [event]
    if state.said == _said(event):
        return []
    raise Refused("opinion-exists", "another opinion has this id", remedy="choose a new id")


def _said(event: OpinionSubmitted) -> Mapping[str, str]:
    said: Mapping[str, str] = event.model_dump(mode="json", exclude=_OF_THE_ACT, exclude_none=True)
    return said


def evolve(state: Opinion, event: DomainEvent) -> Opinion:
    match event:
        case OpinionSubmitted():
            return Opinion(_said(event), Question(event.body_id, event.due_at, event.superior_id))
        case OpinionOverdue() if state.question is not None:
            return replace(state, question=replace(state.question, overdue=True))
        case OpinionReplied():
            return replace(state, question=None, replied=(event.taken_up, event.text))
        case _:
            return state


def _on_timer(timer: DueTimer) -> MarkOpinionOverdue:
    return MarkOpinionOverdue(due_at=timer.due_at)
