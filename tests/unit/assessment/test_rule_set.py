"""A rule set (考核办法): versions numbered without gaps, each immutable, its items adding up to the stated total."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from services.assessment.domain.rule_set.commands import AdoptRuleSet, ItemGiven
from services.assessment.domain.rule_set.decider import RULE_SET
from services.assessment.domain.rule_set.events import RuleSetAdopted
from shared.kernel.errors import Invalid, Refused

VISITS = {"id": "visits", "title": "走访联系", "max_score": "60"}
LEDGER = {"id": "ledger", "title": "台账资料", "max_score": "20", "weight": "2"}


def adopt(version: int = 1, items: list[dict[str, str]] | None = None, **more: object) -> AdoptRuleSet:
    return AdoptRuleSet.model_validate(
        {
            "rule_set_id": "wuling",
            "version": version,
            "title": "党建指导员管理考核办法（试行）",
            "effective_from": date(2026, 1, 1),
            "items": [VISITS, LEDGER] if items is None else items,
            "source_document": "武党建〔2026〕1号",
            "adopted_at": datetime(2026, 1, 1, tzinfo=UTC),
            **more,
        }
    )


def adopted(command: AdoptRuleSet) -> RuleSetAdopted:
    return RuleSetAdopted.model_validate(command.model_dump())


def test_the_first_version_is_adopted() -> None:
    events = RULE_SET.decide(adopt(), RULE_SET.initial)
    assert events == [adopted(adopt())]
    assert RULE_SET.fold(events).latest == 1


def test_what_is_read_back_equals_what_was_written() -> None:
    [event] = RULE_SET.decide(adopt(), RULE_SET.initial)
    assert RuleSetAdopted.model_validate_json(event.model_dump_json()) == event


def test_the_same_version_again_changes_nothing() -> None:
    again = adopt(adopted_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert RULE_SET.decide(again, RULE_SET.fold([adopted(adopt())])) == []


def test_a_version_is_immutable() -> None:
    with pytest.raises(Refused, match=r"^rule-set-immutable:"):
        RULE_SET.decide(adopt(title="另一个办法"), RULE_SET.fold([adopted(adopt())]))


@pytest.mark.parametrize("version", [3, 7])
def test_versions_have_no_gaps(version: int) -> None:
    with pytest.raises(Refused, match=r"^rule-set-version-gap:"):
        RULE_SET.decide(adopt(version), RULE_SET.fold([adopted(adopt())]))


def test_a_successor_does_not_take_effect_before_its_predecessor() -> None:
    with pytest.raises(Refused, match=r"^rule-set-effective-earlier:"):
        RULE_SET.decide(adopt(2, effective_from=date(2025, 1, 1)), RULE_SET.fold([adopted(adopt())]))


def test_the_version_in_force_is_the_newest_that_has_begun() -> None:
    second = adopted(adopt(2, effective_from=date(2026, 7, 1)))
    state = RULE_SET.fold([adopted(adopt()), second])
    assert state.in_force_on(date(2025, 12, 31)) is None
    assert state.in_force_on(date(2026, 6, 30)) == adopted(adopt())
    assert state.in_force_on(date(2026, 7, 1)) == second


def test_weighted_items_add_up_to_the_stated_total() -> None:
    with pytest.raises(Invalid, match=r"^full-score-mismatch: the items add up to 60"):
        RULE_SET.decide(adopt(items=[VISITS]), RULE_SET.initial)
    assert RULE_SET.decide(adopt(items=[VISITS], full_score="60"), RULE_SET.initial)


def test_an_item_is_given_once() -> None:
    with pytest.raises(Invalid, match=r"^duplicate-item: the item visits"):
        RULE_SET.decide(adopt(items=[VISITS, VISITS]), RULE_SET.initial)


@pytest.mark.parametrize("wrong", [{"max_score": "0"}, {"max_score": "-1"}, {"weigth": "2"}, {"max_score": "0.001"}])
def test_a_malformed_item_never_becomes_a_command(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ItemGiven.model_validate({**VISITS, **wrong})
