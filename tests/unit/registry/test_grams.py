"""Finding names by any part of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.projections.grams import folded, grams, wanted

names = st.text("武陵区永安街道党建工作指导站第一支部甲ABcd12 ·（）", min_size=1, max_size=30)


@given(names, st.data())
def test_every_part_of_a_name_finds_it(name: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(name) - 1))
    part = name[begin : data.draw(st.integers(begin + 1, len(name)))]
    if folded(part):
        assert set(wanted(part)) <= set(grams(folded(name)))
        assert folded(part) in folded(name)


@pytest.mark.parametrize(
    ("name", "part"),
    [("永安街道党建工作指导站", "永安"), ("ＡＢＣ（中国）有限公司", "abc中国"), ("甲 公司", "甲公司"), ("站", "站")],
)
def test_width_case_blanks_and_brackets_make_no_difference(name: str, part: str) -> None:
    assert set(wanted(part)) <= set(grams(folded(name)))


def test_what_is_not_in_the_name_is_not_found_by_its_text() -> None:
    assert set(wanted("安永")) - set(grams(folded("永安街道")))
    assert folded("·（）") == ""
