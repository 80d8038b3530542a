"""One row of a list as facts of a unit, or what is wrong with it: every wrong cell of the row is named."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from services.registry.domain.listing.terms import Source
from services.registry.domain.unit.facts import MOST_STAFF
from services.registry.domain.unit.kinds import kind_of
from services.registry.domain.vocabulary import UnitKind
from shared.kernel.errors import Invalid
from shared.kernel.identifiers import area_code as areas
from shared.kernel.identifiers import uscc as codes

KINDS: Final[Mapping[Source, frozenset[UnitKind]]] = {
    "market_regulation": frozenset({"enterprise", "sole_trader"}),
    "civil_affairs": frozenset({"social_organisation"}),
    "census": frozenset({"enterprise", "sole_trader", "social_organisation"}),
}
"""What each register registers."""

_OPERATION: Final = {
    **dict.fromkeys(("存续", "在业", "开业", "在营", "正常", "实体运营", "登记成立", "operating"), "operating"),
    **dict.fromkeys(("停业", "歇业", "停业整顿", "suspended"), "suspended"),
    **dict.fromkeys(("空壳", "无实体", "无实体运营", "shell"), "shell"),
    **dict.fromkeys(("注销", "吊销", "已注销", "已吊销", "撤销", "closed"), "closed"),
}
_OWNERSHIP: Final = {
    **dict.fromkeys(("私营", "民营", "个体", "private"), "private"),
    **dict.fromkeys(("外资", "外商投资", "foreign"), "foreign"),
    **dict.fromkeys(("港澳台", "港澳台投资", "hong_kong_macao_taiwan"), "hong_kong_macao_taiwan"),
    **dict.fromkeys(("混合", "混合所有制", "mixed"), "mixed"),
    **dict.fromkeys(("其他", "other"), "other"),
}
_FLAG: Final = {
    **dict.fromkeys(("是", "有", "1", "true", "yes"), True),
    **dict.fromkeys(("否", "无", "0", "false", "no"), False),
}
_TRADE: Final = re.compile(r"[A-T](?:[0-9]{2}){0,2}")
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that cannot be taken over."""

    field: str
    code: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A row that can be taken over. `route` is what the column of the chosen basis says."""

    uscc: str
    facts: dict[str, Any]
    route: str
    closed: bool


def read_row(cells: Mapping[str, str], source: Source, within: str) -> Listed | list[Wrong]:
    """The facts of one row, of a unit within that area."""
    wrong: list[Wrong] = []
    facts: dict[str, Any] = {}
    uscc = ""
    try:
        uscc = codes.parse(cells["uscc"])
    except Invalid as error:
        wrong.append(Wrong("uscc", error.code, error.detail, error.remedy))
    if uscc and kind_of(uscc) not in KINDS[source]:
        wrong.append(
            Wrong("uscc", "other-register", "the code is not one of this register", "bring it with the right list")
        )
    for field, text in cells.items():
        read = _READERS.get(field)
        if read is None or not (text or field in _NEEDED):
            continue
        try:
            facts[field] = read(text)
        except Invalid as error:
            wrong.append(Wrong(field, error.code, error.detail, error.remedy))
    if "area_code" in facts and not areas.is_within(facts["area_code"], within):
        wrong.append(
            Wrong("area_code", "outside-area", f"the area is not within {within}", "leave it to whoever is responsible")
        )
    if wrong:
        return wrong
    closed = facts.get("operation") == "closed"
    if closed:
        del facts["operation"]
    route = next((text for field, text in cells.items() if field in _ROUTES), "")
    return Listed(uscc, facts, route, closed)


def _name(text: str) -> str:
    if not 0 < len(text) <= _LONGEST_NAME or not text.isprintable():
        raise Invalid("bad-name", f"a name has 1 to {_LONGEST_NAME} printable characters", remedy="give the full name")
    return text


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 8 and int(text) <= MOST_STAFF):
        raise Invalid("bad-number", "this is not a number of people", remedy="give digits only, without a unit")
    return int(text)


def _trade(text: str) -> str:
    if not _TRADE.fullmatch(text.upper()):
        raise Invalid(
            "bad-trade", "this is no class of GB/T 4754", remedy="give its letter, with two or four digits: C13, F5121"
        )
    return text.upper()


def _one_of(words: Mapping[str, Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        found = words.get(text, words.get(text.lower()))
        if found is None:
            known = "、".join(word for word in words if not word.isascii())
            raise Invalid("bad-value", "this word is not understood here", remedy=f"understood are {known}")
        return found

    return read


# A list has one or a few areas, ten thousand times.
_area = lru_cache(maxsize=4096)(areas.parse)
_NEEDED: Final = ("name", "area_code")
_ROUTES: Final = ("registered_place", "competent_authority", "park")
_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "name": _name,
    "area_code": _area,
    "registered_area": _area,
    "staff": _number,
    "formal_members": _number,
    "probationary_members": _number,
    "operation": _one_of(_OPERATION),
    "ownership": _one_of(_OWNERSHIP),
    "trade": _trade,
    "trade_union": _one_of(_FLAG),
    "youth_league": _one_of(_FLAG),
    "womens_federation": _one_of(_FLAG),
}
