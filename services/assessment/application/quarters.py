"""Decisions about a quarter that need facts of rule sets, posts and other streams."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from services.assessment.application.responsible import serving_on
from services.assessment.domain.quarter.commands import OpenQuarter, PublishQuarter
from services.assessment.domain.quarter.decider import QUARTER
from services.assessment.domain.quarter.state import QuarterState
from services.assessment.domain.quarterly_assessment.commands import ScoreInstructor, SealAssessment
from services.assessment.domain.quarterly_assessment.decider import ASSESSMENT, assessment_of
from services.assessment.domain.quarterly_assessment.state import AssessmentState
from services.assessment.domain.rule_set.decider import RULE_SET
from services.assessment.domain.rule_set.events import RuleSetAdopted
from services.assessment.domain.rule_set.state import RuleSetState
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import Quarter, local_date
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


async def open_quarter(
    unit: UnitOfWork, quarter: Quarter, rule_set_id: str, version: int | None, closes_on: date, expected: int | None
) -> list[DomainEvent]:
    """Begin a quarter with the rules in force on its first day (or that version) and the instructors who serve now."""
    rules = await _rules(unit, quarter, rule_set_id, version)
    instructors = await _covered(unit, quarter)
    command = OpenQuarter(
        quarter=quarter,
        rule_set_id=rule_set_id,
        rule_set_version=rules.version,
        items=rules.items,
        instructor_ids=instructors,
        closes_on=closes_on,
    )
    return await unit.handle(QUARTER, quarter, command, expected=expected)


async def score(
    unit: UnitOfWork,
    quarter: Quarter,
    instructor_id: str,
    scores: Mapping[str, Decimal],
    reason: str | None,
    expected: int | None,
) -> list[DomainEvent]:
    """Score an instructor by the items frozen in the quarter. `closes_on` is the last day on which that is possible."""
    state: QuarterState = await unit.state(QUARTER, quarter)
    if state.status == "unknown":
        raise _unknown(quarter)
    now = unit.clock.now()
    if local_date(now) > state.closes_on and state.status == "open":
        raise Refused(
            "quarter-closed",
            f"scores of {quarter} were taken until {state.closes_on}",
            remedy="publish the quarter; who has no score is named in it",
        )
    command = ScoreInstructor(
        quarter=quarter,
        instructor_id=instructor_id,
        items=state.items,
        is_covered=instructor_id in state.instructor_ids,
        scores=dict(scores),
        reason=reason,
        scored_at=now,
    )
    return await unit.handle(ASSESSMENT, assessment_of(quarter, instructor_id), command, expected=expected)


async def publish(unit: UnitOfWork, quarter: Quarter, expected: int | None) -> list[DomainEvent]:
    """Publish every total and seal every assessment in one go: no score can slip in between."""
    now = unit.clock.now()
    events = await unit.handle(
        QUARTER,
        quarter,
        PublishQuarter(quarter=quarter, results=await results(unit, quarter), published_at=now),
        expected=expected,
    )
    state: QuarterState = await unit.state(QUARTER, quarter)
    for instructor_id in state.instructor_ids:
        command = SealAssessment(quarter=quarter, instructor_id=instructor_id, sealed_at=now)
        await unit.handle(ASSESSMENT, assessment_of(quarter, instructor_id), command)
    return events


async def results(unit: UnitOfWork, quarter: Quarter) -> dict[str, Decimal]:
    """The totals that stand at this moment, by instructor; who has none is not in it."""
    found = await assessments(unit, quarter)
    return {one: each.current.total for one, each in found.items() if each.current is not None}


async def assessments(unit: UnitOfWork, quarter: Quarter) -> dict[str, AssessmentState]:
    """The assessment of every instructor whom the quarter covers, read with one query."""
    state: QuarterState = await unit.state(QUARTER, quarter)
    await unit.prefetch((ASSESSMENT, assessment_of(quarter, one)) for one in state.instructor_ids)
    return {one: await unit.state(ASSESSMENT, assessment_of(quarter, one)) for one in state.instructor_ids}


async def _rules(unit: UnitOfWork, quarter: Quarter, rule_set_id: str, version: int | None) -> RuleSetAdopted:
    rule_set: RuleSetState = await unit.state(RULE_SET, rule_set_id)
    found = rule_set.in_force_on(quarter.start) if version is None else rule_set.version(version)
    if found is None:
        asked = f"in force on {quarter.start}" if version is None else f"with the number {version}"
        raise Refused(
            "rule-set-unknown",
            f"{rule_set_id} has no version {asked}",
            remedy="adopt one first, or name a version that exists",
            where="rule_set_id",
        )
    return found


async def _covered(unit: UnitOfWork, quarter: Quarter) -> tuple[str, ...]:
    """Who is to be covered; of a quarter that is open already, who is: a repeated opening must not see other posts."""
    state: QuarterState = await unit.state(QUARTER, quarter)
    instructors = state.instructor_ids or await serving_on(unit, local_date(unit.clock.now()))
    if not instructors:
        raise Refused(
            "no-instructors",
            "nobody serves as an instructor today",
            remedy="assign posts of the kind instructor in the registry first",
        )
    return instructors


def _unknown(quarter: str) -> Refused:
    return Refused("quarter-unknown", f"{quarter} was not opened", remedy="open it first")
