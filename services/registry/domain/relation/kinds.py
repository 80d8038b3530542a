"""Which relations there are, between what, and of which there is one only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.registry.domain.vocabulary import RelationKind, Scope


@dataclass(frozen=True, slots=True)
class Kind:
    """From what it leads, and to what. `single`: one at a time on either end."""

    source: Scope
    targets: tuple[Scope, ...]
    single: bool = False


KINDS: Final[Mapping[RelationKind, Kind]] = {
    "serves": Kind("station", ("organisation", "unit")),  # domain W04
    "consults": Kind("station", ("organisation",)),  # N15
    "member": Kind("platform", ("unit", "organisation")),  # L14
    "centre": Kind("platform", ("station",), single=True),  # 一平台一中心, L20
    "covers": Kind("grid", ("organisation", "unit")),  # W27, N10
    "grouped": Kind("group", ("member",)),  # N11
    "manned": Kind("team", ("member",)),  # W15
    "assists": Kind("team", ("organisation", "unit", "station")),  # 组团式服务, W15, W24
    "gathers": Kind("cluster", ("site", "station")),  # 阵地圈, Z20
    "paired": Kind("organisation", ("organisation", "unit")),  # 结对共建 “双帮扶双提升”, Z28
    "shares": Kind("site", ("organisation", "station", "unit")),  # N18
}
