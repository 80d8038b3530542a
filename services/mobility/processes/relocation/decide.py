"""传达: a relocation is propagated once every required row is in, whatever the order in which they came.

A fact is recorded only when it adds something, so repeats cost nothing; facts that come after the end are still
recorded, for they are proof, but the end itself happens once.
"""

from collections.abc import Sequence
from functools import reduce

from services.mobility.domain.parties import Channel
from services.mobility.processes.relocation.commands import (
    MarkLate,
    RecordAcknowledged,
    RecordApplied,
    RecordDelivered,
    RecordNotified,
    RecordUndelivered,
    RelocationCommand,
    StartPropagation,
)
from services.mobility.processes.relocation.events import (
    AcknowledgedEarly,
    PartyAcknowledged,
    PartyNotified,
    PartyNotReached,
    PartyReached,
    PropagationLate,
    PropagationStarted,
    RelocationApplied,
    RelocationPropagated,
    RequiredParty,
)
from services.mobility.processes.relocation.evolve import evolve
from services.mobility.processes.relocation.ledger import complete, last_at, missing
from services.mobility.processes.relocation.state import Relocation
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


def decide(command: RelocationCommand, state: Relocation) -> Sequence[DomainEvent]:
    """Errors: `already-started` (otherwise), `no-parties`, `party-not-concerned`."""
    match command:
        case StartPropagation():
            return _start(command, state)
        case MarkLate():
            return _late(command, state)
        case RecordApplied():
            if state.started and command.service not in state.started.services:
                return []  # a service that follows of its own accord; nobody waits for it
            return _record(RelocationApplied(**command.model_dump()), state)
        case RecordNotified():
            _check_concerned(state, command.party_id, command.channel)
            return _record(PartyNotified(**command.model_dump()), state)
        case RecordDelivered():
            _check_concerned(state, command.party_id, command.channel)
            return _record(PartyReached(**command.model_dump()), state)
        case RecordUndelivered():
            _check_concerned(state, command.party_id, command.channel)
            return _record(PartyNotReached(**command.model_dump()), state)
        case RecordAcknowledged():
            _check_concerned(state, command.party_id)
            if state.started is None:
                return _record(AcknowledgedEarly(**command.model_dump()), state)
            return _record(_acknowledged(state.started, command), state)


def _start(command: StartPropagation, state: Relocation) -> Sequence[DomainEvent]:
    started = PropagationStarted(
        relocation_id=command.relocation_id,
        member_id=command.member_id,
        parties=tuple(RequiredParty(**party.model_dump()) for party in command.parties),
        services=command.services,
        accepted_at=command.accepted_at,
        due_at=command.accepted_at + command.late_after,
    )
    if state.started is not None:
        # The acceptance froze the parties; services and deadline are configuration, which may have changed since.
        if state.started.model_copy(update={"due_at": started.due_at, "services": started.services}) == started:
            return []
        raise Refused("already-started", "this relocation started with other parties", remedy="look at its acceptance")
    if not command.parties:
        raise Invalid("no-parties", "a relocation concerns somebody", remedy="compute the interested parties first")
    concerned = {party.party_id for party in started.parties}
    early = [
        RecordAcknowledged(
            party_id=party_id,
            acknowledged_by=rows.acknowledgement.by,
            acknowledged_at=rows.acknowledgement.at,
        )
        for party_id, rows in state.parties.items()
        if rows.acknowledgement and party_id in concerned
    ]
    events: list[DomainEvent] = [started, *(_acknowledged(started, command) for command in early)]
    return [*events, *_the_end(reduce(evolve, events, state))]


def _record(event: DomainEvent, state: Relocation) -> Sequence[DomainEvent]:
    """The fact, unless it adds nothing; and the end, when it was the last one."""
    after = evolve(state, event)
    return [] if after == state else [event, *_the_end(after)]


def _the_end(state: Relocation) -> Sequence[DomainEvent]:
    """`RelocationPropagated`, when this state has just become complete."""
    started = state.started
    if started is None or state.propagated or not complete(state, started):
        return []
    return [
        RelocationPropagated(
            relocation_id=started.relocation_id,
            member_id=started.member_id,
            parties=len(started.parties),
            accepted_at=started.accepted_at,
            propagated_at=last_at(state, started),
        )
    ]


def _late(command: MarkLate, state: Relocation) -> Sequence[DomainEvent]:
    """Once, naming what is missing; it may still be propagated afterwards."""
    started = state.started
    if started is None or state.propagated or state.late or started.due_at != command.due_at:
        return []
    return [
        PropagationLate(
            relocation_id=started.relocation_id,
            member_id=started.member_id,
            missing=missing(state, started),
            due_at=started.due_at,
        )
    ]


def _acknowledged(started: PropagationStarted, command: RecordAcknowledged) -> PartyAcknowledged:
    return PartyAcknowledged(relocation_id=started.relocation_id, member_id=started.member_id, **command.model_dump())


def _check_concerned(state: Relocation, party_id: str, channel: Channel | None = None) -> None:
    """Before the start everything is kept, since we cannot know yet; the start drops what does not concern it."""
    if state.started is None:
        return
    party = next((party for party in state.started.parties if party.party_id == party_id), None)
    if party is None or (channel is not None and channel not in party.channels):
        raise Refused(
            "party-not-concerned",
            f"{party_id} is not to be reached{f' by {channel}' if channel else ''} in {state.started.relocation_id}",
            remedy="look up the interested parties in the acceptance",
        )
