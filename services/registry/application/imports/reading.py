"""A list as rows of text: CSV in UTF-8 or GB18030, or a workbook of Excel. What it is, is read from its bytes, not its name.

A CSV is read row by row, twice, and never held. A workbook is held by the library that reads it, so what it unpacks to is
bounded before it is opened.
"""

import codecs
import csv
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from shared.kernel.errors import Invalid

LARGEST: Final = 64 << 20
"""Bytes of a file; half a million rows of a business list."""
UNPACKED: Final = 256 << 20
"""Bytes that a workbook may unpack to: some kilobytes can be made to unpack to gigabytes."""

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_CHUNK: Final = 1 << 20
_ENCODINGS: Final = ("utf-8-sig", "gb18030")

Row = Sequence[str]


class Sheet(Protocol):
    """Rows of cells, each with its number as a spreadsheet shows it."""

    def rows(self) -> Iterator[tuple[int, Row]]:
        """From the first, as often as it is asked for. Raises `Invalid` for a row that cannot be read."""
        ...

    def merged_columns(self, row: int) -> Sequence[int]:
        """The columns, from 0, that are part of a merged cell in that row."""
        ...


def open_sheet(path: Path, *, as_excel: bool = False) -> Sheet:
    """The list in a file. `as_excel`: whoever brings it says that it is a workbook.

    Errors (`Invalid`): `empty-file`, `not-an-excel-file`, `bad-encoding`, `workbook-too-large`, `several-sheets`.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise Invalid("empty-file", "the file is empty", remedy="export the list again")
    if head.startswith((_ZIP, _OLD_EXCEL)):
        return _workbook(path)
    if as_excel:
        raise Invalid(
            "not-an-excel-file",
            "the file is called a workbook of Excel, and is none",
            remedy="save it as .xlsx in Excel or WPS, or export it as CSV",
        )
    return _Csv(path, _encoding(path))


@dataclass(frozen=True, slots=True)
class _Csv:
    path: Path
    encoding: str

    def rows(self) -> Iterator[tuple[int, Row]]:
        with self.path.open(encoding=self.encoding, newline="") as file:
            first = file.readline()
            delimiter = max(",;\t", key=first.count)
            file.seek(0)
            number = 0
            try:
                for number, row in enumerate(csv.reader(file, delimiter=delimiter, strict=True), 1):
                    yield number, row
            except csv.Error:
                raise Invalid(
                    "bad-csv",
                    f"row {number + 1} cannot be read: a quotation mark is missing or a cell is too long",
                    remedy="put quotation marks around the cell, and double those in it",
                    where=f"row {number + 1}",
                ) from None

    def merged_columns(self, row: int) -> Sequence[int]:
        return ()


def _encoding(path: Path) -> str:
    """UTF-8 when the whole file is, else GB18030: hardly any Chinese text in the one is valid in the other."""
    places = [_undecodable(path, encoding) for encoding in _ENCODINGS]
    for encoding, place in zip(_ENCODINGS, places, strict=True):
        if place is None:
            return encoding
    line = max(place or 0 for place in places)
    raise Invalid(
        "bad-encoding",
        f"the file is text in neither UTF-8 nor GB18030: line {line} cannot be read",
        remedy="save it as “CSV UTF-8”, or as .xlsx",
        where=f"row {line}",
    )


def _undecodable(path: Path, encoding: str) -> int | None:
    """The line with the first byte that is not text in that encoding; None when all of it is."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return line + chunk[: max(0, error.start)].count(b"\n")
            if "\0" in text:
                return line + text[: text.index("\0")].count("\n")
            line += text.count("\n")
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return line
    return None


@dataclass(frozen=True, slots=True)
class _Workbook:
    path: Path

    def rows(self) -> Iterator[tuple[int, Row]]:
        sheet = self._sheet()
        first = (sheet.start or (0, 0))[0]
        for number, row in enumerate(sheet.iter_rows(), first + 1):
            yield number, [_text(cell) for cell in row]

    def merged_columns(self, row: int) -> Sequence[int]:
        ranges = self._sheet().merged_cell_ranges or ()
        return [
            column
            for (top, left), (bottom, right) in ranges
            if top <= row - 1 <= bottom
            for column in range(left, right + 1)
        ]

    def _sheet(self) -> CalamineSheet:
        return CalamineWorkbook.from_path(str(self.path)).get_sheet_by_index(0)


def _workbook(path: Path) -> _Workbook:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                if sum(one.file_size for one in packed.infolist()) > UNPACKED:
                    raise Invalid(
                        "workbook-too-large",
                        f"the workbook unpacks to more than {UNPACKED >> 20} MiB",
                        remedy="leave out pictures and other sheets, or export it as CSV",
                    )
        sheets = CalamineWorkbook.from_path(str(path)).sheet_names
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise Invalid(
            "not-an-excel-file",
            "the file begins like a workbook of Excel and cannot be read as one",
            remedy="open it in Excel or WPS, and save it as .xlsx without a password",
        ) from error
    if len(sheets) != 1:
        raise Invalid(
            "several-sheets",
            f"the workbook has {len(sheets)} sheets, and which of them is meant cannot be told",
            remedy="leave one sheet in the file",
        )
    return _Workbook(path)


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # every number of Excel is a float: 430702.0 is a code
    return "" if cell is None else str(cell)
