"""逐步组建 (domain L05): steps with their days, each found once, and the proposal to found when the rules want it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registry.domain.formation.rules import Circumstances, FormationRules, Proposal, propose
from services.registry.domain.ripening.decider import (
    RIPENING,
    EndRipening,
    NoteStanding,
    PlanRipening,
    RipeningState,
)
from services.registry.domain.ripening.events import (
    RipeningEnded,
    RipeningPlanned,
    RipeningStepOverdue,
    RipeningStepReached,
    Step,
    UnitRipened,
)
from shared.kernel.errors import Invalid, Refused

CODE = "91110108551385082Q"
PLAN = PlanRipening(
    uscc=CODE, responsible_id="c1", today=date(2026, 3, 1),
    steps=(Step(means="instructor", due_on=date(2026, 3, 31)), Step(means="trade_union", due_on=date(2026, 6, 30))),
)  # fmt: skip
NOT_YET = Proposal("none", None, "below_threshold")
RIPE = propose(FormationRules(), Circumstances("enterprise", "operating", 20, formal_members=3, members=3))


def look(day: date, *there: str, proposal: Proposal = NOT_YET) -> NoteStanding:
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return NoteStanding.model_validate({"there": frozenset(there), "proposal": proposal, "at": at})


def after(*commands: Any) -> RipeningState:
    state = RIPENING.initial
    for command in commands:
        state = RIPENING.fold(RIPENING.decide(command, state), state)
    return state


def test_steps_have_days_to_come_and_are_named_once() -> None:
    [planned] = RIPENING.decide(PLAN, RIPENING.initial)
    assert isinstance(planned, RipeningPlanned)
    assert planned.revision == 1
    assert RIPENING.decide(PLAN, after(PLAN)) == []
    past = PLAN.model_copy(update={"today": date(2026, 4, 1)})
    twice = PLAN.model_copy(update={"steps": (PLAN.steps[0], PLAN.steps[0])})
    for wrong in (past, twice):
        with pytest.raises(Invalid, match=r"^ripening-steps:"):
            RIPENING.decide(wrong, RIPENING.initial)


def test_a_step_is_reached_once_and_one_whose_day_passed_is_told_once() -> None:
    [reached] = RIPENING.decide(look(date(2026, 3, 20), "instructor"), after(PLAN))
    assert reached == RipeningStepReached(uscc=CODE, revision=1, means="instructor", on=date(2026, 3, 20))
    state = after(PLAN, look(date(2026, 3, 20), "instructor"))
    assert RIPENING.decide(look(date(2026, 6, 30)), state) == []
    [late] = RIPENING.decide(look(date(2026, 7, 1)), state)
    assert isinstance(late, RipeningStepOverdue)
    assert (late.means, late.due_on, late.responsible_id) == ("trade_union", date(2026, 6, 30), "c1")
    state = RIPENING.fold([late], state)
    assert RIPENING.decide(look(date(2026, 7, 9)), state) == []
    assert [type(one) for one in RIPENING.decide(look(date(2026, 7, 9), "trade_union"), state)] == [RipeningStepReached]


def test_founding_is_proposed_once_when_the_rules_want_it_also_under_a_new_plan() -> None:
    ripe = look(date(2026, 3, 20), proposal=RIPE)
    [ripened] = RIPENING.decide(ripe, after(PLAN))
    assert isinstance(ripened, UnitRipened)
    assert (ripened.mode, ripened.organisation_kind, ripened.why) == ("single", "branch", "enough_members")
    assert RIPENING.decide(ripe, after(PLAN, ripe)) == []
    longer = PLAN.model_copy(update={"steps": PLAN.steps[:1]})
    assert RIPENING.decide(ripe, after(PLAN, ripe, longer)) == []
    wanted = look(date(2026, 3, 20), proposal=Proposal("should", "area", "key_unit"))
    assert RIPENING.decide(wanted, after(PLAN)) == []


def test_what_is_covered_or_given_up_is_not_looked_at_any_more_and_may_begin_anew() -> None:
    covered = EndRipening(ground="covered", on=date(2026, 5, 1))
    [ended] = RIPENING.decide(covered, after(PLAN))
    assert isinstance(ended, RipeningEnded)
    state = after(PLAN, look(date(2026, 3, 20), proposal=RIPE), covered)
    assert RIPENING.decide(covered, state) == []
    assert RIPENING.decide(look(date(2026, 9, 1)), state) == []
    given_up = EndRipening(ground="abandoned", reason="停业", on=date(2026, 5, 2))
    with pytest.raises(Refused, match=r"^ripening-unknown:"):
        RIPENING.decide(given_up, state)
    [anew] = RIPENING.decide(PLAN, state)
    assert isinstance(anew, RipeningPlanned)
    assert (anew.revision, anew.ripe) == (2, False)
    assert len(RIPENING.decide(given_up, after(PLAN))) == 1
