"""Everything random about one territory: draws from one seed, unique where the field wants it unique."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar

from services.cli.demo.county.person_names import person_name
from services.cli.demo.county.unit_names import Trades, unit_name
from shared.kernel.identifiers import mobile_phone, resident_id, uscc
from shared.kernel.identifiers.area_code import AreaLevel, level
from shared.kernel.identifiers.area_table import AREAS
from shared.kernel.identifiers.resident_id import Sex
from shared.kernel.identifiers.uscc import UsccKind

T = TypeVar("T")

UNASSIGNED_MOBILE_PREFIXES = ("154", "161", "164", "194")
"""Of valid shape, and handed out to no operator: a message sent by mistake reaches nobody."""

_COUNTIES = tuple(code for code in AREAS if level(code) is AreaLevel.COUNTY)
_USCC_PREFIXES = {
    UsccKind.ENTERPRISE: ("91",),
    UsccKind.SOLE_TRADER: ("92",),
    UsccKind.SOCIAL_ORGANISATION: ("51", "52"),
}


class Draw:
    """A source of values for one territory; the same seed and the same calls give the same values.

    `as_of` is the day that the data describe.
    """

    def __init__(self, seed: str, as_of: date) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - the data must be repeatable, not secret
        self.as_of = as_of
        self._taken: set[str] = set()

    def uscc(self, kind: UsccKind, area_code: str) -> str:
        """A unified social credit code that no other unit has."""

        def one() -> str:
            subject = "MA" + "".join(self.rng.choices(uscc.ALPHABET, k=7))
            return uscc.make(self.rng.choice(_USCC_PREFIXES[kind]), area_code, subject)

        return self._unique(one)

    def unit_name(self, kind: UsccKind, place: str, trades: Trades) -> str:
        """A unit name that no other unit has."""
        return self._unique(lambda: unit_name(self.rng, kind, place, trades))

    def person(self, area_code: str, born_after: date, born_before: date) -> tuple[str, str]:
        """A name and a resident id of the same sex; most people were first registered in `area_code`."""
        sex = self.rng.choice((Sex.MALE, Sex.FEMALE))

        def one() -> str:
            address = area_code if self.rng.random() < 0.85 else self.rng.choice(_COUNTIES)
            sequence = 2 * self.rng.randrange(1, 500) - (1 if sex is Sex.MALE else 0)
            return resident_id.make(address, self.day(born_after, born_before), sequence)

        return person_name(self.rng, sex), self._unique(one)

    def mobile(self) -> str:
        """A mobile number; telephones may be shared, so this may repeat (domain §3.1)."""
        return mobile_phone.parse(f"{self.rng.choice(UNASSIGNED_MOBILE_PREFIXES)}{self.rng.randrange(10**8):08d}")

    def landline(self, dialling_code: str) -> str:
        """An office telephone; local numbers that begin with 9 belong to no subscriber."""
        return f"{dialling_code}-9{self.rng.randrange(10**6):06d}"

    def day(self, first: date, last: date) -> date:
        """A day from the first to the last, both included."""
        return first + timedelta(days=self.rng.randint(0, (last - first).days))

    def split(self, total: int, parts: int, low: int, high: int) -> list[int]:
        """Whole numbers between `low` and `high` that add up to `total`; ValueError if there are none."""
        if not low * parts <= total <= high * parts:
            raise ValueError(f"{total} cannot be split into {parts} parts of {low} to {high}")
        sizes = [low] * parts
        open_parts = list(range(parts))
        for _ in range(total - low * parts):
            place = self.rng.randrange(len(open_parts))
            sizes[open_parts[place]] += 1
            if sizes[open_parts[place]] == high:
                open_parts[place] = open_parts[-1]
                open_parts.pop()
        return sizes

    def _unique(self, one: Callable[[], str]) -> str:
        while (value := one()) in self._taken:
            pass
        self._taken.add(value)
        return value
