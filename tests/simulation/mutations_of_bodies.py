"""Mechanisms of surveys, appraisals, activities, campaigns and ripening switched off."""

from dataclasses import replace
from typing import Any

from tests.simulation.switching import deaf, heedless, misled, switch
from tests.support.mutations import switch as real


@switch
def small_groups_shown() -> None:
    from services.mobility.domain.survey import results

    real.replace(results, "SMALLEST_GROUP", 1)


@switch
def answered_after_the_closing() -> None:
    from services.mobility.domain.survey.decider import SURVEY, AnswerSurvey

    def late(command: Any, state: Any) -> tuple[Any, Any]:
        opened = state.opened
        in_time = command if opened is None else command.model_copy(update={"answered_at": opened.opened_at})
        return in_time, replace(state, closed=False)

    misled(SURVEY, AnswerSurvey, late)


@switch
def counted_although_it_was_taken_back() -> None:
    from services.mobility.domain.survey.decider import SURVEY
    from services.mobility.domain.survey.events import SurveyWithdrawn

    heedless(SURVEY, SurveyWithdrawn)


@switch
def surveys_without_an_end() -> None:
    from services.mobility.domain.survey.decider import SURVEY, CloseSurvey

    deaf(SURVEY, CloseSurvey)


@switch
def decided_without_both_sides() -> None:
    from services.mobility.domain.appraisal.commands import DecideAppraisal
    from services.mobility.domain.appraisal.decider import APPRAISAL

    misled(APPRAISAL, DecideAppraisal, lambda command, state: (
        command, replace(state, sides=dict.fromkeys(("origin", "other"), None)),
    ))  # fmt: skip


@switch
def corrected_after_the_other_had_spoken() -> None:
    from services.mobility.domain.appraisal.commands import Appraise
    from services.mobility.domain.appraisal.decider import APPRAISAL

    def as_the_only_one(command: Any, state: Any) -> tuple[Any, Any]:
        own = {role: said for role, said in state.sides.items() if role == command.role}
        return command, replace(state, sides=own) if state.both else state

    misled(APPRAISAL, Appraise, as_the_only_one)


@switch
def an_organisation_tells_what_was_said_of_it() -> None:
    from services.mobility.domain.appraisal.commands import AppraiseBody
    from services.mobility.domain.appraisal.decider import APPRAISAL

    original = APPRAISAL.decide

    def decide(command: Any, state: Any) -> Any:
        if not isinstance(command, AppraiseBody):
            return original(command, state)
        events = original(command.model_copy(update={"entered_by": "somebody else"}), state)
        return [event.model_copy(update={"entered_by": command.entered_by}) for event in events]

    real.replace(APPRAISAL, "decide", decide)


@switch
def held_although_it_was_called_off() -> None:
    from services.mobility.domain.activity.decider import ACTIVITY, RecordActivity

    misled(ACTIVITY, RecordActivity, lambda command, state: (command, replace(state, cancelled=None)))


@switch
def on_a_card_once_more() -> None:
    from services.mobility.domain.activity.decider import ACTIVITY, RecordActivity

    misled(ACTIVITY, RecordActivity, lambda command, state: (command, replace(state, held=None)))


@switch
def stopped_and_still_under_way() -> None:
    from services.registry.domain.campaign.decider import CAMPAIGN
    from services.registry.domain.campaign.events import CampaignStopped

    heedless(CAMPAIGN, CampaignStopped)


@switch
def results_of_another_day() -> None:
    from services.registry.domain.campaign.decider import CAMPAIGN, EndRound

    misled(CAMPAIGN, EndRound, lambda command, state: (
        command.model_copy(update={"before": command.then, "then": command.before}), state,
    ))  # fmt: skip


@switch
def rounds_without_an_end() -> None:
    from services.registry.domain.campaign.decider import CAMPAIGN, EndRound

    deaf(CAMPAIGN, EndRound)


@switch
def ripe_at_each_look() -> None:
    from services.registry.domain.ripening.decider import RIPENING
    from services.registry.domain.ripening.events import UnitRipened

    heedless(RIPENING, UnitRipened)


@switch
def ripe_and_nobody_told() -> None:
    from services.registry.domain.ripening.decider import RIPENING, NoteStanding

    misled(RIPENING, NoteStanding, lambda command, state: (command, replace(state, ripe=True)))


@switch
def worked_with_what_is_covered() -> None:
    from services.registry.domain.ripening.decider import RIPENING, EndRipening

    deaf(RIPENING, EndRipening)


@switch
def found_nowhere_means_closed() -> None:
    """As it was before `test_bug_2700`."""
    from shared.kernel.calendar import local_date
    from tests.simulation.watching import MemoryRipening, standing

    original = MemoryRipening._open

    async def open_(self: Any) -> Any:
        today, rows = local_date(self._running.clock.now()), await original(self)
        there = {row["area_code"]: standing(self._store, row["area_code"], today) for row in rows}
        known = {one["uscc"] for units in there.values() for one in units}
        return [row if row["uscc"] in known else row | {"closed_on": today} for row in rows]

    real.replace(MemoryRipening, "_open", open_)


@switch
def heads_stay_behind() -> None:
    from services.registry.application import party_groups

    real.replace(party_groups, "_left", lambda events: ())


@switch
def groups_outlive_their_branch() -> None:
    from services.registry.application import party_groups

    async def nothing(*_: Any) -> None: ...

    real.replace(party_groups, "dissolve_all", nothing)
