"""A journey: the events of one story in all services, in the order in which they caused each other. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One event, as much of it as anybody may see. `own` says that it is part of the story by its name, not only by
    its causes. The last five are set for messages of notify.
    """

    service: str
    event_id: str
    type: str
    stream_id: str
    version: int
    causation_id: str | None
    actor: str
    at: datetime
    own: bool = True
    message_id: str | None = None
    party_id: str | None = None
    channel: str | None = None
    template: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """The steps by their cause: `roots` came from a request, a timer or something outside the story."""

    roots: tuple[Step, ...]
    caused: Mapping[str, tuple[Step, ...]]
    steps: tuple[Step, ...]

    @property
    def began(self) -> datetime:
        return self.steps[0].at


def journey(found: Iterable[Step]) -> Journey | None:
    """The tree of the story's own steps, of what led to them, and of what they led to; None when there is nothing.

    A correlation id can cover more than one story (an import of a thousand transfers): what is not causally connected
    with the story asked for is left out.
    """
    by_id = {step.event_id: step for step in found}
    effects: dict[str, list[Step]] = defaultdict(list)
    for step in by_id.values():
        if step.causation_id in by_id:
            effects[step.causation_id].append(step)
    kept: set[str] = set()
    for step in by_id.values():
        if step.own:
            _follow(step, effects, kept)
            _lead_up(step, by_id, kept)
    steps = sorted((by_id[event_id] for event_id in kept), key=_in_time)
    if not steps:
        return None
    roots = tuple(step for step in steps if step.causation_id not in kept)
    caused = {
        event_id: tuple(sorted((s for s in effects[event_id] if s.event_id in kept), key=_in_time)) for event_id in kept
    }
    return Journey(roots, caused, tuple(steps))


def _follow(step: Step, effects: Mapping[str, Sequence[Step]], kept: set[str]) -> None:
    waiting = [step]
    while waiting:
        one = waiting.pop()
        if one.event_id not in kept:
            kept.add(one.event_id)
            waiting += effects.get(one.event_id, ())


def _lead_up(step: Step, by_id: Mapping[str, Step], kept: set[str]) -> None:
    cause = by_id.get(step.causation_id or "")
    while cause is not None and cause.event_id not in kept:
        kept.add(cause.event_id)
        cause = by_id.get(cause.causation_id or "")


def _in_time(step: Step) -> tuple[datetime, str, int]:
    return step.at, step.stream_id, step.version


@dataclass(slots=True)
class Delivery:
    """What became of one message to one party on one channel."""

    party_id: str
    channel: str
    template: str
    queued: datetime | None = None
    submitted: datetime | None = None
    ended: datetime | None = None
    outcome: str = "waiting"


_OUTCOMES = {
    "message-delivered": "delivered",
    "message-undelivered": "not delivered",
    "message-unknown": "unknown",
}


def deliveries(steps: Iterable[Step]) -> list[Delivery]:
    """The messages of the story by party and channel; the last word on each counts."""
    found: dict[str, Delivery] = {}
    for step in sorted(steps, key=_in_time):
        if step.message_id is None or step.party_id is None:
            continue
        one = found.setdefault(step.message_id, Delivery(step.party_id, step.channel or "", step.template or ""))
        if step.type == "message-queued":
            one.queued, one.template = step.at, step.template or ""
        elif step.type == "message-submitted":
            one.submitted, one.outcome = step.at, "submitted"
        elif step.type in _OUTCOMES:
            one.ended = step.at
            one.outcome = _OUTCOMES[step.type] + (f" ({step.code})" if step.code else "")
    return sorted(found.values(), key=lambda d: (d.party_id, d.channel, d.template))
