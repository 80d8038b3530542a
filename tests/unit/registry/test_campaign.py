"""专项行动 (domain L02, Y09, Y12): whoever lacks something is told once a round, and the result stays as it was."""

from datetime import UTC, date, datetime

import pytest

from services.registry.application.campaign_measures import Subject, by_responsible, summed
from services.registry.domain.campaign.decider import (
    CAMPAIGN,
    CampaignState,
    EndRound,
    Figures,
    OpenCampaign,
    Remind,
    StopCampaign,
)
from services.registry.domain.campaign.events import CampaignBegun, CampaignDue, CampaignEnded, CampaignStopped
from shared.kernel.errors import Invalid, Refused

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HALF_YEARLY = OpenCampaign(
    campaign_id="k", kind="survey", name="百名干部进百企", area_code="431103", organisation_id="c1",
    starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30), repeats_months=6,
)  # fmt: skip
LACK = {"b1": Figures(expected=4, done=1), "b2": Figures(expected=2, done=0)}


def begun(command: OpenCampaign = HALF_YEARLY) -> CampaignState:
    return CAMPAIGN.fold(CAMPAIGN.decide(command, CAMPAIGN.initial))


def test_a_campaign_is_opened_once_and_has_an_end_after_its_beginning() -> None:
    assert CAMPAIGN.decide(HALF_YEARLY, begun()) == []
    with pytest.raises(Refused, match=r"^campaign-exists:"):
        CAMPAIGN.decide(HALF_YEARLY.model_copy(update={"target_percent": 90}), begun())
    for wrong in (date(2025, 12, 31), date(2030, 1, 1)):
        with pytest.raises(Invalid, match=r"^campaign-dates:"):
            CAMPAIGN.decide(HALF_YEARLY.model_copy(update={"ends_on": wrong}), CAMPAIGN.initial)
    with pytest.raises(Refused, match=r"^campaign-unknown:"):
        CAMPAIGN.decide(StopCampaign(reason="x", on=date(2026, 2, 1)), CAMPAIGN.initial)


def test_each_is_told_once_a_round_what_they_lack_also_who_lacks_something_later() -> None:
    state = begun()
    told = CAMPAIGN.decide(Remind(round=1, lacking={"b1": LACK["b1"]}, at=NOW), state)
    assert told == [
        CampaignDue(campaign_id="k", round=1, kind="survey", organisation_id="b1", ends_on=date(2026, 6, 30),
                    expected=4, missing=3, found_at=NOW)
    ]  # fmt: skip
    state = CAMPAIGN.fold(told, state)
    [later] = CAMPAIGN.decide(Remind(round=1, lacking=LACK, at=NOW), state)
    assert isinstance(later, CampaignDue)
    assert later.organisation_id == "b2"
    assert CAMPAIGN.decide(Remind(round=2, lacking=LACK, at=NOW), state) == []


def test_the_next_half_year_begins_on_the_day_after_and_everybody_may_be_told_again() -> None:
    state = CAMPAIGN.fold(CAMPAIGN.decide(Remind(round=1, lacking=LACK, at=NOW), begun()), begun())
    end = EndRound(round=1, before=Figures(expected=9, done=0), then=Figures(expected=10, done=10))
    ended, following = CAMPAIGN.decide(end, state)
    assert isinstance(ended, CampaignEnded)
    assert (ended.expected_before, ended.done_before, ended.missing, ended.reached) == (9, 0, 0, True)
    assert isinstance(following, CampaignBegun)
    assert (following.round, following.starts_on, following.ends_on) == (2, date(2026, 7, 1), date(2026, 12, 31))
    after = CAMPAIGN.fold([ended, following], state)
    assert CAMPAIGN.decide(end, after) == []
    assert len(CAMPAIGN.decide(Remind(round=2, lacking=LACK, at=NOW), after)) == 2


def test_what_does_not_repeat_ends_and_what_is_stopped_tells_nobody() -> None:
    once = HALF_YEARLY.model_copy(update={"repeats_months": None, "target_percent": 90})
    short = EndRound(round=1, before=Figures(expected=0, done=0), then=Figures(expected=100, done=89))
    [ended] = CAMPAIGN.decide(short, begun(once))
    assert isinstance(ended, CampaignEnded)
    assert not ended.reached
    assert CAMPAIGN.decide(short, CAMPAIGN.fold([ended], begun(once))) == []
    stop = StopCampaign(reason="机构调整", on=date(2026, 3, 1))
    [stopped] = CAMPAIGN.decide(stop, begun())
    assert isinstance(stopped, CampaignStopped)
    held = CAMPAIGN.fold([stopped], begun())
    assert CAMPAIGN.decide(stop, held) == []
    assert CAMPAIGN.decide(Remind(round=1, lacking=LACK, at=NOW), held) == []
    assert CAMPAIGN.decide(short, held) == []


def test_what_falls_to_nobody_is_for_whoever_runs_it_and_who_lacks_nothing_is_not_named() -> None:
    found = [Subject("unit", "u1", "甲", "b1", True), Subject("unit", "u2", "乙", "b1", False),
             Subject("unit", "u3", "丙", None, False), Subject("unit", "u4", "丁", "b2", True)]  # fmt: skip
    assert summed(found) == Figures(expected=4, done=2)
    assert by_responsible(found, "c1") == {
        "b1": Figures(expected=2, done=1),
        "c1": Figures(expected=1, done=0),
    }
    assert Figures(expected=0, done=0).reaches(100)
