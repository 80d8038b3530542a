"""双向评议: the year of a member in care, appraised by both ends and decided by a body; `appraisal-<care id>.<year>` (N13).

The 驻城 organisation and the origin's each appraise by one standard, blind to each other; the member appraises both. There
is no result without both sides, none that is computed, and no order of people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, cast

from services.mobility.domain.appraisal.commands import (
    AppraisalCommand,
    Appraise,
    AppraiseBody,
    DecideAppraisal,
    MarkAppraisalOverdue,
    OpenAppraisal,
    Side,
    Turn,
)
from services.mobility.domain.appraisal.events import (
    AppraisalDecided,
    AppraisalOpened,
    AppraisalOverdue,
    BodyAppraised,
    BothAppraised,
    SideAppraised,
)
from services.mobility.domain.care_terms import PartyRole
from services.mobility.domain.form.items import check_answers
from shared.kernel.calendar import local_date
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.question import Question, silence_at
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

SILENT: Final = "appraisal-silence."


@dataclass(frozen=True, slots=True)
class Appraisal:
    """One year. `open` are the questions to whoever has not spoken yet."""

    opened: AppraisalOpened | None = None
    open: Mapping[Turn, Question] = field(default_factory=dict)
    sides: Mapping[PartyRole, SideAppraised] = field(default_factory=dict)
    of_bodies: Mapping[PartyRole, BodyAppraised] = field(default_factory=dict)
    decided: AppraisalDecided | None = None

    @property
    def both(self) -> bool:
        """Whether both sides have spoken."""
        return len(self.sides) == 2

    @property
    def known(self) -> AppraisalOpened:
        """Errors (`NotFound`): `appraisal-unknown`."""
        if self.opened is None:
            raise NotFound("appraisal-unknown", "that year is not appraised", remedy="open its appraisal first")
        return self.opened

    def side(self, role: PartyRole) -> Side:
        """Errors (`Refused`): `not-a-side`."""
        found = next((side for side in self.known.sides if side.role == role), None)
        if found is None:
            sides = [side.role for side in self.known.sides]
            raise Refused("not-a-side", "that party has no part in it", remedy=f"give one of {sides}", where="role")
        return found


def decide(command: AppraisalCommand, state: Appraisal) -> Sequence[DomainEvent]:
    """No events when the command already took effect. Errors: see the functions below, and `appraisal-unknown`."""
    if isinstance(command, OpenAppraisal):
        return _open(command, state)
    whose = state.known.model_dump(include={"appraisal_id", "care_id", "member_id"})
    match command:
        case Appraise():
            return _appraise(command, state, whose)
        case AppraiseBody():
            return _appraise_body(command, state, whose)
        case DecideAppraisal():
            return _decide(command, state, whose)
        case MarkAppraisalOverdue():
            question = state.open.get(command.turn)
            if question is None or not question.silent(command.due_at):
                return []
            return [AppraisalOverdue.model_validate(whose | question.told | {"turn": command.turn})]


_OF_THE_ACT: Final = {"due_at", "opened_at", "opened_by", "superior_id", "sides", "body_id"}


def _open(command: OpenAppraisal, state: Appraisal) -> Sequence[DomainEvent]:
    """Errors: `appraisal-exists`, `year-not-begun`, `year-before-care`, `due-too-early`."""
    opened = AppraisalOpened(**command.model_dump(exclude={"since_year"}))
    if state.opened is not None:
        if state.opened.model_dump(exclude=_OF_THE_ACT) == opened.model_dump(exclude=_OF_THE_ACT):
            return []
        raise Refused("appraisal-exists", "that year is appraised by another standard", remedy="see the one there is")
    if command.year > local_date(command.opened_at).year:
        raise Invalid("year-not-begun", "that year has not begun", remedy="appraise it when it has", where="year")
    if command.year < command.since_year:
        raise Invalid(
            "year-before-care",
            f"the care began in {command.since_year}",
            remedy="appraise a year in which the member was away",
            where="year",
        )
    if command.due_at <= command.opened_at:
        raise Invalid("due-too-early", "that day has passed", remedy="give both sides time", where="due_on")
    return [opened]


def _appraise(command: Appraise, state: Appraisal, whose: dict[str, str]) -> Sequence[DomainEvent]:
    """Errors: `appraised-already`, `not-your-side`, and of `check_answers`."""
    side = state.side(command.role)
    said = SideAppraised.model_validate(whose | command.model_dump(exclude={"decide_by"}))
    before = state.sides.get(command.role)
    if before is not None and before.model_copy(update={"appraised_at": said.appraised_at}) == said:
        return []
    question = state.open.get(command.role)
    instead = side.superior_id if question is not None and question.overdue else None
    if command.appraised_by not in (side.organisation_id, instead):
        raise Refused(
            "not-your-side",
            f"this is for {side.organisation_id}, and for its superior once it has been silent",
            remedy="let that organisation do it",
            where="by",
        )
    if state.both:
        raise Refused("appraised-already", "both sides have spoken", remedy="tell the body that decides")
    check_answers(state.known.standard.items, command.answers, complete=True)
    if state.sides.keys() <= {command.role}:
        return [said]
    both = {"body_id": state.known.body_id, "decide_by": command.decide_by, "appraised_at": command.appraised_at}
    return [said, BothAppraised.model_validate(whose | both)]


def _appraise_body(command: AppraiseBody, state: Appraisal, whose: dict[str, str]) -> Sequence[DomainEvent]:
    """Errors: `about-yourself`, `decided-already`, and of `check_answers`."""
    if command.entered_by == state.side(command.role).organisation_id:
        raise Refused(
            "about-yourself",
            "what a member says of an organisation is not entered by it",
            remedy="let the other side, or a committee above, enter it",
            where="by",
        )
    before = state.of_bodies.get(command.role)
    if before is not None and before.answers == command.answers:
        return []
    if state.decided is not None:
        raise Refused("decided-already", "the year is decided", remedy="enter what they say as an opinion")
    check_answers(state.known.of_bodies.items, command.answers, complete=True)
    return [BodyAppraised.model_validate(whose | command.model_dump())]


def _decide(command: DecideAppraisal, state: Appraisal, whose: dict[str, str]) -> Sequence[DomainEvent]:
    """Errors: `not-the-body`, `side-missing`, `decided-already`."""
    decided = AppraisalDecided.model_validate(whose | command.model_dump() | {"year": state.known.year})
    if state.decided is not None:
        if state.decided.model_copy(update={"decided_at": decided.decided_at}) == decided:
            return []
        raise Refused("decided-already", "the year is decided", remedy="see the decision")
    Question(state.known.body_id, state.known.due_at).check_body(command.decided_by)
    if not state.both:
        missing = [side.organisation_id for side in state.known.sides if side.role not in state.sides]
        raise Refused(
            "side-missing",
            f"{', '.join(missing)} has not spoken, and there is no result without both",
            remedy="urge it; once it has been silent its superior may speak for it",
        )
    return [decided]


def evolve(state: Appraisal, event: DomainEvent) -> Appraisal:
    match event:
        case AppraisalOpened():
            turns = ((side.role, side.organisation_id, side.superior_id) for side in event.sides)
            return Appraisal(event, {role: Question(one, event.due_at, above) for role, one, above in turns})
        case SideAppraised():
            open_ = {turn: question for turn, question in state.open.items() if turn != event.role}
            return replace(state, sides={**state.sides, event.role: event}, open=open_)
        case BothAppraised():
            return replace(state, open={"body": Question(event.body_id, event.decide_by, state.known.superior_id)})
        case BodyAppraised():
            return replace(state, of_bodies={**state.of_bodies, event.role: event})
        case AppraisalOverdue():
            return replace(state, open={**state.open, event.turn: replace(state.open[event.turn], overdue=True)})
        case AppraisalDecided():
            return replace(state, open={}, decided=event)
        case _:
            return state


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case AppraisalOpened():
            return [ArmTimer(SILENT + side.role, silence_at(event.due_at)) for side in event.sides]
        case BothAppraised():
            return [ArmTimer(SILENT + "body", silence_at(event.decide_by))]
        case SideAppraised():
            return [CancelTimer(SILENT + event.role)]
        case AppraisalOverdue():
            return [CancelTimer(SILENT + event.turn)]
        case AppraisalDecided():
            return [CancelTimer(SILENT + "body")]
        case _:
            return []


def on_timer(timer: DueTimer) -> AppraisalCommand:
    return MarkAppraisalOverdue(turn=cast("Turn", timer.name.removeprefix(SILENT)), due_at=timer.due_at)


APPRAISAL: Decider[AppraisalCommand, Appraisal] = Decider(
    stream_type="appraisal",
    initial=Appraisal(),
    decide=decide,
    evolve=evolve,
    events=(AppraisalOpened, SideAppraised, BothAppraised, BodyAppraised, AppraisalOverdue, AppraisalDecided),
    timers=timers,
    on_timer=on_timer,
)
