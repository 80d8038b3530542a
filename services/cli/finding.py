"""What the doctor finds."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["well", "note", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `remedy` says what to do when it is not well."""

    verdict: Verdict
    what: str
    found: str
    remedy: str = ""


def well(what: str, found: str) -> Finding:
    return Finding("well", what, found)


def note(what: str, found: str, remedy: str) -> Finding:
    return Finding("note", what, found, remedy)


def wrong(what: str, found: str, remedy: str) -> Finding:
    return Finding("wrong", what, found, remedy)
