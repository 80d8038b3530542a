import pytest

from services.mobility.domain.approval_path import common_superior, compute_path, superiors_of
from services.mobility.domain.terms import TransferScope
from shared.kernel.errors import Invalid
from tests.unit.mobility.transfers import TREE


@pytest.mark.parametrize(
    ("source", "target", "scope", "path"),
    [
        ("c1", "c1", "within_committee", ()),
        ("c1", "c2", "county", ("c1", "k1")),
        ("c1", "c4", "county", ("c1", "k1")),
        ("c1", "c4", "city", ("c1", "k1", "town")),
        ("c1", "c3", "city", ("c1", "k1", "city", "k2")),
        ("c1", "c3", "province", ("c1", "k1", "city", "k2")),
        ("c1", "c9", "national", ("c1", "k1", "city", "elsewhere")),
        ("c1", "k1", "county", ("c1",)),
        ("c1", "city", "city", ("c1", "k1")),
        ("k1", "c1", "county", ("k1",)),
        ("city", "c3", "city", ("city", "k2")),
    ],
)
def test_path_goes_up_to_the_common_superior_and_above_a_county_down_again(
    source: str, target: str, scope: TransferScope, path: tuple[str, ...]
) -> None:
    assert compute_path(TREE, source, target, scope) == path


@pytest.mark.parametrize(
    ("source", "target", "scope", "code"),
    [
        ("c1", "c9", "province", "no-common-superior"),
        ("c1", "nowhere", "county", "organisation-unknown"),
        ("c1", "c2", "within_committee", "scope-mismatch"),
        ("c1", "c1", "county", "scope-mismatch"),
    ],
)
def test_no_path_is_guessed(source: str, target: str, scope: TransferScope, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        compute_path(TREE, source, target, scope)
    assert caught.value.code == code


def test_a_cycle_in_the_tree_is_told_instead_of_followed() -> None:
    with pytest.raises(Invalid) as caught:
        compute_path({"a": "b", "b": "a", "c": None}, "a", "c", "national")
    assert caught.value.code == "tree-has-a-cycle"


def test_common_superior_may_be_one_of_the_two() -> None:
    assert common_superior(TREE, "c1", "c3") == "city"
    assert common_superior(TREE, "c1", "k1") == "k1"
    assert common_superior(TREE, "c1", "c1") == "c1"
    assert common_superior(TREE, "c1", "c9") is None


def test_a_root_has_no_superior() -> None:
    assert superiors_of(TREE, ["c1", "k1", "city"]) == {"c1": "k1", "k1": "city"}
