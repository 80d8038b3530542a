"""What may take effect once: a request with its key, a message from outside, a timer."""

from collections.abc import Sequence
from datetime import datetime

from shared.eventstore.records import StoredEvent, Work
from shared.kernel.json import to_json
from tests.simulation.violation import Violation

REQUEST = "request:"
"""How the actor of a request of the simulation begins; its Idempotency-Key follows."""

_LATER = ("person-erased",)
"""What is carried out in the name of who asked for it, when its time has come."""


class Once:
    """Works by what brought them about, and the timers as they should be."""

    def __init__(self) -> None:
        self._requests: set[str] = set()
        self._outside: set[tuple[str, str, str]] = set()
        self._answers: dict[str, str] = {}
        self._timers: dict[tuple[str, str, str], datetime] = {}

    def begin(self, service: str, timers: dict[tuple[str, str], datetime]) -> None:
        self._timers |= {(service, *address): due for address, due in timers.items()}

    def committed(self, service: str, work: Work, events: Sequence[StoredEvent]) -> None:
        self._request(events)
        for entry in work.inbox:
            mark = (service, entry.source, entry.message_id)
            if mark in self._outside:
                raise Violation(f"{service} took message {entry.message_id} of {entry.source} twice")
            self._outside.add(mark)
        for timer in work.fired:
            due = self._timers.pop((service, timer.stream_id, timer.name), None)
            if due != timer.due_at:
                raise Violation(
                    f"the timer {timer.name} of {timer.stream_id} fired for {timer.due_at}, "
                    f"and {'was not set' if due is None else f'was set for {due}'}"
                )
        for stream_id, name in work.cancelled:
            self._timers.pop((service, stream_id, name), None)
        for timer in work.armed:
            self._timers[service, timer.stream_id, timer.name] = timer.due_at

    def _request(self, events: Sequence[StoredEvent]) -> None:
        actors = {event.meta["actor"] for event in events if event.type not in _LATER}
        for actor in actors:
            if actor.startswith(REQUEST):
                if actor in self._requests:
                    raise Violation(f"{actor} took effect twice")
                self._requests.add(actor)

    def due(self, service: str, stream_id: str, name: str) -> datetime | None:
        """When that timer is set for."""
        return self._timers.get((service, stream_id, name))

    def answered(self, key: str, status: int, body: object) -> None:
        """The same key always has the same answer."""
        said = f"{status} {to_json(body)}"
        if self._answers.setdefault(key, said) != said:
            raise Violation(f"the request {key} was answered in two ways")
