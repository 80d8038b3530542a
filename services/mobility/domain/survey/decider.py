"""征求意见: a body asks the members in its care, and they learn what came of it; `survey-<survey id>` (domain N24).

Nobody must answer, nobody is reminded, and who has not answered is shown to nobody (domain §2.2).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pydantic import AwareDatetime, Field

from services.mobility.domain.form.items import Answers, Items, check_answers, check_items
from services.mobility.domain.survey.events import (
    SurveyAnswered,
    SurveyAsked,
    SurveyClosed,
    SurveyOpened,
    SurveyResultsOut,
    SurveyTakenBack,
    SurveyWithdrawn,
)
from services.mobility.domain.survey.results import SMALLEST_GROUP, count
from services.mobility.domain.survey.withdrawal import WithdrawSurvey, require_asked, withdraw
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.sealed import Sealed
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

CLOSING: Final = "survey-closing"
AT_MOST: Final = 2_000
"""So many are asked at once: their answers are one stream, and closing counts them in one transaction."""
TOLD_AT_ONCE: Final = 100


class OpenSurvey(Command):
    """Asked of those who are in the care of the body when it opens; open up to `closes_at`."""

    survey_id: str
    body_id: str
    title: str = Field(min_length=1, max_length=100)
    items: Items
    form_id: str | None = None
    form_version: int | None = None
    member_ids: tuple[str, ...]
    organisation_ids: tuple[str, ...]
    closes_at: AwareDatetime
    opened_at: AwareDatetime


class AnswerSurvey(Command):
    """Said by the member, or entered by whoever of the parties heard it. Again is a correction."""

    member_id: str
    branch_id: str
    answers: Answers
    entered_by: str
    answered_at: AwareDatetime


class CloseSurvey(Command):
    """Made by a timer that was set for `due_at`."""

    due_at: AwareDatetime


SurveyCommand = OpenSurvey | AnswerSurvey | CloseSurvey | WithdrawSurvey


@dataclass(frozen=True, slots=True)
class Survey:
    """One survey, with the last answer of each member; of one that was withdrawn with none."""

    opened: SurveyOpened | None = None
    member_ids: tuple[str, ...] = ()
    given: Mapping[str, SurveyAnswered] = field(default_factory=dict)
    closed: bool = False
    withdrawn: bool = False

    def in_words(self, item_id: str) -> list[tuple[str, Sealed]]:
        """Who said what to the item, still sealed. Errors: `survey-unknown`, `survey-withdrawn`, `survey-open`,
        `no-such-words`, `too-few-answered`.
        """
        if self.opened is None:
            raise NotFound("survey-unknown", "there is no such survey", remedy="check its id")
        require_asked(self.withdrawn)
        if not self.closed:
            raise Refused("survey-open", "nothing is shown before it closes", remedy="wait until it has closed")
        if item_id not in {item.item_id for item in self.opened.items if not item.options}:
            raise NotFound(
                "no-such-words", "no item of that id is answered in words", remedy="see the items of the survey"
            )
        if len(self.given) < SMALLEST_GROUP:
            raise Refused(
                "too-few-answered",
                f"of fewer than {SMALLEST_GROUP} who answered nothing is shown",
                remedy="see how many answered",
            )
        said = ((member_id, one.answers.get(item_id)) for member_id, one in self.given.items())
        return [(member_id, answer) for member_id, answer in said if isinstance(answer, Sealed)]


def decide(command: SurveyCommand, state: Survey) -> Sequence[DomainEvent]:
    """Errors: `survey-unknown`, `survey-closed`, `not-asked`, and of opening, of withdrawing and of `check_answers`."""
    if isinstance(command, OpenSurvey):
        return _open(command, state)
    opened = state.opened
    if opened is None:
        raise NotFound("survey-unknown", "there is no such survey", remedy="check its id")
    whose = {"survey_id": opened.survey_id, "body_id": opened.body_id}
    if isinstance(command, WithdrawSurvey):
        over = state.closed or command.withdrawn_at > opened.closes_at
        withdrawn = withdraw(command, opened, over=over, withdrawn=state.withdrawn)
        asked = _some(state.member_ids) if withdrawn else ()
        return [
            *withdrawn, *(SurveyTakenBack(**whose, member_ids=some, closes_at=opened.closes_at) for some in asked)
        ]  # fmt: skip
    if isinstance(command, CloseSurvey):
        if state.closed or state.withdrawn:
            return []
        given = [(one.branch_id, one.answers) for one in state.given.values()]
        results = count(opened.items, opened.asked, given)
        told = (
            SurveyResultsOut(**whose, member_ids=some, closes_at=opened.closes_at) for some in _some(state.member_ids)
        )
        return [SurveyClosed(**whose, results=results, closed_at=command.due_at), *told]
    require_asked(state.withdrawn)
    if state.closed or command.answered_at > opened.closes_at:
        raise Refused(
            "survey-closed", "it has closed, and its results stand", remedy="enter what is to be said as an opinion"
        )
    if command.member_id not in state.member_ids:
        raise Refused(
            "not-asked", "this member was not asked: the care began after the survey", remedy="enter an opinion instead"
        )
    check_answers(opened.items, command.answers, complete=False)
    before = state.given.get(command.member_id)
    if before is not None and before.answers == command.answers:
        return []
    return [SurveyAnswered(**whose, **command.model_dump())]


def _open(command: OpenSurvey, state: Survey) -> Sequence[DomainEvent]:
    """Errors: `survey-exists`, `closes-too-early`, `too-few-asked`, `too-many-asked`, and of `check_items`."""
    asked = len(command.member_ids)
    opened = SurveyOpened(**command.model_dump(exclude={"member_ids"}), asked=asked)
    if state.opened is not None:
        if state.opened.model_dump(exclude=_OF_THE_ACT) == opened.model_dump(exclude=_OF_THE_ACT):
            return []
        raise Refused("survey-exists", "another survey has this id", remedy="choose a new id")
    check_items("questionnaire", command.items)
    if command.closes_at <= command.opened_at:
        raise Invalid("closes-too-early", "that day has passed", remedy="let it close later", where="closes_on")
    if asked < SMALLEST_GROUP:
        raise Refused(
            "too-few-asked",
            f"{asked} members are in your care, and of fewer than {SMALLEST_GROUP} nothing could be shown",
            remedy="talk with them, or let a body above you ask",
        )
    if asked > AT_MOST:
        raise Refused(
            "too-many-asked",
            f"{asked} members would be asked, at most {AT_MOST} can",
            remedy="let bodies below you ask",
        )
    whose = {"survey_id": command.survey_id, "body_id": command.body_id}
    some = _some(command.member_ids)
    return [opened, *(SurveyAsked(**whose, member_ids=one, closes_at=command.closes_at) for one in some)]


_OF_THE_ACT: Final = {"asked", "organisation_ids", "opened_at"}


def _some(member_ids: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (member_ids[start : start + TOLD_AT_ONCE] for start in range(0, len(member_ids), TOLD_AT_ONCE))


def evolve(state: Survey, event: DomainEvent) -> Survey:
    match event:
        case SurveyOpened():
            return Survey(event)
        case SurveyAsked():
            return replace(state, member_ids=(*state.member_ids, *event.member_ids))
        case SurveyAnswered():
            return replace(state, given={**state.given, event.member_id: event})
        case SurveyClosed():
            return replace(state, closed=True)
        case SurveyWithdrawn():
            return replace(state, withdrawn=True, given={})
        case _:
            return state


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    if isinstance(event, SurveyWithdrawn):
        return [CancelTimer(CLOSING)]
    return [ArmTimer(CLOSING, event.closes_at)] if isinstance(event, SurveyOpened) else []


def on_timer(timer: DueTimer) -> SurveyCommand:
    return CloseSurvey(due_at=timer.due_at)


SURVEY: Decider[SurveyCommand, Survey] = Decider(
    stream_type="survey",
    initial=Survey(),
    decide=decide,
    evolve=evolve,
    events=(
        SurveyOpened,
        SurveyAsked,
        SurveyAnswered,
        SurveyClosed,
        SurveyResultsOut,
        SurveyWithdrawn,
        SurveyTakenBack,
    ),
    timers=timers,
    on_timer=on_timer,
    long_streams=True,
)
