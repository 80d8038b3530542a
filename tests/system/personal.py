"""What nobody may see: the names, numbers and addresses of the county's people, found again wherever they stand."""

import re

from tests.system.support import System

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_HAN = re.compile(r"[\u3400-\u9fff·]+")
_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:1[0-9]{10}|[0-9]{17}[0-9Xx])(?![0-9A-Za-z])")
_MAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")


class Personal:
    """What the generator made up about people, found again in a text."""

    def __init__(self, system: System) -> None:
        territories = system.world.territories
        people = [member for territory in territories for member in territory.members]
        public = "\n".join(
            [o.name for t in territories for o in t.organisations] + [u.name for t in territories for u in t.units]
            + [s.name + s.host for t in territories for s in t.stations]
        )  # fmt: skip
        # The name of a person that is also part of an organisation's proves nothing.
        self.names = {member.name for member in people if member.name not in public}
        self.numbers = {m.phone for m in people} | {m.resident_id for m in people}
        offices = {o.office_email for t in territories for o in t.organisations}
        self.mails = {m.email for m in people if m.email} - offices
        assert len(self.names) > 500
        assert len(self.numbers) > 2000

    def found_in(self, text: str) -> set[str]:
        plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
        found = set(_NUMBER.findall(plain)) & self.numbers
        found |= set(_MAIL.findall(plain)) & self.mails
        for run in set(_HAN.findall(plain)):
            found |= {run[i:j] for i in range(len(run)) for j in range(i + 2, min(i + 5, len(run)) + 1)} & self.names
        return found
