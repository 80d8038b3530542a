"""载体、特色、品牌、挂牌、合同条款: whose they can be, and that one stands at a time."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from services.registry.domain.practice.decider import (
    PRACTICE,
    BeginPractice,
    EndPractice,
    PracticeBegun,
    PracticeCommand,
    PracticeEnded,
    practice_id,
)
from services.registry.domain.practice.kinds import KINDS
from services.registry.domain.vocabulary import PracticeKind
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent

DAY = date(2026, 3, 1)


def begin(**changed: Any) -> BeginPractice:
    facts = {"practice_id": "carrier:b1", "kind": "carrier", "scope": "organisation", "scope_id": "b1",
             "organisation_id": "b1", "name": "党员先锋岗", "approved_by": "c1", "since": DAY}  # fmt: skip
    return BeginPractice.model_validate(facts | changed)


def told(command: PracticeCommand, *history: DomainEvent) -> Sequence[DomainEvent]:
    return PRACTICE.decide(command, PRACTICE.fold(history))


def end(until: date) -> EndPractice:
    return EndPractice(until=until, reason="换载体")


@pytest.mark.parametrize("kind", KINDS)
def test_a_practice_belongs_to_what_its_kind_allows(kind: PracticeKind) -> None:
    for scope in KINDS[kind].scopes:
        given = begin(kind=kind, scope=scope, aspect=(*KINDS[kind].aspects, "any")[0], source_document="合同")
        assert [type(one) for one in told(given)] == [PracticeBegun]
    with pytest.raises(Invalid, match=r"^practice-scope:"):
        told(begin(kind=kind, scope="member", source_document="x"))
    assert set(KINDS[kind].scopes) >= {KINDS[kind].expected_of} - {None}


def test_what_a_kind_asks_for_has_to_be_said() -> None:
    with pytest.raises(Invalid, match=r"^practice-document:"):
        told(begin(kind="contract_clause", scope="unit"))
    for aspect in (None, "painted"):
        with pytest.raises(Invalid, match=r"^practice-aspect:"):
            told(begin(kind="activity_site", aspect=aspect))


def test_one_stands_at_a_time_and_may_begin_again_after_it_ended() -> None:
    [begun] = told(begin())
    assert told(begin(), begun) == []
    with pytest.raises(Refused, match=r"^practice-stands:"):
        told(begin(name="另一个"), begun)
    with pytest.raises(Invalid, match=r"^practice-dates:"):
        told(end(date(2026, 2, 28)), begun)
    [ended] = told(end(date(2026, 6, 30)), begun)
    assert isinstance(ended, PracticeEnded)
    assert (ended.since, ended.until) == (DAY, date(2026, 6, 30))
    assert told(end(date(2026, 6, 30)), begun, ended) == []
    with pytest.raises(Invalid, match=r"^practice-dates:"):
        told(end(date(2026, 7, 1)), begun, ended)
    with pytest.raises(Invalid, match=r"^practice-dates:"):
        told(begin(since=date(2026, 6, 30)), begun, ended)
    assert told(begin(since=date(2026, 7, 1)), begun, ended)
    with pytest.raises(Refused, match=r"^practice-unknown:"):
        told(end(DAY))


def test_a_holder_has_one_stream_per_kind_unless_the_kind_is_repeatable() -> None:
    assert practice_id("carrier", "b1", "drawn") == practice_id("carrier", "b1", "again") == "carrier:b1"
    assert practice_id("contract_clause", "b1", "drawn") == "drawn"
