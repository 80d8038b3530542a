"""Documents (制度文件): versions, what is refused in them, and which of them holds where and when."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registry.domain.policy_document.commands import IssuePolicy, PolicyItem, RepealPolicy
from services.registry.domain.policy_document.decider import POLICY_DOCUMENT, PolicyDocument
from services.registry.domain.policy_document.events import PolicyDocumentIssued
from services.registry.domain.policy_document.staffing import StaffingRules, in_force, staffing_rules
from shared.kernel.errors import Invalid, Refused

T0 = datetime(2026, 3, 2, 1, tzinfo=UTC)
LIU_YOU = tuple(
    PolicyItem(code=code, text=text)
    for code, text in (
        ("sign", "站组标牌"),
        ("room", "固定场所"),
        ("rules", "上墙制度"),
        ("books", "学习资料"),
        ("office", "办公设施"),
        ("chart", "指导组架构图"),
    )
)


def issue(**changed: Any) -> IssuePolicy:
    return IssuePolicy(
        **{
            "document_id": "liu-you",
            "kind": "site_checklist",
            "title": "阵地“六有”标准",
            "about": "liu-you",
            "organisation_id": "c1",
            "area_code": "430702",
            "effective_from": date(2026, 1, 1),
            "source_document": "武组发〔2026〕1号",
            "classification": "public",
            "items": LIU_YOU,
            "issued_at": T0,
            **changed,
        }
    )


def issued(*commands: IssuePolicy | RepealPolicy) -> PolicyDocument:
    state = POLICY_DOCUMENT.initial
    for command in commands:
        state = POLICY_DOCUMENT.fold(POLICY_DOCUMENT.decide(command, state), state)
    return state


def test_a_version_follows_the_one_before_and_changes_nothing_of_it() -> None:
    [first] = POLICY_DOCUMENT.decide(issue(), POLICY_DOCUMENT.initial)
    assert isinstance(first, PolicyDocumentIssued)
    assert (first.number, len(first.items)) == (1, 6)
    x = PolicyItem(code="media", text="多媒体电教", required=False)
    [second] = POLICY_DOCUMENT.decide(
        issue(items=(*LIU_YOU, x), effective_from=date(2026, 7, 1)), POLICY_DOCUMENT.fold([first])
    )
    assert isinstance(second, PolicyDocumentIssued)
    assert (second.number, [item.required for item in second.items].count(False)) == (2, 1)


def test_the_same_version_again_is_nothing_new() -> None:
    assert POLICY_DOCUMENT.decide(issue(issued_at=datetime(2026, 4, 1, tzinfo=UTC)), issued(issue())) == []


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("document-classified", {"classification": "secret"}),
        ("document-items", {"items": ()}),
        ("document-items", {"items": (LIU_YOU[0], LIU_YOU[0])}),
        ("document-about", {"kind": "duty_list", "about": "king"}),
        ("document-numbers", {"kind": "staffing_rules", "items": (), "numbers": {"instructor_load": 0}}),
        ("document-numbers", {"kind": "staffing_rules", "items": (), "numbers": {"instructor_laod": 3}}),
    ],
)
def test_what_cannot_be_meant_is_refused(code: str, changed: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=rf"^{code}:"):
        POLICY_DOCUMENT.decide(issue(**changed), POLICY_DOCUMENT.initial)


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("document-order", {"title": "新标准"}),
        ("document-other-kind", {"kind": "mechanism"}),
        ("document-other-kind", {"organisation_id": "c2"}),
    ],
)
def test_a_document_stays_what_it_is(code: str, changed: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=rf"^{code}:"):
        POLICY_DOCUMENT.decide(issue(**changed), issued(issue()))


def test_a_repealed_document_stays_repealed() -> None:
    repeal = RepealPolicy(repealed_on=date(2026, 9, 1), reason="新标准代替")
    state = issued(issue(), repeal)
    assert POLICY_DOCUMENT.decide(repeal, state) == []
    with pytest.raises(Refused, match=r"^document-repealed:"):
        POLICY_DOCUMENT.decide(issue(effective_from=date(2027, 1, 1)), state)
    with pytest.raises(Refused, match=r"^document-unknown:"):
        POLICY_DOCUMENT.decide(repeal, POLICY_DOCUMENT.initial)
    with pytest.raises(Invalid, match=r"^document-order:"):
        POLICY_DOCUMENT.decide(RepealPolicy(repealed_on=date(2025, 1, 1), reason="x"), issued(issue()))


def version(
    document_id: str, area_code: str, begins: date, load: int, repealed_on: date | None = None
) -> dict[str, Any]:
    return {"document_id": document_id, "area_code": area_code, "effective_from": begins, "repealed_on": repealed_on,
            "numbers": {"instructor_load": load}}  # fmt: skip


def test_the_nearest_place_and_its_newest_document_decide() -> None:
    city = version("city", "430700", date(2025, 1, 1), 4)
    county = version("county", "430702", date(2026, 1, 1), 3)
    revised = version("county", "430702", date(2026, 7, 1), 2)
    rules = [revised, city, county]
    assert staffing_rules(rules, "430702", date(2025, 6, 1)).instructor_load == 4
    assert staffing_rules(rules, "430702", date(2026, 3, 1)).instructor_load == 3
    assert staffing_rules(rules, "430702", date(2026, 8, 1)).instructor_load == 2
    assert staffing_rules(rules, "430703", date(2026, 8, 1)).instructor_load == 4
    assert staffing_rules(rules, "350102", date(2026, 8, 1)) == StaffingRules()


def test_what_was_repealed_holds_until_that_day_and_what_was_before_it_does_not_come_back() -> None:
    old = version("county", "430702", date(2025, 1, 1), 4)
    newest = version("county", "430702", date(2026, 1, 1), 3, repealed_on=date(2026, 9, 1))
    assert in_force([old, newest], "430702", date(2026, 8, 31)) == newest
    assert in_force([old, newest], "430702", date(2026, 9, 1)) is None
