"""征求意见 (domain N24): each member answers once, may correct it until it closes, and is nobody in the results."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from services.mobility.domain.form.decider import FORM, FormIssued, IssueForm
from services.mobility.domain.form.items import FormItem
from services.mobility.domain.survey.decider import SURVEY, AnswerSurvey, CloseSurvey, OpenSurvey
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
from services.mobility.domain.survey.withdrawal import WithdrawSurvey
from shared.kernel.errors import NotFound, Refused
from shared.kernel.timer import ArmTimer, CancelTimer
from tests.support.sealed_words import sealed_words
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import T0, at

ITEMS = (
    FormItem(item_id="evening", text="活动放在晚上?", options=("是", "否")),
    FormItem(item_id="wish", text="还希望什么?"),
)


def opens(people: int = 6, **changed: Any) -> OpenSurvey:
    said = {"survey_id": "s1", "body_id": "c1", "title": "活动时间", "items": ITEMS, "organisation_ids": ("b1",),
            "member_ids": tuple(f"m{n}" for n in range(people)), "closes_at": at(14), "opened_at": T0}  # fmt: skip
    return OpenSurvey.model_validate(said | changed)


def says(member: str = "m0", **changed: Any) -> AnswerSurvey:
    said = {"member_id": member, "branch_id": "b1", "answers": {"evening": "是"}, "entered_by": "c2",
            "answered_at": at(2)}  # fmt: skip
    return AnswerSurvey.model_validate(said | changed)


CLOSING = CloseSurvey(due_at=at(14))


def test_a_body_asks_those_in_its_care_and_not_too_few_to_hide_among() -> None:
    outcome = given(SURVEY).when(opens())
    outcome.then(SurveyOpened, SurveyAsked)
    assert SURVEY.timers(outcome.events[0]) == [ArmTimer("survey-closing", at(14))]
    given(SURVEY, opens()).when(opens(people=9, opened_at=at(1))).then_nothing()
    given(SURVEY, opens()).when(opens(title="else")).then_refused("survey-exists")
    given(SURVEY).when(opens(people=SMALLEST_GROUP - 1)).then_refused("too-few-asked")
    given(SURVEY).when(opens(people=2001)).then_refused("too-many-asked")
    given(SURVEY).when(opens(closes_at=T0)).then_refused("closes-too-early")
    given(SURVEY).when(opens(items=(ITEMS[0], ITEMS[0]))).then_refused("duplicate-item")
    asked = [event for event in given(SURVEY).when(opens(people=250)).events if isinstance(event, SurveyAsked)]
    assert [len(event.member_ids) for event in asked] == [100, 100, 50]


def test_a_member_answers_once_and_may_correct_it_until_it_closes() -> None:
    given(SURVEY, opens()).when(says()).then(SurveyAnswered)
    given(SURVEY, opens(), says()).when(says(answered_at=at(3), entered_by="b1")).then_nothing()
    corrected = given(SURVEY, opens(), says()).when(says(answers={"evening": "否"})).then(SurveyAnswered)
    assert {member: one.answers for member, one in corrected.given.items()} == {"m0": {"evening": "否"}}
    given(SURVEY, opens()).when(says(answered_at=at(14))).then(SurveyAnswered)
    given(SURVEY, opens()).when(says(answered_at=at(14) + timedelta(microseconds=1))).then_refused("survey-closed")
    given(SURVEY, opens(), CLOSING).when(says()).then_refused("survey-closed")
    given(SURVEY).when(says()).then_refused("survey-unknown")
    given(SURVEY, opens()).when(says("m99")).then_refused("not-asked")


def test_an_answer_is_to_what_was_asked() -> None:
    for answers, code in (
        ({}, "nothing-answered"),
        ({"other": "是"}, "item-unknown"),
        ({"evening": "也许"}, "not-an-option"),
        ({"wish": "in clear"}, "words-not-sealed"),
    ):
        given(SURVEY, opens()).when(says(answers=answers)).then_refused(code)
    given(SURVEY, opens()).when(says(answers={"wish": sealed_words("多一点时间")})).then(SurveyAnswered)


def test_closing_counts_what_stands_and_tells_whoever_was_asked_once() -> None:
    answered = [says(f"m{n}", answers={"evening": "是", "wish": sealed_words(f"{9 - n}")}) for n in range(5)]
    outcome = given(SURVEY, opens(), *answered, says("m0", answers={"evening": "否", "wish": sealed_words("9")})).when(
        CLOSING
    )
    outcome.then(SurveyClosed, SurveyResultsOut)
    closed, out = outcome.events
    assert isinstance(closed, SurveyClosed)
    assert isinstance(out, SurveyResultsOut)
    assert closed.results.total is not None
    assert closed.results.total.options == {"evening": {"是": 4, "否": 1}}
    assert closed.results.total.words == {"wish": 5}, "what they said is counted here and told nowhere"
    assert (closed.results.asked, closed.results.answered, out.member_ids) == (6, 5, opens().member_ids)
    given(SURVEY, opens(), CLOSING).when(CLOSING).then_nothing()


def test_of_few_who_answered_nothing_is_shown() -> None:
    few = count(ITEMS, 9, [("b1", {"evening": "是", "wish": "x"})] * 4)
    assert (few.total, few.branches, few.answered, few.not_shown) == (None, {}, 4, 1)


@examples(st.lists(st.sampled_from(["b1", "b2", "b3", "b4"]), max_size=40))
def test_no_few_can_be_worked_out_from_what_is_shown(branches: list[str]) -> None:
    found = count(ITEMS, 100, [(branch, {"evening": "是", "wish": "w"}) for branch in branches])
    assert all(one.answered >= SMALLEST_GROUP and not one.words for one in found.branches.values())
    if found.total is not None:
        rest = found.answered - sum(one.answered for one in found.branches.values())
        assert rest == 0 or rest >= SMALLEST_GROUP, "the total less the branches is a group as well"
    assert len(found.branches) + found.not_shown == len(set(branches))


def issues(**changed: Any) -> IssueForm:
    said = {"form_id": "f1", "form_version": 1, "kind": "questionnaire", "title": "问卷", "items": ITEMS,
            "source_document": "京组发〔2026〕5号", "issued_by": "c1", "issued_at": T0}  # fmt: skip
    return IssueForm.model_validate(said | changed)


def test_a_form_has_versions_that_are_never_changed() -> None:
    given(FORM).when(issues()).then(FormIssued)
    given(FORM, issues()).when(issues(issued_at=at(1))).then_nothing()
    given(FORM, issues()).when(issues(title="else")).then_refused("form-version-taken")
    given(FORM, issues()).when(issues(form_version=3)).then_refused("form-version-gap")
    given(FORM, issues()).when(issues(form_version=2, issued_by="c2")).then_refused("form-taken")
    state = given(FORM, issues()).when(issues(form_version=2, title="else")).then(FormIssued)
    assert [state.cited(n, "questionnaire").title for n in (1, 2)] == ["问卷", "else"]
    with pytest.raises(NotFound):
        state.cited(3, "questionnaire")
    with pytest.raises(Refused):
        state.cited(1, "appraisal")


def test_an_appraisal_goes_by_standards_demands_and_goals() -> None:
    given(FORM).when(issues(kind="appraisal")).then_refused("aspects-missing")
    items = tuple(FormItem(item_id=a, text=a, options=("好", "差"), aspect=a) for a in ("standard", "demand", "goal"))
    given(FORM).when(issues(kind="appraisal", items=items)).then(FormIssued)


def test_an_item_is_a_choice_or_words() -> None:
    for options in (("是",), ("是", "是")):
        with pytest.raises(ValueError, match="two different options"):
            FormItem(item_id="x", text="x", options=options)


def takes_back(day: float = 3, by: str = "c1") -> WithdrawSurvey:
    return WithdrawSurvey(text="问题写错了", withdrawn_by=by, withdrawn_at=at(day))


def test_what_was_answered_to_a_survey_that_is_withdrawn_is_counted_by_nobody() -> None:
    outcome = given(SURVEY, opens(), says(), says("m1")).when(takes_back())
    state = outcome.then(SurveyWithdrawn, SurveyTakenBack)
    assert (state.given, state.closed) == ({}, False)
    assert SURVEY.timers(outcome.events[0]) == [CancelTimer("survey-closing")]
    withdrawn = given(SURVEY, opens(), says(), takes_back())
    withdrawn.when(CLOSING).then_nothing()
    withdrawn.when(takes_back(day=4)).then_nothing()
    withdrawn.when(says("m2")).then_refused("survey-withdrawn")
    withdrawn.when(opens()).then_nothing()


def test_only_who_asked_takes_it_back_and_only_while_it_is_open() -> None:
    given(SURVEY, opens()).when(takes_back(by="c2")).then_refused("not-your-survey")
    given(SURVEY, opens(), CLOSING).when(takes_back(day=15)).then_refused("survey-closed")
    given(SURVEY, opens()).when(takes_back(day=15)).then_refused("survey-closed")
    given(SURVEY).when(takes_back()).then_refused("survey-unknown")
