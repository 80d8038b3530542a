"""Reading a list: what it is written in, where its columns are, and what is wrong with a cell."""

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from services.registry.application.imports import reading
from services.registry.application.imports.columns import Columns, find_columns, letters
from services.registry.application.imports.reading import open_sheet
from services.registry.application.imports.routing import Routing
from services.registry.application.imports.rows import Listed, Wrong, read_row
from services.registry.application.imports.twice import look_through
from shared.kernel.errors import Invalid
from shared.kernel.identifiers import uscc

HEAD = ("统一社会信用代码", "企业名称", "行政区划代码", "从业人数", "登记状态")
COMPANY = uscc.make("91", "430702", "MA0000001")
ROW = (COMPANY, "甲公司", "430702", "12", "存续")
Rows = Iterable[Sequence[str]]


def text(rows: Rows, delimiter: str = ",") -> str:
    return "".join(delimiter.join(row) + "\r\n" for row in rows)


def file(directory: Path, content: bytes) -> Path:
    path = directory / "list"
    path.write_bytes(content)
    return path


def workbook(path: Path, rows: Rows, *, merged: str = "", sheets: int = 1) -> Path:
    """A workbook as Excel writes it, as far as a reader looks."""
    cells = "".join(
        f'<row r="{n}">'
        + "".join(
            f'<c r="{letters(i)}{n}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>' if cell else ""
            for i, cell in enumerate(row)
        )
        + "</row>"
        for n, row in enumerate(rows, 1)
    )
    merge = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    names = range(1, sheets + 1)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        + "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in names)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in names
        )
        + "</Relationships>",
    } | {
        f"xl/worksheets/sheet{n}.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData>{merge}</worksheet>'
        for n in names
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return path


def columns_of(path: Path) -> Columns:
    return find_columns(open_sheet(path), "registered_place")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_list_is_read_in_either_encoding_and_with_any_of_the_usual_delimiters(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = file(tmp_path, text([HEAD, ROW, ("", "", "", "", "")], delimiter).encode(encoding))
    found = list(columns_of(path).cells(open_sheet(path)))
    cells = {"uscc": COMPANY, "name": "甲公司", "area_code": "430702", "staff": "12", "operation": "存续"}
    assert found == [(2, cells)]


def test_a_workbook_is_read_with_the_row_numbers_that_it_shows(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", [HEAD, ("", "", "", "", ""), ROW])
    [(number, cells)] = columns_of(path).cells(open_sheet(path, as_excel=True))
    assert (number, cells["uscc"], cells["name"]) == (3, COMPANY, "甲公司")


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        (b"", "empty-file", ""),
        (text([HEAD]).encode() + "甲".encode("utf-16-le") + b"\xff\xff\r\n", "bad-encoding", "row 2"),
        (text([HEAD]).encode() + b"\x00\x00", "bad-encoding", "row 2"),
        (text([HEAD]).encode() + b'"' + "甲公司\r\n".encode(), "bad-csv", "row 2"),
        (b"PK\x03\x04 and nothing that follows", "not-an-excel-file", ""),
        (text([("某区企业名单", "", "", "", ""), HEAD, ROW]).encode(), "merged-heading", "row 1, column A"),
        (text([HEAD[1:], ROW[1:]]).encode(), "missing-column", "row 1"),
        (text([(*HEAD, "企业名称"), ROW]).encode(), "column-twice", "row 1, column F"),
        (b"\r\n\r\n", "no-headings", ""),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_as_a_whole_and_says_where(
    tmp_path: Path, content: bytes, code: str, where: str
) -> None:
    path = file(tmp_path, content)
    with pytest.raises(Invalid) as refused:
        list(columns_of(path).cells(open_sheet(path)))
    assert (refused.value.code, refused.value.where) == (code, where)
    assert refused.value.remedy


def test_text_that_is_called_a_workbook_is_none(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"the file is called a workbook") as refused:
        open_sheet(file(tmp_path, text([HEAD, ROW]).encode()), as_excel=True)
    assert refused.value.code == "not-an-excel-file"


def test_merged_cells_in_the_headings_of_a_workbook_are_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", [("名单", "从业", "", ""), HEAD, ROW], merged="B1:D1")
    with pytest.raises(Invalid) as refused:
        columns_of(path)
    assert (refused.value.code, refused.value.where) == ("merged-heading", "row 1, column B")


def test_which_of_two_sheets_is_meant_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        open_sheet(workbook(tmp_path / "list.xlsx", [HEAD, ROW], sheets=2))
    assert refused.value.code == "several-sheets"


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "list.xlsx", [HEAD, *[ROW] * 200])
    monkeypatch.setattr(reading, "UNPACKED", 1000)
    with pytest.raises(Invalid) as refused:
        open_sheet(path)
    assert refused.value.code == "workbook-too-large"


def test_what_we_have_no_use_for_is_not_read(tmp_path: Path) -> None:
    path = file(tmp_path, text([(*HEAD, "法定代表人", "联系电话"), (*ROW, "张三", "13900139000")]).encode())
    found = columns_of(path)
    assert found.ignored == 2
    assert all("张三" not in cells.values() for _, cells in found.cells(open_sheet(path)))


def read(**cells: str) -> Listed | list[Wrong]:
    given = {"uscc": COMPANY, "name": "甲公司", "area_code": "430702", **cells}
    return read_row(given, "market_regulation", "430700")


def test_a_row_becomes_facts() -> None:
    found = read(staff="12", operation="存续", trade="c13", trade_union="是", registered_place="永安街道")
    assert isinstance(found, Listed)
    assert found.facts == {"name": "甲公司", "area_code": "430702", "staff": 12, "operation": "operating",
                           "trade": "C13", "trade_union": True}  # fmt: skip
    assert (found.route, found.closed) == ("永安街道", False)
    gone = read(operation="注销")
    assert isinstance(gone, Listed)
    assert gone.closed


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"uscc": COMPANY[:-1]}, "bad-uscc-length"),
        ({"uscc": f"{COMPANY[:-1]}{'1' if COMPANY[-1] != '1' else '2'}"}, "bad-uscc-check-digit"),
        ({"uscc": uscc.make("51", "430702", "MA0000001")}, "other-register"),
        ({"area_code": "43070"}, "bad-area-code"),
        ({"area_code": "430302"}, "outside-area"),
        ({"area_code": ""}, "bad-area-code"),
        ({"name": ""}, "bad-name"),
        ({"staff": "约12人"}, "bad-number"),
        ({"staff": "-1"}, "bad-number"),
        ({"staff": "٣"}, "bad-number"),
        ({"trade": "零售"}, "bad-trade"),
        ({"operation": "不明"}, "bad-value"),
    ],
)
def test_a_wrong_cell_is_named_and_its_content_is_not_repeated(cells: dict[str, str], code: str) -> None:
    found = read(**cells)
    assert isinstance(found, list)
    assert [(one.field, one.code) for one in found] == [(next(iter(cells)), code)]
    assert all(not value or value not in one.detail + one.remedy for one in found for value in cells.values())


