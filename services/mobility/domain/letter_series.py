"""介绍信编号: every letter of a committee has a number of its own, counted through a year: 〔2026〕000123号 (domain T6).

One stream per issuing committee, `letter-series-<committee id>`.
"""

from services.mobility.domain.number_series import NumberTaken, Take, number_series


class TakeNumber(Take):
    """The committee issues a letter for this transfer."""

    committee_id: str
    transfer_id: str


class LetterNumberTaken(NumberTaken):
    """The number belongs to this transfer."""

    type = "letter-number-taken"

    committee_id: str
    transfer_id: str
    letter_number: str


def _number(command: TakeNumber, year: int, serial: int) -> LetterNumberTaken:
    number = f"〔{year}〕{serial:06d}号"
    return LetterNumberTaken(**command.model_dump(), letter_number=number, year=year, serial=serial)


LETTER_SERIES = number_series("letter-series", LetterNumberTaken, _number)
