"""given / when / then for deciders: a history, one command, and what comes of it.

    given(TRANSFER, ask(), approve("c1")).when(withdraw()).then_refused("already-approved")

A history is made of events, or of commands that are decided and folded one after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from shared.kernel.decider import Decider
from shared.kernel.errors import YanzhenError
from shared.kernel.event import Command, DomainEvent

C = TypeVar("C", bound=Command)
S = TypeVar("S")


@dataclass(frozen=True)
class Outcome(Generic[C, S]):
    """What one command led to."""

    decider: Decider[C, S]
    state: S
    events: Sequence[DomainEvent] = ()
    error: YanzhenError | None = None

    def then(self, *expected: DomainEvent | type[DomainEvent]) -> S:
        """Exactly these events, each given whole or by its class; gives the state after them."""
        assert self.error is None, str(self.error)
        assert len(self.events) == len(expected), f"got {[event.type for event in self.events]}"
        for event, wanted in zip(self.events, expected, strict=True):
            if isinstance(wanted, type):
                assert type(event) is wanted
            else:
                assert event == wanted
            assert type(event) in self.decider.events, f"{event.type} is not listed in the decider"
            assert type(event).model_validate_json(event.model_dump_json()) == event
        after = self.decider.fold(self.events, self.state)
        stored = TypeAdapter(type(after))
        assert stored.validate_json(stored.dump_json(after)) == after, "a snapshot would not give the same state"
        return after

    def then_nothing(self) -> S:
        """The command had taken effect already, or does not matter any more."""
        return self.then()

    def then_refused(self, code: str) -> None:
        """A rule said no, with this code and a remedy."""
        assert self.error is not None, f"got {[event.type for event in self.events]}"
        assert self.error.code == code
        assert self.error.detail
        assert self.error.remedy


@dataclass(frozen=True)
class Given(Generic[C, S]):
    """A history."""

    decider: Decider[C, S]
    state: S

    def when(self, command: C) -> Outcome[C, S]:
        try:
            return Outcome(self.decider, self.state, self.decider.decide(command, self.state))
        except YanzhenError as error:
            return Outcome(self.decider, self.state, error=error)


def given(decider: Decider[C, S], *history: DomainEvent | C) -> Given[C, S]:
    state = decider.initial
    for item in history:
        events = [item] if isinstance(item, DomainEvent) else decider.decide(item, state)
        assert events, f"{item!r} in the history does nothing"
        state = decider.fold(events, state)
    return Given(decider, state)
