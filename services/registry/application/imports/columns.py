"""The headings of lists, and which of our facts each stands for. What we have no use for is not read (最小必要)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.registry.application.imports.reading import Row, Sheet
from services.registry.domain.vocabulary import JurisdictionBasis
from shared.kernel.errors import Invalid

HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "uscc": ("统一社会信用代码", "统一代码", "信用代码", "社会信用代码", "uscc"),
    "name": ("名称", "企业名称", "单位名称", "社会组织名称", "市场主体名称", "name"),
    "area_code": ("行政区划代码", "行政区划", "区划代码", "经营地区划代码", "area_code"),
    "registered_area": ("注册地区划代码", "登记机关区划代码", "registered_area"),
    "staff": ("职工人数", "从业人数", "从业人员数", "员工人数", "staff"),
    "operation": ("经营状况", "经营状态", "登记状态", "状态", "operation"),
    "trade": ("行业代码", "行业", "行业门类代码", "trade"),
    "ownership": ("企业性质", "经济性质", "ownership"),
    "formal_members": ("正式党员数", "正式党员", "formal_members"),
    "probationary_members": ("预备党员数", "预备党员", "probationary_members"),
    "trade_union": ("工会", "是否建立工会", "trade_union"),
    "youth_league": ("共青团", "是否建立团组织", "youth_league"),
    "womens_federation": ("妇联", "是否建立妇联", "womens_federation"),
    "registered_place": ("登记街道", "注册地街道", "所属街道", "街道", "registered_place"),
    "competent_authority": ("业务主管单位", "主管单位", "competent_authority"),
    "park": ("园区", "所在园区", "park"),
}
ROUTES: Final[frozenset[JurisdictionBasis]] = frozenset({"registered_place", "competent_authority", "park"})
REQUIRED: Final = ("uscc", "name", "area_code")
_LOOK: Final = 10
"""Rows in which the headings are looked for."""
_FIELD_OF: Final = {heading: field for field, headings in HEADINGS.items() for heading in headings}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each fact stands: field → column from 0. `row` holds the headings; `ignored` columns are not read."""

    row: int
    at: Mapping[str, int]
    ignored: int

    def cells(self, sheet: Sheet) -> Iterator[tuple[int, dict[str, str]]]:
        """The rows below the headings as field → text, without empty rows."""
        at = list(self.at.items())
        for number, row in sheet.rows():
            if number > self.row and any(row):
                width = len(row)
                yield number, {field: row[index].strip() if index < width else "" for field, index in at}

    def shown(self, field: str) -> str:
        """The column of a fact as a spreadsheet shows it, with its heading: `C 行政区划代码`."""
        return f"{letters(self.at[field])} {HEADINGS[field][0]}" if field in self.at else HEADINGS[field][0]


def find_columns(sheet: Sheet, basis: JurisdictionBasis) -> Columns:
    """The columns of a sheet. The column that routes by another basis than the one chosen is not read.

    Errors (`Invalid`): `merged-heading`, `column-twice`, `missing-column`, `no-headings`.
    """
    for number, row in sheet.rows():
        if not any(row):
            continue
        if number > _LOOK:
            break
        _refuse_merged(sheet, number, row)
        return _columns(number, row, basis)
    raise Invalid("no-headings", "the list has no row of headings", remedy="put the headings in the first row")


def _columns(number: int, row: Row, basis: JurisdictionBasis) -> Columns:
    at: dict[str, int] = {}
    unread = 0
    for index, cell in enumerate(row):
        field = _FIELD_OF.get("".join(cell.split()).lower().rstrip("*"))
        if field is None or (field in ROUTES and field != basis):
            unread += 1
        elif field in at:
            raise Invalid(
                "column-twice",
                f"columns {letters(at[field])} and {letters(index)} both hold the {HEADINGS[field][0]}",
                remedy="leave one of them out",
                where=f"row {number}, column {letters(index)}",
            )
        else:
            at[field] = index
    for field in REQUIRED:
        if field not in at:
            raise Invalid(
                "missing-column",
                f"row {number} has no heading {HEADINGS[field][0]}",
                remedy=f"one heading per column; understood are {'、'.join(HEADINGS[field][:-1])}",
                where=f"row {number}",
            )
    return Columns(number, at, unread)


def _refuse_merged(sheet: Sheet, number: int, row: Row) -> None:
    filled = [index for index, cell in enumerate(row) if cell.strip()]
    merged = sheet.merged_columns(number)
    # In a CSV a merged cell is one text and nothing in the columns that it covered.
    alone = len(row) > 1 and len(filled) == 1
    if merged or alone:
        column = letters(merged[0] if merged else filled[0])
        raise Invalid(
            "merged-heading",
            f"row {number} is merged across columns, from {column} on: it is a title, or headings of two levels",
            remedy="delete the title row and give each column one heading of its own",
            where=f"row {number}, column {column}",
        )


def letters(index: int) -> str:
    """The name of a column, from 0: A, B, … Z, AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
