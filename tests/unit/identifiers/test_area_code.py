from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from stdnum import numdb

from shared.kernel.errors import Invalid
from shared.kernel.identifiers import AreaCode, area_code
from shared.kernel.identifiers.area_code import AreaLevel
from shared.kernel.identifiers.area_table import AREAS, PROVINCE_PREFIXES

well_formed = st.builds(
    lambda province, rest: f"{province}{rest:04d}",
    st.sampled_from(sorted(PROVINCE_PREFIXES)),
    st.one_of(st.just(0), st.integers(100, 9999)),
)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("430702", "湖南省常德市武陵区"),
        ("431103", "湖南省永州市冷水滩区"),
        ("431181", "湖南省永州市祁阳市"),
        ("350900", "福建省宁德市"),
        ("350982", "福建省宁德市福鼎市"),
        ("410102", "河南省郑州市中原区"),
        ("441900", "广东省东莞市"),
        ("110105", "北京市朝阳区"),
        ("430000", "湖南省"),
    ],
)
def test_areas_of_the_source_documents_are_known_by_name(code: str, name: str) -> None:
    assert area_code.full_name(code) == name


@pytest.mark.parametrize("code", [code for code in AREAS if area_code.level(code) is not AreaLevel.PROVINCE])
def test_names_are_those_of_the_reference_table(code: str) -> None:
    found = {key: text for _, facts in numdb.get("cn/loc").info(code) for key, text in facts.items()}
    assert AREAS[code].name in found["county"]


def test_every_province_is_in_the_table() -> None:
    assert sum(area_code.level(code) is AreaLevel.PROVINCE for code in AREAS) == 34
    assert {f"{prefix}0000" for prefix in PROVINCE_PREFIXES} <= set(AREAS)


def test_every_area_lies_in_a_known_province_and_successors_exist() -> None:
    for code, area in AREAS.items():
        assert area_code.parse(code) == area.code == code
        assert area_code.province(code) in AREAS
        if area.successor:
            assert AREAS[area.successor].is_valid_on(date(area.until or 0, 12, 31))


@given(well_formed)
def test_a_well_formed_code_is_accepted_whether_known_or_not(code: str) -> None:
    assert area_code.parse(f" {code} ") == code
    assert area_code.lookup(code) is AREAS.get(code)


def test_an_unknown_area_has_no_name() -> None:
    assert area_code.name("429004") is None
    assert area_code.full_name("429004") is None
    assert area_code.prefecture("429004") == "429000"


@pytest.mark.parametrize("text", ["", "43070", "4307022", "43070A", "430٧02", "990000", "100000", "000000", "430002"])
def test_what_no_area_can_have_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        area_code.parse(text)
    assert caught.value.code == "bad-area-code"


def test_levels_and_the_areas_around() -> None:
    assert [area_code.level(code) for code in ("430000", "430700", "430702")] == list(AreaLevel)
    assert area_code.province("430702") == "430000"
    assert area_code.prefecture("430702") == area_code.prefecture("430700") == "430700"
    assert area_code.prefecture("430000") is None


@given(well_formed)
def test_an_area_lies_within_itself_and_all_around_it(code: str) -> None:
    around = [code, area_code.prefecture(code) or code, area_code.province(code)]
    assert all(area_code.is_within(code, ancestor) for ancestor in around)


@pytest.mark.parametrize(("area", "ancestor"), [("430700", "430702"), ("430000", "430700"), ("350902", "430700")])
def test_an_area_does_not_lie_within_a_part_or_a_neighbour(area: str, ancestor: str) -> None:
    assert not area_code.is_within(area, ancestor)


@pytest.mark.parametrize(
    ("day", "county", "city"),
    [(date(2020, 12, 31), True, False), (date(2021, 5, 17), True, True), (date(2022, 1, 1), False, True)],
)
def test_a_changed_code_hands_over_in_the_year_of_the_change(day: date, county: bool, city: bool) -> None:
    old, new = AREAS["431121"], AREAS["431181"]
    assert (old.name, new.name, old.successor) == ("祁阳县", "祁阳市", "431181")
    assert (old.is_valid_on(day), new.is_valid_on(day)) == (county, city)


def test_counties_are_those_of_the_day() -> None:
    assert "431121" in area_code.counties("431100", date(2019, 1, 1))
    assert "431121" not in area_code.counties("431100", date(2026, 1, 1))
    assert len(area_code.counties("350900", date(2026, 1, 1))) == 9
    assert area_code.counties("441900", date(2026, 1, 1)) == ()


def test_a_field_refuses_with_the_code() -> None:
    field = TypeAdapter(AreaCode)
    assert field.validate_python("430702 ") == "430702"
    with pytest.raises(ValidationError) as caught:
        field.validate_python("990000")
    assert caught.value.errors()[0]["type"] == "bad-area-code"
