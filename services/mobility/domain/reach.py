"""转接范围: how far a transfer goes, read from the tree and the areas of its two ends (domain T13, T17).

A scope that is too narrow would leave out committees that have a say; one that is too wide would allow paper within a
province, and a letter that is valid longer. The committees count, not the branches: a branch of travellers is far from its own.
"""

from collections.abc import Mapping
from typing import Final

from services.mobility.domain.approval_path import Tree, common_superior
from services.mobility.domain.terms import TransferScope
from shared.kernel.errors import Invalid
from shared.kernel.identifiers.area_code import AreaLevel, is_within, level, prefecture, province

_BY_REACH: Final[tuple[TransferScope, ...]] = ("county", "city", "province", "national")
_OF_LEVEL: Final[Mapping[AreaLevel, TransferScope]] = {
    AreaLevel.COUNTY: "county",
    AreaLevel.PREFECTURE: "city",
    AreaLevel.PROVINCE: "province",
}


def settle_scope(
    tree: Tree, areas: Mapping[str, str], from_committee_id: str, to_committee_id: str, scope: TransferScope | None
) -> TransferScope:
    """The scope that was said, when it does not contradict the tree; the one that the tree implies, when none was.

    It reaches at least from area to area, and at most up to the area of the nearest superior of both: two committees in one
    county may hang below the city only. What `special` means is no question of distance (T15).
    Errors (`Invalid`): `scope-mismatch`.
    """
    if from_committee_id == to_committee_id:
        return scope or "within_committee"
    superior = common_superior(tree, from_committee_id, to_committee_id)
    if superior is None:
        return scope or "national"
    ends = areas[from_committee_id], areas[to_committee_id]
    narrowest = _between(*ends)
    widest = max(narrowest, *(_between(areas[superior], end) for end in ends), key=_rank)
    if scope is None:
        return widest
    if scope in _BY_REACH and not _rank(narrowest) <= _rank(scope) <= _rank(widest):
        fitting = " or ".join(_BY_REACH[_rank(narrowest) : _rank(widest) + 1])
        raise Invalid(
            "scope-mismatch",
            f"{from_committee_id} is in {ends[0]}, {to_committee_id} in {ends[1]}, and {superior} in {areas[superior]} "
            f"is above both: that is not a transfer of scope {scope}",
            remedy=f"say {fitting}, or leave it out; or correct the area of the organisation in the registry",
            where="scope",
        )
    return scope


def _between(one: str, other: str) -> TransferScope:
    """The narrowest area around both, by its level. One that is itself a prefecture is more than a county."""
    for around in (one, prefecture(one), province(one)):
        if around is not None and is_within(other, around):
            return _OF_LEVEL[level(around)]
    return "national"


def _rank(scope: TransferScope) -> int:
    return _BY_REACH.index(scope)
