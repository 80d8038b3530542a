"""Tables to take along: what a spreadsheet makes of them."""

import csv
import io
from collections.abc import AsyncIterator

import pytest

from shared.web import csv_file


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "＝1", "  =1"])
def test_a_text_that_reads_as_a_formula_is_shown_as_text(text: str) -> None:
    assert next(csv.reader(io.StringIO(csv_file.line([text]), newline=""))) == [f"'{text}"]


def test_numbers_nothing_and_harmless_texts_stay_what_they_are() -> None:
    assert csv_file.line([-5, None, "甲-乙", 'a"b,c\n']) == '-5,,甲-乙,"a""b,c\n"\r\n'


async def test_a_file_begins_with_the_mark_by_which_excel_knows_utf_8() -> None:
    async def lines() -> AsyncIterator[str]:
        yield csv_file.line(["姓名"])

    answer = csv_file.download(lines(), "x.csv")
    assert "".join([str(one) async for one in answer.body_iterator]) == "\ufeff姓名\r\n"
    assert answer.headers["cache-control"] == "no-store"
