"""传达台账 as it can be read: what has to come in from whom, and what has.

The process records a fact only when it adds something, so the newest fact about a step is the truth about it. Facts that
come before the start make their rows early; the start then says which rows are required.
"""

from datetime import datetime

from services.mobility.processes.relocation import events
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange


def _of(fact: Fact) -> str:
    return fact.stream_id.removeprefix("relocation-")


def _step(fact: Fact, party_id: str, step: str, state: str, at: datetime, detail: str | None = None) -> list[RowChange]:
    key = (_of(fact), party_id, step)
    row = dict(zip(("relocation_id", "party_id", "step"), key, strict=True))
    return [Put("propagation", key, row | {"state": state, "at": at, "detail": detail}), _version(fact)]


def _version(fact: Fact, **columns: object) -> Put:
    row = {"relocation_id": _of(fact), "version": fact.version}
    return Put("relocations", (_of(fact),), row | columns)


def _started(event: events.PropagationStarted, fact: Fact) -> list[RowChange]:
    required = [(service, "applied") for service in event.services]
    for party in event.parties:
        required += [(party.party_id, channel) for channel in party.channels]
        if party.must_acknowledge:
            required.append((party.party_id, "acknowledged"))
    rows: list[RowChange] = [
        Put(
            "propagation",
            (event.relocation_id, party_id, step),
            {"relocation_id": event.relocation_id, "party_id": party_id, "step": step, "number": number},
        )
        for number, (party_id, step) in enumerate(required)
    ]
    started = _version(fact, member_id=event.member_id, accepted_at=event.accepted_at, due_at=event.due_at, late=False)
    return [*rows, started]


def _applied(event: events.RelocationApplied, fact: Fact) -> list[RowChange]:
    return _step(fact, event.service, "applied", "applied", event.applied_at)


def _notified(event: events.PartyNotified, fact: Fact) -> list[RowChange]:
    return _step(fact, event.party_id, event.channel, "notified", event.notified_at)


def _delivered(event: events.PartyReached, fact: Fact) -> list[RowChange]:
    return _step(fact, event.party_id, event.channel, "delivered", event.delivered_at, event.receipt_id)


def _failed(event: events.PartyNotReached, fact: Fact) -> list[RowChange]:
    return _step(fact, event.party_id, event.channel, "failed", event.failed_at, event.code)


def _acknowledged(event: events.PartyAcknowledged | events.AcknowledgedEarly, fact: Fact) -> list[RowChange]:
    return _step(fact, event.party_id, "acknowledged", "acknowledged", event.acknowledged_at, event.acknowledged_by)


def _late(event: events.PropagationLate, fact: Fact) -> list[RowChange]:
    return [_version(fact, late=True, missing_when_late=list(event.missing))]


def _retried(event: events.PartyRetried, fact: Fact) -> list[RowChange]:
    key = (event.relocation_id, event.party_id, "retried")
    row: dict[str, object] = dict(zip(("relocation_id", "party_id", "step"), key, strict=True))
    row |= {"state": "retried", "at": event.retried_at, "detail": str(event.attempt)}
    again = [_step(fact, event.party_id, channel, "notified", event.retried_at) for channel in event.channels]
    return [Put("propagation", key, row), *(change for changes in again for change in changes), _version(fact)]


def _propagated(event: events.RelocationPropagated, fact: Fact) -> list[RowChange]:
    return [_version(fact, propagated_at=event.propagated_at)]


def _stopped(event: events.PropagationStopped, fact: Fact) -> list[RowChange]:
    return [_version(fact, stopped_at=event.stopped_at)]


PROPAGATION = Projection(
    "propagation",
    2,
    ("relocations", "propagation"),
    {
        events.PropagationStarted: _started,
        events.RelocationApplied: _applied,
        events.PartyNotified: _notified,
        events.PartyReached: _delivered,
        events.PartyNotReached: _failed,
        events.AcknowledgedEarly: _acknowledged,
        events.PartyAcknowledged: _acknowledged,
        events.PartyRetried: _retried,
        events.PropagationLate: _late,
        events.PropagationStopped: _stopped,
        events.RelocationPropagated: _propagated,
    },
    {},
)
