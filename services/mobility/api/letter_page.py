"""介绍信 as a page: 一式三联 (存根, 介绍信, 回执), torn apart along two seams with the number across them (domain T6).

The layout follows the printed form of the letter: what a clerk writes by hand has a line, what we know is printed on it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from shared.kernel.calendar import SHANGHAI, capital_numerals

FONT: Final = Path(__file__).parent / "fonts" / "noto-serif-sc-subset.ttf"
"""Noto Serif SC, cut down to GB 2312 (SIL Open Font License 1.1, see OFL.txt beside it). Embedded, so that a letter looks
the same on every machine and in ten years (domain T9)."""

_WIDTH: Final = 210.0
_MARGIN: Final = 20.0
_PART: Final = 99.0
"""Height of each of the three parts of an A4 page, in millimetres."""
_LINE: Final = 9.0


class Filled(str):
    """Something that is filled in, on a line; `＿` as far as a clerk writes it by hand."""

    __slots__ = ()


_BLANK: Final = Filled("＿" * 6)


@dataclass(frozen=True, slots=True)
class Letter:
    """What stands on it. `name` is None where a clerk writes it by hand; so are sex, age and identity number always."""

    number: str
    from_name: str
    to_name: str
    from_branch: str
    to_branch: str | None
    name: str | None
    probationary: bool
    issued_on: date
    valid_days: int
    dues_paid_to: str
    void: bool = False
    title: str = "中国共产党党员组织关系介绍信"


def render(letter: Letter) -> bytes:
    """The letter as a PDF of one A4 page, with the font embedded."""
    page = _Page(letter)
    page.stub()
    page.seam(_PART)
    page.letter()
    page.seam(2 * _PART)
    page.receipt()
    return page.bytes()


def printable(text: str) -> str:
    """The text with every character that the font lacks as a box, so that nobody misses that something is missing."""
    known = _glyphs()
    return "".join(one if ord(one) in known else "□" for one in text)


@cache
def _glyphs() -> frozenset[int]:
    with TTFont(FONT) as font:
        return frozenset(font["cmap"].getBestCmap())


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _month(month: str) -> str:
    return f"{int(month[:4])}年{int(month[5:])}月"


class _Page:
    """Draws the three parts from top to bottom; positions are millimetres from the upper left corner."""

    def __init__(self, letter: Letter) -> None:
        self._of = letter
        self._pdf = FPDF(format="A4")
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.set_margin(0)
        self._pdf.add_font("letter", "", FONT)
        self._pdf.set_title(printable(f"{letter.title} {letter.number}"))
        self._pdf.set_creator("Yanzhen")
        self._pdf.set_lang("zh-CN")
        self._pdf.set_creation_date(datetime.combine(letter.issued_on, time.min, SHANGHAI))
        self._pdf.add_page()

    def bytes(self) -> bytes:
        if self._of.void:
            self._mark("作　废")
        return bytes(self._pdf.output())

    # -- the parts ------------------------------------------------------------------------------------------------

    def stub(self) -> None:
        """存根, kept by the sender for ten years (domain T9)."""
        letter = self._of
        y = self._head(0, "（存　根）")
        y = self._words(y, "　　", self._person(), f"同志系中共{self._kind()}，组织关系由", Filled(letter.from_branch))
        y = self._words(y, "转到", Filled(letter.to_name))
        y = self._words(y, self._branch(), "。")
        y = self._words(y, "　　党费交至", Filled(_month(letter.dues_paid_to)), "，有效期", self._validity(), "。")
        self._words(y, "　　经办人", _BLANK, "　　批准人", _BLANK, f"　　{_day(letter.issued_on)}")

    def letter(self) -> None:
        """The letter itself, which the member or 机要 carries to the receiver."""
        letter = self._of
        y = self._head(_PART, "（介绍信）")
        y = self._words(y, Filled(letter.to_name), "：")
        y = self._words(
            y, "　　兹介绍", self._person(), "同志（性别", Filled("＿" * 2), "，民族", Filled("＿" * 3), "，"
        )
        y = self._words(y, "公民身份号码", Filled("＿" * 16), f"），系中共{self._kind()}，")
        y = self._words(y, "由", Filled(letter.from_branch), "去", self._branch(), "，请转接组织关系。")
        y = self._words(
            y, "　　该同志党费已交到", Filled(_month(letter.dues_paid_to)), "。（有效期", self._validity(), "）"
        )
        self._signature(y, letter.from_name, _day(letter.issued_on))

    def receipt(self) -> None:
        """回执, which the receiving committee returns within a month of accepting (domain T8)."""
        letter = self._of
        y = self._head(2 * _PART, "（回　执）")
        y = self._words(y, Filled(letter.from_name), "：")
        y = self._words(y, "　　", self._person(), "同志的组织关系已转达我处，编入", Filled("＿" * 12), "。")
        y = self._words(y, "　　本回执请于接收之日起一个月内寄回，不层层转递。")
        y = self._words(y, "　　经办人", _BLANK, "　　联系电话", _BLANK)
        self._signature(y, letter.to_name, "年　　　月　　　日")

    def seam(self, y: float) -> None:
        """骑缝: the line to tear along, with the number written across it, so that the two parts prove each other."""
        pdf = self._pdf
        pdf.set_draw_color(120)
        pdf.set_dash_pattern(dash=2, gap=1.5)
        pdf.line(8, y, _WIDTH - 8, y)
        pdf.set_dash_pattern()
        text = printable(f"　{self._of.number}　骑缝章　{self._of.number}　")
        pdf.set_font("letter", size=10)
        width = pdf.get_string_width(text)
        pdf.set_fill_color(255)
        pdf.set_xy((_WIDTH - width) / 2, y - 3)
        pdf.set_text_color(150, 30, 30)
        pdf.cell(width, 6, text, align="C", fill=False)
        pdf.set_text_color(0)

    # -- pieces ---------------------------------------------------------------------------------------------------

    def _person(self) -> Filled:
        return Filled(self._of.name) if self._of.name else _BLANK

    def _branch(self) -> Filled:
        return Filled(self._of.to_branch) if self._of.to_branch else _BLANK

    def _kind(self) -> str:
        return "预备党员" if self._of.probationary else "正式党员"

    def _validity(self) -> Filled:
        return Filled(f"{capital_numerals(self._of.valid_days)}天")

    def _head(self, top: float, part: str) -> float:
        """Title, part and number; gives where the text begins."""
        pdf = self._pdf
        pdf.set_font("letter", size=16)
        pdf.set_xy(_MARGIN, top + 10)
        pdf.cell(_WIDTH - 2 * _MARGIN, 8, self._of.title, align="C")
        pdf.set_font("letter", size=11)
        pdf.set_xy(_MARGIN, top + 19)
        pdf.cell(_WIDTH - 2 * _MARGIN, 6, part, align="C")
        pdf.set_xy(_MARGIN, top + 19)
        pdf.cell(_WIDTH - 2 * _MARGIN, 6, printable(f"编号：{self._of.number}"), align="R")
        return top + 29

    def _words(self, y: float, *pieces: str) -> float:
        """One line; what is filled in stands on a rule of its own, as on the form. Gives where the next line begins."""
        pdf = self._pdf
        pdf.set_font("letter", size=self._fitting(pieces))
        pdf.set_xy(_MARGIN, y)
        for piece in pieces:
            text, width = self._measured(piece)
            x = pdf.get_x()
            pdf.cell(width, _LINE, text, align="C", new_x=XPos.RIGHT, new_y=YPos.TOP)
            if isinstance(piece, Filled):
                pdf.set_draw_color(0)
                pdf.line(x + 0.5, y + _LINE - 1.8, x + width - 0.5, y + _LINE - 1.8)
        return y + _LINE

    def _measured(self, piece: str) -> tuple[str, float]:
        """What to write, and how much room it takes; a blank takes its room and is not written."""
        text = printable(piece)
        width = self._pdf.get_string_width(text)
        if not isinstance(piece, Filled):
            return text, width
        return ("", width) if not piece.strip("＿") else (text, width + 3)

    def _fitting(self, pieces: tuple[str, ...]) -> float:
        """The size at which the line fits the page: long names of organisations make it smaller, never cut off."""
        size = 12.5
        while size > 5:
            self._pdf.set_font("letter", size=size)
            if sum(self._measured(piece)[1] for piece in pieces) <= _WIDTH - 2 * _MARGIN:
                break
            size -= 0.5
        return size

    def _signature(self, y: float, name: str, day: str) -> None:
        pdf = self._pdf
        for line, text in enumerate((f"{printable(name)}（盖章）", day)):
            pdf.set_font("letter", size=self._fitting((text,)))
            pdf.set_xy(_MARGIN, y + 2 + line * 7)
            pdf.cell(_WIDTH - 2 * _MARGIN - 6, 7, text, align="R")

    def _mark(self, text: str) -> None:
        """Across the page: nobody may take a void letter for a good one (domain T11)."""
        pdf = self._pdf
        with pdf.rotation(30, _WIDTH / 2, 148), pdf.local_context(fill_opacity=0.25):
            pdf.set_font("letter", size=110)
            pdf.set_text_color(200, 0, 0)
            pdf.set_xy(0, 120)
            pdf.cell(_WIDTH, 50, text, align="C")
