"""活动证编号: the county's organisation department codes the cards of its county, counted through a year (domain §1.2).

One stream per county, `card-series-<area code>`: `430702-2026-000017`.
"""

from services.mobility.domain.number_series import NumberTaken, Take, number_series


class TakeCardNumber(Take):
    """A card of this county is issued."""

    area_code: str
    card_id: str


class CardNumberTaken(NumberTaken):
    """The number belongs to this card."""

    type = "card-number-taken"

    area_code: str
    card_id: str
    card_number: str


def _number(command: TakeCardNumber, year: int, serial: int) -> CardNumberTaken:
    number = f"{command.area_code}-{year}-{serial:06d}"
    return CardNumberTaken(**command.model_dump(), card_number=number, year=year, serial=serial)


CARD_SERIES = number_series("card-series", CardNumberTaken, _number)
