"""Closing in two steps, for what can be closed only while nothing is left in it (撤销、关闭).

Whether anything is left is counted over other streams: members, children, posts, relations. Of two decisions at once, that
the organisation ends and that somebody joins it, each is fine alone, and they write different streams. So whoever closes
first marks the stream, commits, and counts then. Whoever arrived before the mark is counted; whoever arrives after it takes
the mark away in the transaction of the arrival, and the closing finds it gone. Arrivals pay nothing for it: they read the
stream anyway, and only one that meets a mark writes it. A mark that was left behind does no harm.
"""

from collections.abc import Sequence
from typing import Literal

from shared.kernel.event import Command, DomainEvent

Closable = Literal["organisation", "station"]


class MarkForClosing(Command):
    """Somebody is about to close it."""

    scope: Closable
    scope_id: str


class KeepOpen(Command):
    """Something arrives."""

    scope: Closable
    scope_id: str


ClosingCommand = MarkForClosing | KeepOpen


class MarkedForClosing(DomainEvent):
    """It may be closed as long as the mark stands. Private."""

    type = "marked-for-closing"

    scope: Closable
    scope_id: str


class ClosingGivenUp(DomainEvent):
    """Something arrived: whoever was about to close it has to look again. Private."""

    type = "closing-given-up"

    scope: Closable
    scope_id: str


CLOSING_EVENTS = (MarkedForClosing, ClosingGivenUp)


def decide(command: ClosingCommand, *, stands: bool, marked: bool) -> Sequence[DomainEvent]:
    """Nothing, when it is closed already or the mark is as it should be."""
    wanted = isinstance(command, MarkForClosing)
    if not stands or wanted == marked:
        return []
    return [(MarkedForClosing if wanted else ClosingGivenUp)(**dict(command))]