def test_every_wrong_cell_of_a_row_is_named() -> None:
    found = read(uscc="x", staff="x", trade="x")
    assert isinstance(found, list)
    assert [one.field for one in found] == ["uscc", "staff", "trade"]


def test_a_unit_that_is_listed_twice_is_found_with_the_columns_that_differ() -> None:
    other = uscc.make("91", "430702", "MA0000002")
    cells = [
        {"uscc": COMPANY, "name": "甲", "staff": "1"}, {"uscc": other, "name": "乙", "staff": "1"},
        {"uscc": COMPANY.lower(), "name": "甲", "staff": "2"}, {"uscc": other, "name": "乙", "staff": "1"},
    ]  # fmt: skip
    found = look_through(lambda: iter(list(enumerate(cells, 2))))
    assert found.twice == {COMPANY: [2, 4], other: [3, 5]}
    assert found.differing == {COMPANY: ["staff"]}
    assert found.holds(COMPANY)
    assert not found.holds(uscc.make("91", "430702", "MA0000003"))


def test_a_word_leads_to_an_organisation_when_it_can_mean_only_one() -> None:
    routing = Routing({"o1": "永安街道党工委", "o2": "南坪街道党工委", "o3": "南坪街道商会党委", "o4": "永安"})
    assert routing.to("永安街道") == "o1"
    assert routing.to("永安") == "o4"
    assert routing.to("o2") == "o2"
    assert routing.to("南坪街道") is None
    assert routing.to("城东街道") is None
    assert routing.to("") is None


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_the_letters_of_a_spreadsheet(index: int, name: str) -> None:
    assert letters(index) == name
