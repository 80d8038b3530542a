"""Papers with versions (rules, forms): numbered without a gap, never changed, since what happened under one cites it."""

from collections.abc import Sequence
from typing import Final, TypeVar

from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent

V = TypeVar("V", bound=DomainEvent)

_OF_THE_ACT: Final = {"adopted_at", "issued_at"}


def next_version(version: V, earlier: Sequence[V], number: str) -> list[V]:
    """The version that comes next, or nothing when it is there already. `number` is the field that counts them.

    Errors (`Refused`): `<number>-taken`, `<number>-gap`, with hyphens.
    """
    given: int = getattr(version, number)
    code = number.replace("_", "-")
    known = earlier[given - 1] if given <= len(earlier) else None
    if known is not None:
        if known.model_dump(exclude=_OF_THE_ACT) == version.model_dump(exclude=_OF_THE_ACT):
            return []
        raise Refused(
            f"{code}-taken",
            f"version {given} says something else",
            remedy="a version is never changed: make the next one",
            where=number,
        )
    if given != len(earlier) + 1:
        raise Refused(
            f"{code}-gap",
            f"the next version is {len(earlier) + 1}",
            remedy="number versions without a gap",
            where=number,
        )
    return [version]
