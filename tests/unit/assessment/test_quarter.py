"""A quarter (季度综合评价): frozen when it opens, scored item by item, published once, concluding nothing by itself."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from services.assessment.domain.quarter.commands import OpenQuarter, PublishQuarter
from services.assessment.domain.quarter.decider import QUARTER
from services.assessment.domain.quarter.events import AssessmentPublished, QuarterOpened
from services.assessment.domain.quarterly_assessment.commands import ScoreInstructor, SealAssessment
from services.assessment.domain.quarterly_assessment.decider import ASSESSMENT, assessment_of
from services.assessment.domain.quarterly_assessment.events import AssessmentScored, AssessmentSealed
from services.assessment.domain.vocabulary import RuleItem
from shared.kernel.calendar import Quarter
from shared.kernel.errors import Invalid, Refused

NOW = datetime(2026, 12, 20, tzinfo=UTC)
Q4 = Quarter("2026Q4")
ITEMS = (
    RuleItem(id="visits", title="走访联系", max_score=Decimal(60)),
    RuleItem(id="ledger", title="台账资料", max_score=Decimal(20), weight=Decimal(2)),
)
OPENED = QuarterOpened(
    quarter="2026Q4",
    rule_set_id="wuling",
    rule_set_version=2,
    items=ITEMS,
    instructor_ids=("i1", "i2", "i3"),
    closes_on=date(2027, 1, 10),
)


def open_quarter(
    version: int = 2, instructors: tuple[str, ...] = ("i1", "i2", "i3"), closes_on: date = date(2027, 1, 10)
) -> OpenQuarter:
    return OpenQuarter(
        quarter=Q4,
        rule_set_id="wuling",
        rule_set_version=version,
        items=ITEMS,
        instructor_ids=instructors,
        closes_on=closes_on,
    )


def publish(**results: str) -> PublishQuarter:
    return PublishQuarter(
        quarter=Q4, results={each: Decimal(total) for each, total in results.items()}, published_at=NOW
    )


def score(reason: str | None = None, *, is_covered: bool = True, **scores: str) -> ScoreInstructor:
    return ScoreInstructor(
        quarter=Q4,
        instructor_id="i1",
        items=ITEMS,
        is_covered=is_covered,
        scores={item: Decimal(points) for item, points in scores.items()},
        reason=reason,
        scored_at=NOW,
    )


def test_a_quarter_freezes_what_it_is_measured_by() -> None:
    assert QUARTER.decide(open_quarter(), QUARTER.initial) == [OPENED]
    assert QUARTER.decide(open_quarter(), QUARTER.fold([OPENED])) == []
    with pytest.raises(Refused, match=r"^quarter-already-open:"):
        QUARTER.decide(open_quarter(version=3), QUARTER.fold([OPENED]))


def test_a_quarter_cannot_close_before_it_begins() -> None:
    with pytest.raises(Invalid, match=r"^quarter-closes-early:"):
        QUARTER.decide(open_quarter(closes_on=date(2026, 9, 30)), QUARTER.initial)


def test_an_instructor_is_covered_once() -> None:
    with pytest.raises(Invalid, match=r"^duplicate-instructor:"):
        QUARTER.decide(open_quarter(instructors=("i1", "i1")), QUARTER.initial)


def test_publishing_names_who_was_not_scored() -> None:
    events = QUARTER.decide(publish(i1="91.5", i3="80"), QUARTER.fold([OPENED]))
    assert events == [
        AssessmentPublished(
            quarter="2026Q4",
            rule_set_id="wuling",
            rule_set_version=2,
            results={"i1": Decimal("91.5"), "i3": Decimal(80)},
            unscored=("i2",),
            published_at=NOW,
        )
    ]


def test_a_quarter_is_published_once() -> None:
    published = QUARTER.fold([OPENED, *QUARTER.decide(publish(i1="91.5"), QUARTER.fold([OPENED]))])
    assert QUARTER.decide(publish(i1="91.50"), published) == []
    with pytest.raises(Refused, match=r"^quarter-published:"):
        QUARTER.decide(publish(i1="95"), published)


def test_only_an_open_quarter_is_published_and_only_for_who_it_covers() -> None:
    with pytest.raises(Refused, match=r"^quarter-unknown:"):
        QUARTER.decide(publish(i1="1"), QUARTER.initial)
    with pytest.raises(Refused, match=r"^instructor-not-covered: the instructor i9"):
        QUARTER.decide(publish(i9="1"), QUARTER.fold([OPENED]))


def test_scores_are_weighted_and_added_up() -> None:
    [event] = ASSESSMENT.decide(score(visits="55.5", ledger="18.25"), ASSESSMENT.initial)
    assert isinstance(event, AssessmentScored)
    assert event.total == Decimal("92.00")
    assert AssessmentScored.model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize(
    ("code", "item", "scores"),
    [
        ("unknown-item", "songs", {"visits": "1", "ledger": "1", "songs": "1"}),
        ("missing-item", "ledger", {"visits": "1"}),
        ("negative-score", "visits", {"visits": "-0.5", "ledger": "1"}),
        ("score-above-maximum", "ledger", {"visits": "60", "ledger": "20.01"}),
    ],
)
def test_a_score_that_does_not_fit_names_its_item(code: str, item: str, scores: dict[str, str]) -> None:
    with pytest.raises(Invalid, match=rf"^{code}: the item {item} ") as invalid:
        ASSESSMENT.decide(score(None, is_covered=True, **scores), ASSESSMENT.initial)
    assert invalid.value.where == f"scores.{item}"


@pytest.mark.parametrize("points", ["1.001", "NaN", "Infinity"])
def test_points_are_hundredths(points: str) -> None:
    with pytest.raises(ValidationError):
        score(visits=points, ledger="1")


def test_zero_and_the_maximum_are_scores() -> None:
    assert ASSESSMENT.decide(score(visits="0", ledger="20"), ASSESSMENT.initial)


def test_scoring_again_needs_a_reason_and_keeps_the_history() -> None:
    first = ASSESSMENT.fold(ASSESSMENT.decide(score(visits="50", ledger="10"), ASSESSMENT.initial))
    assert ASSESSMENT.decide(score(visits="50.0", ledger="10"), first) == []
    with pytest.raises(Refused, match=r"^reason-required:"):
        ASSESSMENT.decide(score(visits="55", ledger="10"), first)
    second = ASSESSMENT.fold(ASSESSMENT.decide(score("漏记两次走访", visits="55", ledger="10"), first), first)
    assert [str(each.total) for each in second.scorings] == ["70.00", "75.00"]
    assert [each.reason for each in second.scorings] == [None, "漏记两次走访"]


def test_nobody_is_scored_whom_the_quarter_does_not_cover() -> None:
    with pytest.raises(Refused, match=r"^instructor-not-covered:"):
        ASSESSMENT.decide(score(is_covered=False, visits="1", ledger="1"), ASSESSMENT.initial)


def test_publication_seals_an_assessment_scored_or_not() -> None:
    seal = SealAssessment(quarter=Q4, instructor_id="i1", sealed_at=NOW)
    events = ASSESSMENT.decide(seal, ASSESSMENT.initial)
    assert events == [AssessmentSealed(quarter="2026Q4", instructor_id="i1", sealed_at=NOW)]
    sealed = ASSESSMENT.fold(events)
    assert ASSESSMENT.decide(seal, sealed) == []
    with pytest.raises(Refused, match=r"^assessment-sealed:"):
        ASSESSMENT.decide(score("更正", visits="1", ledger="1"), sealed)


def test_every_instructor_has_a_stream_of_their_own() -> None:
    assert ASSESSMENT.stream(assessment_of(Q4, "i1")) == "assessment-2026Q4-i1"
