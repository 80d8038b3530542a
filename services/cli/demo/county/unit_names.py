"""Names of units: brand and trade, with the legal form that fits the kind."""

import random
from dataclasses import dataclass

from shared.kernel.identifiers.uscc import UsccKind

_BRANDS = tuple(
    first + second
    for first in "恒鑫瑞宏盛华泰嘉金德博众兴凯润和远安信达"
    for second in "源通茂达丰诚隆康宇辉腾旺利美成发昌祥晟邦"
    if first != second
)


@dataclass(frozen=True, slots=True)
class Trades:
    """What units of a territory live from, by kind."""

    enterprise: tuple[str, ...]
    sole_trader: tuple[str, ...]
    society: tuple[str, ...]


DISTRICT_TRADES = Trades(
    enterprise=(
        "商贸",
        "物业服务",
        "建筑工程",
        "信息科技",
        "文化传媒",
        "机械制造",
        "医药",
        "物流",
        "食品",
        "装饰工程",
        "人力资源",
        "新能源",
    ),
    sole_trader=("餐馆", "粉店", "百货店", "理发店", "汽修店", "药店"),
    society=("餐饮", "物流", "青年创业", "家政", "电子商务", "律师", "会计", "装饰", "汽车流通", "志愿服务"),
)
CITY_TRADES = Trades(
    enterprise=(
        "茶业",
        "食用菌",
        "水产",
        "电机",
        "石材",
        "鞋业",
        "新能源科技",
        "船舶",
        "商贸",
        "建筑工程",
        "农业开发",
        "旅游开发",
    ),
    sole_trader=("茶行", "海鲜店", "百货店", "客栈", "五金店", "小吃店"),
    society=("茶叶", "水产", "电机电器", "餐饮", "石材", "青年企业家", "食用菌", "民宿"),
)


def unit_name(rng: random.Random, kind: UsccKind, place: str, trades: Trades) -> str:
    """A name for a unit at `place` (`常德市武陵区`); not yet sure to be the only one."""
    brand = rng.choice(_BRANDS)
    if kind is UsccKind.SOLE_TRADER:
        return f"{place}{brand}{rng.choice(trades.sole_trader)}"
    if kind is UsccKind.SOCIAL_ORGANISATION:
        form = rng.choice(("协会", "商会", "服务中心", "促进会"))
        return f"{place}{brand if form == '服务中心' else ''}{rng.choice(trades.society)}{form}"
    return f"{place}{brand}{rng.choice(trades.enterprise)}有限公司"
