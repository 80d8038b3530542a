"""The places of the two territories: streets, townships and villages, and what units there are called after."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where units and organisations are: the words that their names begin with."""

    area_code: str
    prefix: str
    """What a committee's name begins with, such as `常德市武陵区`."""
    town: str
    """街道、乡镇 or park."""


DISTRICT = "430702"
CITY = "350900"

DISTRICT_PLACES = tuple(Place(DISTRICT, "常德市武陵区", town) for town in ("永安街道", "南坪街道", "工业园"))
"""The pilot places of the three guidance stations (source document 000)."""

TOWNSHIPS = {
    "350902": "虎贝镇 霍童镇 洋中镇 九都镇 赤溪镇 飞鸾镇 三都镇 八都镇",
    "350921": "柏洋乡 崇儒畲族乡 牙城镇 沙江镇 长春镇 三沙镇 溪南镇 盐田畲族乡",
    "350922": "泮洋乡 大桥镇 鹤塘镇 杉洋镇 黄田镇 凤都镇 吉巷乡 平湖镇",
    "350923": "寿山乡 岭下乡 双溪镇 代溪镇 棠口镇 甘棠乡 熙岭乡 长桥镇",
    "350924": "下党乡 托溪乡 斜滩镇 南阳镇 犀溪镇 武曲镇 平溪镇 凤阳镇",
    "350925": "泗桥乡 礼门乡 咸村镇 浦源镇 七步镇 纯池镇 玛坑乡 李墩镇",
    "350926": "英山乡 黄柏乡 宅中乡 楮坪乡 乍洋乡 东源乡 富溪镇 城郊乡",
    "350981": "范坑乡 社口镇 穆阳镇 潭头镇 晓阳镇 溪潭镇 甘棠镇 康厝畲族乡",
    "350982": "叠石乡 管阳镇 点头镇 白琳镇 磻溪镇 前岐镇 贯岭镇 沙埕镇",
}
"""The townships of each county of 宁德, the one with a town station first where there is one."""

TOWNSHIPS_NAMED = 8
"""How many of each."""

SERVICE_CENTRE_COUNTIES = ("350921", "350922", "350924", "350925", "350981")
"""The counties with a service centre for their members in the city (five, source document 004)."""

TOWN_STATION_COUNTIES = ("350921", "350922", "350923", "350924", "350925", "350926", "350982")
"""The counties whose first township keeps a station in the county town (seven, source document 004)."""

CITY_SEAT = "350902"
"""蕉城区, where the service centres stand."""

VILLAGES = tuple(first + second for first in "上下东西南北前后大小新长" for second in "洋溪坑岭坂厝墩垅湾林坪塘山桥")
"""Village names (without 村), as they are common in 闽东."""

BLOCKS = tuple(
    first + second
    for first in ("朝阳", "建设", "青年", "紫桥", "沿江", "城东", "步行街", "德山", "三闾", "滨湖")
    for second in ("商圈", "楼宇", "市场", "片区")
)
"""What joint branches are called after."""
