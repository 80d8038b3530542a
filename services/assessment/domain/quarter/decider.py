"""The rules of a quarter (季度综合评价), one stream `quarter-<2026Q4>` each.

It holds what all its assessments share; each instructor's scores are a stream of their own, so that 158 instructors can
be scored at once without a conflict (domain §5.2).
"""

from collections.abc import Sequence
from dataclasses import replace

from services.assessment.domain.quarter.commands import OpenQuarter, PublishQuarter, QuarterCommand
from services.assessment.domain.quarter.events import AssessmentPublished, QuarterOpened
from services.assessment.domain.quarter.state import QuarterState
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


def decide(command: QuarterCommand, state: QuarterState) -> Sequence[DomainEvent]:
    """Errors: `quarter-closes-early`, `duplicate-instructor`, `quarter-already-open`, `quarter-unknown`,
    `quarter-published`, `instructor-not-covered`.
    """
    match command:
        case OpenQuarter():
            return _open(command, state)
        case PublishQuarter():
            return _publish(command, state)


def evolve(state: QuarterState, event: DomainEvent) -> QuarterState:
    match event:
        case QuarterOpened():
            return QuarterState(
                "open",
                event.rule_set_id,
                event.rule_set_version,
                event.items,
                event.instructor_ids,
                event.closes_on,
            )
        case AssessmentPublished():
            return replace(state, status="published", results=event.results)
        case _:
            return state


def _open(command: OpenQuarter, state: QuarterState) -> Sequence[DomainEvent]:
    if command.closes_on < command.quarter.start:
        raise Invalid(
            "quarter-closes-early",
            f"{command.quarter} begins on {command.quarter.start}, its assessment cannot close on {command.closes_on}",
            remedy="give a day in the quarter or after it",
            where="closes_on",
        )
    if len(set(command.instructor_ids)) != len(command.instructor_ids):
        raise Invalid(
            "duplicate-instructor",
            "an instructor is named twice",
            remedy="name every instructor once",
            where="instructor_ids",
        )
    opened = QuarterOpened(**dict(command))
    if state.status == "unknown":
        return [opened]
    if state.status == "open" and evolve(state, opened) == state:
        return []
    raise Refused(
        "quarter-already-open",
        f"the assessment of {command.quarter} was opened before, and what it is measured by is frozen",
        remedy="a changed rule set counts from the next quarter on",
    )


def _publish(command: PublishQuarter, state: QuarterState) -> Sequence[DomainEvent]:
    if state.status == "unknown":
        raise Refused("quarter-unknown", f"{command.quarter} was not opened", remedy="open it first")
    if state.status == "published":
        if command.results == state.results:
            return []
        raise Refused(
            "quarter-published",
            f"the results of {command.quarter} were published, and others than these",
            remedy="results are published once; record an objection against them instead",
        )
    strangers = sorted(command.results.keys() - set(state.instructor_ids))
    if strangers:
        raise Refused(
            "instructor-not-covered",
            f"the instructor {strangers[0]} has a result but is not covered by {command.quarter}",
            remedy="publish results of the instructors the quarter was opened for",
            where=f"results.{strangers[0]}",
        )
    return [
        AssessmentPublished(
            quarter=command.quarter,
            rule_set_id=state.rule_set_id,
            rule_set_version=state.rule_set_version,
            results=command.results,
            unscored=tuple(each for each in state.instructor_ids if each not in command.results),
            published_at=command.published_at,
        )
    ]


QUARTER: Decider[QuarterCommand, QuarterState] = Decider(
    stream_type="quarter",
    initial=QuarterState(),
    decide=decide,
    evolve=evolve,
    events=(QuarterOpened, AssessmentPublished),
)
