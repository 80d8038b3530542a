"""传达: a relocation is propagated once every required row is in, whatever the order in which they came.

A fact is recorded only when it adds something, so repeats cost nothing; facts that come after the end are still
recorded, for they are proof, but the end itself happens once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import Final

from services.mobility.domain.parties import Channel
from services.mobility.processes.relocation.commands import (
    MarkLate,
    RecordAcknowledged,
    RecordApplied,
    RecordDelivered,
    RecordNotified,
    RecordUndelivered,
    RelocationCommand,
    RetryParty,
    StartPropagation,
    StopPropagation,
)
from services.mobility.processes.relocation.events import (
    AcknowledgedEarly,
    PartyAcknowledged,
    PartyNotified,
    PartyNotReached,
    PartyReached,
    PartyRetried,
    PropagationLate,
    PropagationStarted,
    PropagationStopped,
    RelocationApplied,
    RelocationPropagated,
    RequiredParty,
)
from services.mobility.processes.relocation.evolve import evolve
from services.mobility.processes.relocation.ledger import complete, last_at, missing
from services.mobility.processes.relocation.state import Reached, Relocation
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.event import DomainEvent


def decide(command: RelocationCommand, state: Relocation) -> Sequence[DomainEvent]:
    """Errors: `already-started` (otherwise), `no-parties`, `party-not-concerned`."""
    match command:
        case StartPropagation():
            return _start(command, state)
        case MarkLate():
            return _late(command, state)
        case RetryParty():
            return _retry(command, state)
        case StopPropagation():
            return [] if state.propagated or state.stopped else [PropagationStopped(**command.model_dump())]
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
    if state.stopped:
        return []  # it lapsed before our own acceptance came round
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
    if started is None or state.propagated or state.stopped or not complete(state, started):
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
    """Names what is missing, and asks for another try of every party that no channel reached, each day for a week.

    It may still be propagated afterwards; what a week of tries did not bring stays visible as late until somebody acts.
    """
    started = state.started
    if started is None or state.propagated or state.stopped or state.look_again_at != command.due_at:
        return []
    looks = (command.due_at - started.due_at) // AGAIN_AFTER
    late = PropagationLate(
        relocation_id=started.relocation_id,
        member_id=started.member_id,
        missing=missing(state, started),
        due_at=started.due_at,
        next_at=command.due_at + AGAIN_AFTER if looks < MOST_TRIES else None,
    )
    if looks >= MOST_TRIES:
        return [late]
    unreached = [party for party in started.parties if _unreached(party, state)]
    return [late, *(_retried(started, state, party, "timer", command.due_at) for party in unreached)]


AGAIN_AFTER: Final = timedelta(days=1)
MOST_TRIES: Final = 7


def _retry(command: RetryParty, state: Relocation) -> Sequence[DomainEvent]:
    """Errors: `relocation-unknown`, `relocation-stopped`, `party-not-concerned`, `party-has-it` (nobody is told twice)."""
    started = state.started
    if state.stopped:
        raise Refused(
            "relocation-stopped", "the transfer lapsed; there is no move to tell of", remedy="nothing is left to do"
        )
    if started is None:
        raise NotFound("relocation-unknown", "there is nothing to try again yet", remedy="wait until it has started")
    _check_concerned(state, command.party_id)
    party = next(party for party in started.parties if party.party_id == command.party_id)
    if not _unreached(party, state):
        raise Refused(
            "party-has-it",
            f"{command.party_id} was reached, or a message to it is still on its way",
            remedy="look at the ledger; only what failed on every channel is tried again",
        )
    return [_retried(started, state, party, command.asked_by, command.retried_at)]


def _unreached(party: RequiredParty, state: Relocation) -> bool:
    """Every channel has failed. One that is pending may still arrive, and sending beside it would tell somebody twice."""
    rows = state.parties.get(party.party_id)
    reached = [rows.channels.get(channel) if rows else None for channel in party.channels]
    return bool(reached) and all(row is not None and row.reached == Reached.FAILED for row in reached)


def _retried(
    started: PropagationStarted, state: Relocation, party: RequiredParty, asked_by: str, at: datetime
) -> PartyRetried:
    return PartyRetried(
        relocation_id=started.relocation_id,
        member_id=started.member_id,
        party_id=party.party_id,
        attempt=state.tries.get(party.party_id, 0) + 1,
        asked_by=asked_by,
        retried_at=at,
        channels=party.channels,
    )


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
