"""The areas we know by name: an extract of 行政区划代码 (GB/T 2260) for the places the software is used and tried in.

Provinces are complete; prefectures and counties are those of the source documents (domain §3.1) and of the cities their
members work in. Changes of 2010 and later are recorded, earlier ones left out. A year is as precise as the published
lists are: between the approval of a change and its use months pass, so in that year the old code and the new are good.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Area:
    """One code with its name and the years in which it is good (None: no limit on record)."""

    code: str
    name: str
    since: int | None = None
    until: int | None = None
    successor: str | None = None

    def is_valid_on(self, day: date) -> bool:
        """Whether the code was in use on that day, both years of change included."""
        return (self.since is None or day.year >= self.since) and (self.until is None or day.year <= self.until)


_PROVINCES = {
    "11": "北京市",
    "12": "天津市",
    "13": "河北省",
    "14": "山西省",
    "15": "内蒙古自治区",
    "21": "辽宁省",
    "22": "吉林省",
    "23": "黑龙江省",
    "31": "上海市",
    "32": "江苏省",
    "33": "浙江省",
    "34": "安徽省",
    "35": "福建省",
    "36": "江西省",
    "37": "山东省",
    "41": "河南省",
    "42": "湖北省",
    "43": "湖南省",
    "44": "广东省",
    "45": "广西壮族自治区",
    "46": "海南省",
    "50": "重庆市",
    "51": "四川省",
    "52": "贵州省",
    "53": "云南省",
    "54": "西藏自治区",
    "61": "陕西省",
    "62": "甘肃省",
    "63": "青海省",
    "64": "宁夏回族自治区",
    "65": "新疆维吾尔自治区",
    "71": "台湾省",
    "81": "香港特别行政区",
    "82": "澳门特别行政区",
}

PROVINCE_PREFIXES = frozenset(_PROVINCES)
"""The two digits that a code may begin with."""

# Prefecture by prefecture: its own name, then the last two digits and names of its counties.
_PREFECTURES: dict[str, tuple[str | None, str]] = {
    "1101": (
        None,  # the districts of a municipality belong to it directly
        """
        01东城区 02西城区 05朝阳区 06丰台区 07石景山区 08海淀区 09门头沟区 11房山区 12通州区 13顺义区 14昌平区 15大兴区
        16怀柔区 17平谷区
        """,
    ),
    "3509": ("宁德市", "02蕉城区 21霞浦县 22古田县 23屏南县 24寿宁县 25周宁县 26柘荣县 81福安市 82福鼎市"),
    "4101": (
        "郑州市",
        """
        02中原区 03二七区 04管城回族区 05金水区 06上街区 08惠济区
        22中牟县 81巩义市 82荥阳市 83新密市 84新郑市 85登封市
        """,
    ),
    "4103": (
        "洛阳市",
        "02老城区 03西工区 04瀍河回族区 05涧西区 11洛龙区 23新安县 24栾川县 25嵩县 26汝阳县 27宜阳县 28洛宁县 29伊川县",
    ),
    "4301": ("长沙市", "02芙蓉区 03天心区 04岳麓区 05开福区 11雨花区 21长沙县 81浏阳市"),
    "4307": ("常德市", "02武陵区 03鼎城区 21安乡县 22汉寿县 23澧县 24临澧县 25桃源县 26石门县 81津市市"),
    "4311": (
        "永州市",
        "02零陵区 03冷水滩区 22东安县 23双牌县 24道县 25江永县 26宁远县 27蓝山县 28新田县 29江华瑶族自治县",
    ),
    "4401": ("广州市", "03荔湾区 04越秀区 05海珠区 06天河区 11白云区 12黄埔区 13番禺区 14花都区 15南沙区"),
    "4403": ("深圳市", "03罗湖区 04福田区 05南山区 06宝安区 07龙岗区 08盐田区"),
    "4419": ("东莞市", ""),  # a prefecture without counties
}

_DATED = (
    Area("110103", "崇文区", until=2010, successor="110101"),
    Area("110104", "宣武区", until=2010, successor="110102"),
    Area("110118", "密云区", since=2015),
    Area("110119", "延庆区", since=2015),
    Area("110228", "密云县", until=2015, successor="110118"),
    Area("110229", "延庆县", until=2015, successor="110119"),
    Area("410306", "吉利区", until=2021, successor="410308"),
    Area("410307", "偃师区", since=2021),
    Area("410308", "孟津区", since=2021),
    Area("410322", "孟津县", until=2021, successor="410308"),
    Area("410381", "偃师市", until=2021, successor="410307"),
    Area("430112", "望城区", since=2011),
    Area("430122", "望城县", until=2011, successor="430112"),
    Area("430124", "宁乡县", until=2017, successor="430182"),
    Area("430182", "宁乡市", since=2017),
    Area("431121", "祁阳县", until=2021, successor="431181"),  # approved 2021-01-20, in being 2021-05-17
    Area("431181", "祁阳市", since=2021),
    Area("440116", "萝岗区", until=2014, successor="440112"),
    Area("440117", "从化区", since=2014),
    Area("440118", "增城区", since=2014),
    Area("440183", "增城市", until=2014, successor="440118"),
    Area("440184", "从化市", until=2014, successor="440117"),
    Area("440309", "龙华区", since=2016),
    Area("440310", "坪山区", since=2016),
    Area("440311", "光明区", since=2018),
)


def _all_areas() -> dict[str, Area]:
    areas = [Area(f"{prefix}0000", name) for prefix, name in _PROVINCES.items()]
    for prefix, (own_name, counties) in _PREFECTURES.items():
        if own_name is not None:
            areas.append(Area(f"{prefix}00", own_name))
        areas.extend(Area(f"{prefix}{county[:2]}", county[2:]) for county in counties.split())
    return {area.code: area for area in sorted([*areas, *_DATED], key=lambda area: area.code)}


AREAS: Mapping[str, Area] = MappingProxyType(_all_areas())
"""Every area in the extract by its code, in the order of the codes."""
