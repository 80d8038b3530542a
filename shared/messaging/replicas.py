"""Which replicas of a service are at work, as far as they know of each other."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from shared.contracts.base import PARTITIONS


class Absent(Exception):
    """Whoever keeps count does not know us any more, or does not answer."""


class Presence(Protocol):
    """Being counted. It ends with the process, with its connection, and when nobody asks for a while."""

    number: int

    async def all(self) -> Sequence[int]:
        """The numbers of all who are counted, in their order. Raises `Absent`."""
        ...


class Replicas(Protocol):
    """Where the replicas of one service are counted."""

    def join(self) -> AbstractAsyncContextManager[Presence]:
        """Be counted, under a number of one's own. Raises `Absent`."""
        ...


def share_of(number: int, counted: Sequence[int]) -> tuple[int, ...]:
    """The partitions of one among those who are counted: each belongs to exactly one, and everybody has as many as the next,
    or one more. More replicas than partitions leave some with none. Raises `Absent`.
    """
    if number not in counted:
        raise Absent(f"{number} is not among {len(counted)} replicas")
    return tuple(range(sorted(counted).index(number), PARTITIONS, len(counted)))
