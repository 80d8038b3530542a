"""选派管理办法: the numbers a place has adopted for posts; else what the field mostly does (domain §1.7, §1.10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class StaffingRules:
    """Organisations and units per instructor (§1.7: 3 in Hefei, 4.8 in seed 000), days until a vacancy is overdue, days
    for reviewing an application (the month of a reply, §1.5).
    """

    instructor_load: int = 5
    vacancy_days: int = 30
    review_days: int = 30


RANGES: Mapping[str, tuple[int, int]] = {"instructor_load": (1, 50), "vacancy_days": (1, 366), "review_days": (1, 92)}
"""The least and most that can be meant; what lies outside is a slip of the pen."""


def staffing_rules(versions: Iterable[Mapping[str, Any]], area_code: str, day: date) -> StaffingRules:
    """The numbers of the nearest place that has adopted some by that day."""
    found = in_force(versions, area_code, day)
    names = {field.name for field in fields(StaffingRules)}
    given = {} if found is None else {name: value for name, value in found["numbers"].items() if name in names}
    return replace(StaffingRules(), **given)


def in_force(versions: Iterable[Mapping[str, Any]], area_code: str, day: date) -> Mapping[str, Any] | None:
    """Of the versions of documents, the newest of the nearest place (the county, else its city, else its province) that
    holds on that day.
    """
    newest: dict[str, Mapping[str, Any]] = {}
    for one in sorted(versions, key=lambda version: version["effective_from"]):
        if one["effective_from"] <= day:
            newest[one["document_id"]] = one
    holding = [one for one in newest.values() if one["repealed_on"] is None or day < one["repealed_on"]]
    for place in (area_code, f"{area_code[:4]}00", f"{area_code[:2]}0000"):
        mine = [one for one in holding if one["area_code"] == place]
        if mine:
            return max(mine, key=lambda one: (one["effective_from"], one["document_id"]))
    return None
