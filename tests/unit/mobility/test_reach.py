"""转接范围 (domain T13): a scope that the tree and the areas contradict is refused; what they imply need not be said."""

from typing import Final

import pytest

from services.mobility.domain.reach import settle_scope
from services.mobility.domain.terms import TransferScope
from shared.kernel.errors import Invalid

TREE: Final[dict[str, str | None]] = {
    "nation": None, "fujian": "nation", "ningde": "fujian", "xiapu": "ningde", "gutian": "ningde", "a": "xiapu", "b": "xiapu",
    "c": "gutian", "of-the-city": "ningde", "fuzhou": "fujian", "d": "fuzhou", "hunan": "nation", "e": "hunan", "root": None,
    "f": "root",
}  # fmt: skip
AREAS: Final = {
    "nation": "110000", "fujian": "350000", "ningde": "350900", "xiapu": "350921", "gutian": "350922", "a": "350921",
    "b": "350921", "c": "350922", "of-the-city": "350921", "fuzhou": "350100", "d": "350102", "hunan": "430000", "e": "430702",
    "root": "350921", "f": "350921",
}  # fmt: skip


def settle(source: str, target: str, scope: TransferScope | None = None) -> TransferScope:
    return settle_scope(TREE, AREAS, source, target, scope)


@pytest.mark.parametrize(
    ("source", "target", "scope"),
    [
        ("a", "a", "within_committee"),
        ("a", "b", "county"),
        ("a", "xiapu", "county"),
        ("a", "c", "city"),
        ("ningde", "c", "city"),
        ("a", "d", "province"),
        ("fujian", "a", "province"),
        ("a", "e", "national"),
        ("a", "f", "national"),
    ],
)
def test_what_the_tree_implies_need_not_be_said(source: str, target: str, scope: TransferScope) -> None:
    assert settle(source, target) == settle(source, target, scope) == scope
    assert settle(target, source) == scope, "it is as far there as back"
    assert settle(source, target, "special") == "special", "on paper for what it is, not for how far it goes"


@pytest.mark.parametrize(
    ("source", "target", "scope", "fitting"),
    [
        ("a", "c", "county", "say city,"),
        ("a", "e", "province", "say national,"),
        ("a", "b", "national", "say county,"),
        ("a", "d", "national", "say province,"),
        ("a", "of-the-city", "province", "say county or city,"),
    ],
)
def test_a_scope_that_contradicts_the_tree_is_refused_and_told_which_fits(
    source: str, target: str, scope: TransferScope, fitting: str
) -> None:
    with pytest.raises(Invalid) as caught:
        settle(source, target, scope)
    assert (caught.value.code, caught.value.where) == ("scope-mismatch", "scope")
    assert fitting in str(caught.value.remedy)


def test_two_committees_of_a_county_below_the_city_only_may_say_either() -> None:
    assert settle("a", "of-the-city", "county") == "county"
    assert settle("a", "of-the-city", "city") == settle("a", "of-the-city") == "city"
