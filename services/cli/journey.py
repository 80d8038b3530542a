"""A journey: the events of one story in all services, in the order in which they caused each other. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One event, as much of it as anybody may see. `own` says that it is part of the story by its name, not only by
    its causes. What follows is set for messages, and in the acceptance (party → role).
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
    roles: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_delivery(self) -> bool:
        """Whether it is about one message to one party: a table tells that better than a tree."""
        return self.party_id is not None and self.channel is not None


@dataclass(frozen=True, slots=True)
class Journey:
    """The steps by their cause: `roots` came from a request, a timer or something outside the story. `steps` holds
    those left out of the tree too.
    """

    roots: tuple[Step, ...]
    caused: Mapping[str, tuple[Step, ...]]
    steps: tuple[Step, ...]

    @property
    def began(self) -> datetime:
        return self.steps[0].at


def journey(found: Iterable[Step], *, deliveries_too: bool = True) -> Journey | None:
    """The tree of the story's own steps, of what led to them, and of what they led to; None when there is nothing.

    A correlation id can cover more than one story (an import of a thousand transfers): what is not causally connected
    with the story asked for is left out. Without the deliveries, what they caused hangs below what caused them.
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
    roots: list[Step] = []
    caused: dict[str, list[Step]] = {step.event_id: [] for step in steps}
    for step in steps:
        if step.is_delivery and not deliveries_too:
            continue
        cause = by_id.get(step.causation_id or "")
        while cause is not None and cause.is_delivery and not deliveries_too:
            cause = by_id.get(cause.causation_id or "")
        (roots if cause is None or cause.event_id not in kept else caused[cause.event_id]).append(step)
    return Journey(tuple(roots), {event_id: tuple(effects) for event_id, effects in caused.items()}, tuple(steps))


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
    """What became of one message to one party on one channel: the last word, and when."""

    party_id: str
    channel: str
    template: str
    at: datetime
    outcome: str = "queued"


_OUTCOMES = {
    "message-submitted": "submitted",
    "message-delivered": "delivered",
    "message-undelivered": "not delivered",
    "message-unknown": "unknown",
}


def deliveries(steps: Iterable[Step]) -> list[Delivery]:
    """The messages of the story, by party and channel."""
    found: dict[str, Delivery] = {}
    for step in sorted(steps, key=_in_time):
        if step.message_id is None or step.party_id is None or step.channel is None:
            continue
        one = found.setdefault(step.message_id, Delivery(step.party_id, step.channel, "", step.at))
        one.template = step.template or one.template
        if step.type in _OUTCOMES:
            one.at, one.outcome = step.at, step.code or _OUTCOMES[step.type]
    return sorted(found.values(), key=lambda d: (d.party_id, d.channel, d.template))
