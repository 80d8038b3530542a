"""逐步组建: a unit in which nothing can be founded yet is worked with step by step, `ripening-<uscc>` (domain L05):
党建指导员、工会、共青团、妇联, until the formation rules want an organisation for it; this is then proposed.

Whether a step is there is not said a second time: posts and surveys say so, and a round looks (`application/ripening.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from services.registry.domain.formation.rules import Proposal
from services.registry.domain.ripening.events import (
    RipeningEnded,
    RipeningPlanned,
    RipeningStepOverdue,
    RipeningStepReached,
    Step,
    UnitRipened,
)
from services.registry.domain.vocabulary import Id, Reason, WorkMeans
from shared.kernel.calendar import local_date
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.identifiers.uscc import Uscc

Ground = Literal["covered", "closed", "abandoned"]


class PlanRipening(Command):
    """Say by when which steps are taken. Said again with others it takes the place of what was planned before."""

    uscc: Uscc
    responsible_id: Id
    steps: tuple[Step, ...] = Field(min_length=1, max_length=5)
    today: date


class NoteStanding(Command):
    """How the unit stands: which means are there, and what the rules propose. Made by the round that looks."""

    there: frozenset[WorkMeans]
    proposal: Proposal
    at: AwareDatetime


class EndRipening(Command):
    """An organisation covers it, it is gone, or it is given up; that has a reason."""

    ground: Ground
    reason: Reason | None = None
    on: date


RipeningCommand = PlanRipening | NoteStanding | EndRipening


@dataclass(frozen=True, slots=True)
class RipeningState:
    """The steps as planned last, those that were reached or told of, and whether founding was proposed."""

    planned: RipeningPlanned | None = None
    open: bool = False
    reached: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    ripe: bool = False


def decide(command: RipeningCommand, state: RipeningState) -> Sequence[DomainEvent]:
    """Errors: `ripening-steps`, `ripening-unknown`."""
    match command:
        case PlanRipening():
            return _plan(command, state)
        case EndRipening(ground="abandoned") if not state.open:
            raise Refused("ripening-unknown", "nobody works on that unit step by step", remedy="look at its ledger")
    plan = state.planned
    if plan is None or not state.open:
        return []
    whose = {"uscc": plan.uscc, "revision": plan.revision}
    match command:
        case EndRipening():
            return [RipeningEnded(**whose, **command.model_dump())]
        case NoteStanding():
            return _look(command, plan, state)


def _plan(command: PlanRipening, state: RipeningState) -> Sequence[DomainEvent]:
    if len({step.means for step in command.steps}) < len(command.steps):
        raise Invalid("ripening-steps", "a step is named twice", remedy="name each once, with one day", where="steps")
    before = state.planned
    facts = command.model_dump(exclude={"today"})
    if before is not None and state.open and facts == before.model_dump(exclude={"revision", "ripe"}):
        return []
    if any(step.due_on < command.today for step in command.steps):
        raise Invalid(
            "ripening-steps", "the day of a step has passed", remedy="give a day to come for each", where="steps"
        )
    return [RipeningPlanned(revision=before.revision + 1 if before else 1, ripe=state.open and state.ripe, **facts)]


def _look(command: NoteStanding, plan: RipeningPlanned, state: RipeningState) -> Sequence[DomainEvent]:
    today, whose = local_date(command.at), {"uscc": plan.uscc, "revision": plan.revision}
    responsible_id = plan.responsible_id
    found: list[DomainEvent] = []
    for step in plan.steps:
        if step.means in state.reached:
            continue
        if step.means in command.there:
            found.append(RipeningStepReached(means=step.means, on=today, **whose))
        elif step.due_on < today and step.means not in state.late:
            late = {"responsible_id": responsible_id, "found_at": command.at}
            found.append(RipeningStepOverdue(**step.model_dump(), **late, **whose))
    if command.proposal.duty == "must" and not state.ripe:
        proposed = {name: getattr(command.proposal, name) for name in ("mode", "organisation_kind", "why")}
        found.append(UnitRipened(responsible_id=responsible_id, ripe_on=today, **proposed, **whose))
    return found


def evolve(state: RipeningState, event: DomainEvent) -> RipeningState:
    match event:
        case RipeningPlanned():
            return RipeningState(event, open=True, ripe=event.ripe)
        case RipeningStepReached():
            return replace(state, reached=state.reached | {event.means})
        case RipeningStepOverdue():
            return replace(state, late=state.late | {event.means})
        case UnitRipened():
            return replace(state, ripe=True)
        case RipeningEnded():
            return replace(state, open=False)
        case _:
            return state


RIPENING: Decider[RipeningCommand, RipeningState] = Decider(
    stream_type="ripening",
    initial=RipeningState(),
    decide=decide,
    evolve=evolve,
    events=(RipeningPlanned, RipeningStepReached, RipeningStepOverdue, UnitRipened, RipeningEnded),
)
