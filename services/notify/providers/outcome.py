"""What a call to a provider can come to. The three are never confused: only a certain no may be followed by another try."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """The provider has the message under that reference. It has not arrived by that."""

    reference: str


@dataclass(frozen=True, slots=True)
class Declined:
    """It certainly was not taken. `permanent`: another try would fail the same way. `code` holds no personal data.

    `unreachable` says that no message would have been taken: the next one waits until `prepare` succeeds again.
    """

    code: str
    permanent: bool
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nobody knows whether it was taken. `detail` names the kind of silence, and holds no personal data."""

    detail: str


Outcome = Taken | Declined | NoAnswer


@dataclass(frozen=True, slots=True)
class Found:
    """The provider, asked about a message, has it. `delivered` is None while it has no report about it."""

    reference: str
    delivered: bool | None
    code: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Absent:
    """The provider proves that it never had it."""


class Unreachable(Exception):
    """The provider could not be asked."""


Finding = Found | Absent | None
"""None: this kind of provider cannot be asked."""
