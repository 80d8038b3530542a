"""What a consumer counts, as a port: the service wires it to metrics and traces, tests to nothing."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from shared.eventstore.context import Cause
from shared.messaging.envelope import Envelope


class ConsumerMeter(Protocol):
    """Counts what happens in a consumer."""

    def batch(self, batch: Sequence[Envelope]) -> AbstractContextManager[object]:
        """Around the handling and committing of a batch."""
        ...

    def message(self, envelope: Envelope, event: object) -> AbstractContextManager[Cause]:
        """Around the handling of one message; gives the cause of what it brings about. `event` is what was decoded."""
        ...

    def duplicate(self) -> None:
        """A message came again and was skipped."""
        ...

    def gap(self) -> None:
        """A message was missing before this one."""
        ...

    def dead(self, envelope: Envelope, code: str) -> None:
        """A message became a dead letter."""
        ...


class NoMeter:
    """Counts nothing."""

    def batch(self, batch: Sequence[Envelope]) -> AbstractContextManager[object]:
        return nullcontext(batch)

    def message(self, envelope: Envelope, event: object) -> AbstractContextManager[Cause]:
        return nullcontext(envelope.cause())

    def duplicate(self) -> None:
        return

    def gap(self) -> None:
        return

    def dead(self, envelope: Envelope, code: str) -> None:
        return
