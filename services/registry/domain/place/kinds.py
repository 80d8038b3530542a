"""What the kinds of places differ in: the forms that each takes, and what else is said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, get_args

from services.registry.domain.vocabulary import PlaceKind, PlatformStep


@dataclass(frozen=True, slots=True)
class Kind:
    """`forms` by code. `governed`: somebody runs it in one of three modes; `steps`: what it goes through, in order."""

    forms: tuple[str, ...]
    governed: bool = False
    steps: tuple[PlatformStep, ...] = ()


KINDS: Final[Mapping[PlaceKind, Kind]] = {
    # 活动场所、基层党校、便民窗口、示范阵地 (domain W06, Z20, Y09)
    "site": Kind(("activity_room", "party_school", "service_window", "demonstration")),
    # 产业园区、工业园区、商圈、街区、楼宇 (L14)
    "platform": Kind(
        ("industry_park", "industrial_zone", "business_district", "street", "building"), True, get_args(PlatformStep)
    ),
    # 地域、行业 (N10)
    "grid": Kind(("area", "trade")),
    # 地区、行业、群体、层次: four axes, so a member may be in several groups (N11)
    "group": Kind(("area", "trade", "people", "level")),
    # 组团式服务, 党建联合服务团: whoever serves together (W15, W24)
    "team": Kind(("service", "joint_service", "study")),
    # 阵地圈: sites that are used as one (Z20)
    "cluster": Kind(("site_circle",)),
}
