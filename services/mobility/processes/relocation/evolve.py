"""What each event makes of the ledger. Constant work per event: a relocation has about ten parties and two channels."""

from dataclasses import replace

from services.mobility.domain.parties import Channel
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
)
from services.mobility.processes.relocation.state import Acknowledgement, ChannelRow, PartyRows, Reached, Relocation
from shared.kernel.event import DomainEvent


def evolve(state: Relocation, event: DomainEvent) -> Relocation:
    match event:
        case PropagationStarted():
            return _started(state, event)
        case RelocationApplied():
            earliest = min(event.applied_at, state.services.get(event.service, event.applied_at))
            return replace(state, services={**state.services, event.service: earliest})
        case PartyNotified():
            if _given_up(state, event):
                return state
            return _reached(state, event.party_id, event.channel, ChannelRow(Reached.NOTIFIED, event.notified_at))
        case PartyReached():
            return _reached(state, event.party_id, event.channel, ChannelRow(Reached.DELIVERED, event.delivered_at))
        case PartyNotReached():
            return _failed(state, event)
        case AcknowledgedEarly() | PartyAcknowledged():
            return _acknowledged(state, event.party_id, Acknowledgement(event.acknowledged_at, event.acknowledged_by))
        case PartyRetried():
            return _retried(state, event)
        case PropagationLate():
            return replace(state, late=True, look_again_at=event.next_at)
        case PropagationStopped():
            return replace(state, stopped=True, look_again_at=None)
        case RelocationPropagated():
            return replace(state, propagated=True)
        case _:
            return state


def _started(state: Relocation, event: PropagationStarted) -> Relocation:
    """Keep of what came early that which is required; the rest would be refused if it came now."""
    early = state.parties
    return replace(
        state,
        started=event,
        look_again_at=event.due_at,
        services={service: at for service, at in state.services.items() if service in event.services},
        parties={
            party.party_id: replace(
                early[party.party_id],
                channels={ch: row for ch, row in early[party.party_id].channels.items() if ch in party.channels},
            )
            for party in event.parties
            if party.party_id in early
        },
    )


def _reached(state: Relocation, party_id: str, channel: Channel, row: ChannelRow) -> Relocation:
    rows = state.parties.get(party_id, PartyRows())
    known = rows.channels.get(channel, row)
    changed = replace(rows, channels={**rows.channels, channel: known.join(row)})
    return replace(state, parties={**state.parties, party_id: changed})


def _failed(state: Relocation, event: PartyNotReached) -> Relocation:
    if _given_up(state, event):
        return state
    row = ChannelRow(Reached.FAILED, event.failed_at, event.code, event.message_id)
    return _reached(state, event.party_id, event.channel, row)


def _given_up(state: Relocation, event: PartyNotified | PartyNotReached) -> bool:
    """Whether another message was sent in place of this one: hearing of it again says nothing of the new one."""
    rows = state.parties.get(event.party_id)
    return rows is not None and event.message_id in rows.given_up


def _retried(state: Relocation, event: PartyRetried) -> Relocation:
    rows = state.parties.get(event.party_id, PartyRows())
    again = replace(
        rows,
        channels={**rows.channels, **{ch: ChannelRow(Reached.NOTIFIED, event.retried_at) for ch in event.channels}},
        given_up=rows.given_up | {rows.channels[ch].message_id for ch in event.channels if ch in rows.channels},
    )
    tries = {**state.tries, event.party_id: event.attempt}
    return replace(state, tries=tries, parties={**state.parties, event.party_id: again})


def _acknowledged(state: Relocation, party_id: str, acknowledgement: Acknowledgement) -> Relocation:
    rows = state.parties.get(party_id, PartyRows())
    known = rows.acknowledgement or acknowledgement
    changed = replace(rows, acknowledgement=known.join(acknowledgement))
    return replace(state, parties={**state.parties, party_id: changed})
