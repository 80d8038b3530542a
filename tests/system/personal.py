"""What nobody may see: the names, numbers and addresses of the county's people, found again wherever they stand."""

import re
from collections.abc import Iterable
from typing import Self

from tests.system.support import System

_HAN = re.compile(r"[\u3400-\u9fff·]+")
_NUMBER = re.compile(r"(?<![0-9])(?:(?:\+|00)?86)?(1[0-9]{10}|[0-9]{17}[0-9Xx])(?![0-9])")
_MAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")


class Personal:
    """Names, numbers and mail addresses, found again in a text."""

    def __init__(self, names: Iterable[str], numbers: Iterable[str], mails: Iterable[str]) -> None:
        self.names = frozenset(names)
        self.numbers = frozenset(numbers)
        self.mails = frozenset(mails)

    @classmethod
    def of(cls, system: System) -> Self:
        """What the generator made up about the people of the county."""
        territories = system.world.territories
        people = [member for territory in territories for member in territory.members]
        public = "\n".join(
            [o.name for t in territories for o in t.organisations] + [u.name for t in territories for u in t.units]
            + [s.name + s.host for t in territories for s in t.stations]
        )  # fmt: skip
        offices = {o.office_email for t in territories for o in t.organisations}
        found = cls(
            # The name of a person that is also part of an organisation's proves nothing.
            (member.name for member in people if member.name not in public),
            {m.phone for m in people} | {m.resident_id for m in people},
            {m.email for m in people if m.email} - offices,
        )
        assert len(found.names) > 500
        assert len(found.numbers) > 2000
        return found

    def found_in(self, text: str) -> set[str]:
        """Those that stand in the text."""
        found = set(_NUMBER.findall(text)) & self.numbers
        found |= set(_MAIL.findall(text)) & self.mails
        for run in set(_HAN.findall(text)):
            found |= {run[i:j] for i in range(len(run)) for j in range(i + 2, min(i + 5, len(run)) + 1)} & self.names
        return found
