"""The functional core of every aggregate and process: `decide(command, state) -> events`, `evolve(state, event) -> state`.

Pure functions only. All that a decision needs and cannot compute (the time, an identifier, a path in the tree) travels
in the command, so a decision can be replayed and a test needs neither clock nor database.

A process manager is a decider too: its commands are made from the events it follows, and its deadlines are timers.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Generic, TypeVar

from shared.kernel.event import Command, DomainEvent
from shared.kernel.timer import DueTimer, TimerChange

C = TypeVar("C", bound=Command)
S = TypeVar("S")


def _no_timers(_: DomainEvent) -> Sequence[TimerChange]:
    return ()


@dataclass(frozen=True, slots=True)
class Decider(Generic[C, S]):
    """One kind of stream: its name, its empty state, and its functions.

    `decide` raises `Refused` or `Invalid` when a rule says no, and returns an empty list when there is nothing to do
    (a repeated command that already took effect). `timers` says which deadlines an event sets or lifts, `on_timer`
    which command a deadline means once it has passed. `long_streams` turns on snapshots, at the price of a second
    query per load: worth it only where a stream may reach hundreds of events.
    """

    stream_type: str
    initial: S
    decide: Callable[[C, S], Sequence[DomainEvent]]
    evolve: Callable[[S, DomainEvent], S]
    events: tuple[type[DomainEvent], ...]
    timers: Callable[[DomainEvent], Sequence[TimerChange]] = _no_timers
    on_timer: Callable[[DueTimer], C] | None = None
    long_streams: bool = False

    def fold(self, events: Iterable[DomainEvent], state: S | None = None) -> S:
        """The state after these events, from `state` or from the beginning."""
        return reduce(self.evolve, events, self.initial if state is None else state)

    def stream(self, identity: str) -> str:
        """The stream of one instance, e.g. `transfer-0193…`."""
        return f"{self.stream_type}-{identity}"
