"""A unit (两新组织): entered once under its code, changed, closed for ever."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.registry.domain.unit.commands import ChangeUnit, CloseUnit, RegisterUnit, ReportUnitChange
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.events import UnitChanged, UnitClosed, UnitRegistered
from services.registry.domain.unit.facts import UnitFacts
from services.registry.domain.unit.kinds import kind_of
from services.registry.domain.vocabulary import UnitKind
from shared.kernel.errors import Invalid, Refused
from shared.kernel.identifiers import uscc

COMPANY = "91110108551385082Q"
SHOP = uscc.make("92", "430702", "MA0000001")
SOCIETY = uscc.make("51", "430702", "MA0000001")
LAW_FIRM = uscc.make("31", "430702", "MA0000001")

REGISTERED = UnitRegistered(uscc=COMPANY, name="甲公司", kind="enterprise", area_code="430702", staff=12)
CLOSED = UnitClosed(uscc=COMPANY, closed_on=date(2026, 3, 1), reason="注销")


def register(code: str = COMPANY, kind: UnitKind = "enterprise", name: str = "甲公司") -> RegisterUnit:
    return RegisterUnit(uscc=code, name=name, kind=kind, area_code="430702", staff=12)


def test_a_unit_is_registered_under_its_code() -> None:
    assert UNIT.decide(register(), UNIT.initial) == [REGISTERED]


@pytest.mark.parametrize(
    ("code", "kind"),
    [(COMPANY, "enterprise"), (SHOP, "sole_trader"), (SOCIETY, "social_organisation"), (LAW_FIRM, "enterprise")],
)
def test_the_code_tells_the_kind(code: str, kind: UnitKind) -> None:
    assert kind_of(code) == kind
    assert UNIT.decide(register(code, kind), UNIT.initial)


@pytest.mark.parametrize(("code", "kind"), [(COMPANY, "sole_trader"), (SHOP, "enterprise"), (SOCIETY, "enterprise")])
def test_a_kind_that_disagrees_with_the_code_is_invalid(code: str, kind: UnitKind) -> None:
    with pytest.raises(Invalid, match=r"^unit-kind-mismatch:"):
        UNIT.decide(register(code, kind), UNIT.initial)


def test_a_code_with_a_wrong_check_character_never_becomes_a_command() -> None:
    with pytest.raises(ValidationError):
        register("91110108551385082R")


def test_registering_again_with_the_same_facts_changes_nothing() -> None:
    assert UNIT.decide(register(), UNIT.fold([REGISTERED])) == []


def test_registering_again_with_other_facts_is_refused() -> None:
    with pytest.raises(Refused, match=r"^unit-already-registered:"):
        UNIT.decide(register(name="乙公司"), UNIT.fold([REGISTERED]))


def test_a_change_names_only_what_changed() -> None:
    command = ChangeUnit(uscc=COMPANY, name="甲公司", staff=20)
    [event] = UNIT.decide(command, UNIT.fold([REGISTERED]))
    assert isinstance(event, UnitChanged)
    assert event.model_dump(exclude_none=True, exclude={"standing"}) == {"uscc": COMPANY, "staff": 20}
    assert event.standing == UnitFacts(name="甲公司", area_code="430702", staff=20)


def test_a_change_to_zero_staff_is_a_change() -> None:
    events = UNIT.decide(ChangeUnit(uscc=COMPANY, staff=0), UNIT.fold([REGISTERED]))
    assert UNIT.fold(events, UNIT.fold([REGISTERED])).facts.staff == 0


def test_a_change_of_nothing_is_no_event() -> None:
    assert UNIT.decide(ChangeUnit(uscc=COMPANY, name="甲公司"), UNIT.fold([REGISTERED])) == []


@pytest.mark.parametrize(
    "command", [ChangeUnit(uscc=COMPANY, staff=1), CloseUnit(uscc=COMPANY, closed_on=date(2026, 1, 1), reason="注销")]
)
def test_an_unknown_unit_can_neither_change_nor_close(command: ChangeUnit | CloseUnit) -> None:
    with pytest.raises(Refused, match=r"^unit-unknown:"):
        UNIT.decide(command, UNIT.initial)


def test_a_closed_unit_refuses_everything_but_the_same_closure() -> None:
    closed = UNIT.fold([REGISTERED, CLOSED])
    for command in (
        register(),
        ChangeUnit(uscc=COMPANY, staff=1),
        ReportUnitChange(uscc=COMPANY, staff=1),
        CloseUnit(uscc=COMPANY, closed_on=date(2026, 4, 1), reason="吊销"),
    ):
        with pytest.raises(Refused, match=r"^unit-closed:"):
            UNIT.decide(command, closed)
    assert UNIT.decide(CloseUnit(uscc=COMPANY, closed_on=date(2026, 3, 1), reason="经营期满"), closed) == []


def test_a_report_about_an_unknown_unit_enters_it_with_the_kind_of_its_code() -> None:
    report = ReportUnitChange(uscc=SOCIETY, name="某商会", area_code="430702")
    assert UNIT.decide(report, UNIT.initial) == [
        UnitRegistered(uscc=SOCIETY, name="某商会", kind="social_organisation", area_code="430702")
    ]


@pytest.mark.parametrize("facts", [{"name": "某商会"}, {"area_code": "430702"}, {"staff": 3}])
def test_a_report_about_an_unknown_unit_needs_name_and_area(facts: dict[str, object]) -> None:
    with pytest.raises(Refused, match=r"^unit-unknown:"):
        UNIT.decide(ReportUnitChange.model_validate({"uscc": SOCIETY, **facts}), UNIT.initial)


def test_a_report_about_a_known_unit_changes_it() -> None:
    report = ReportUnitChange(uscc=COMPANY, name="甲集团")
    standing = UnitFacts(name="甲集团", area_code="430702", staff=12)
    assert UNIT.decide(report, UNIT.fold([REGISTERED])) == [UnitChanged(uscc=COMPANY, name="甲集团", standing=standing)]
