"""What the relocation process makes of what happened elsewhere, and of our own acceptance.

Sources are heard in any order: notify may report a delivery before our own `TransferAccepted` comes round. So a fact is
recorded from the acceptance on, which is in our own streams before anybody else can know of it.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from services.mobility.application import memberships
from services.mobility.application.departures import request_due, transfer_moved_nobody
from services.mobility.application.stations import station_closed
from services.mobility.application.steps import step
from services.mobility.application.succession import dissolved
from services.mobility.domain.care.decider import CARE
from services.mobility.domain.departure.decider import DEPARTURE
from services.mobility.domain.parties import InterestedParty
from services.mobility.domain.transfer.commands import ConfirmMembership
from services.mobility.domain.transfer.decider import TRANSFER
from services.mobility.domain.transfer.state import Transfer
from services.mobility.processes.relocation.commands import (
    RecordApplied,
    RecordDelivered,
    RecordNotified,
    RecordUndelivered,
    RelocationCommand,
    StartPropagation,
)
from services.mobility.processes.relocation.decider import RELOCATION
from services.mobility.processes.relocation.state import Relocation
from shared.contracts.assessment import RosterUpdated
from shared.contracts.mobile_members import TransferProposed
from shared.contracts.mobility import MemberTransferredOut, TransferAccepted, TransferClosed, TransferWithdrawn
from shared.contracts.notify import MessageDelivered, MessageSubmitted, MessageUndelivered, NotifyEvent
from shared.contracts.registry import MembershipEnded, MembershipMoved, PartyOrganisationDissolved, StationClosed
from shared.eventstore.unit_of_work import UnitOfWork
from shared.messaging.handlers import Follows, On

APPLIED_BY: Final = ("registry", "assessment")
"""The services that must have a relocation in their own data before it is propagated."""


async def _start(event: TransferAccepted, unit: UnitOfWork) -> None:
    unit.cause = unit.cause.with_correlation(event.transfer_id)
    transfer: Transfer = await unit.peek(TRANSFER, event.transfer_id)  # the policy was frozen in the request
    command = StartPropagation(
        relocation_id=event.transfer_id,
        member_id=event.member_id,
        parties=tuple(InterestedParty(**party.model_dump()) for party in event.parties),
        services=APPLIED_BY,
        accepted_at=event.accepted_at,
        late_after=timedelta(days=transfer.asked.policy.propagated_within_days),
    )
    await unit.handle(RELOCATION, event.transfer_id, command)


async def _moved(event: MembershipMoved, unit: UnitOfWork) -> None:
    await _applied("registry", event.transfer_id, event.moved_at, unit)
    confirm = ConfirmMembership(organisation_id=event.to_organisation_id, moved_at=event.moved_at)
    await step(unit, event.transfer_id, confirm)
    await memberships.followed(unit, event.member_id, event.to_organisation_id)


async def _proposed(event: TransferProposed, unit: UnitOfWork) -> None:
    unit.cause = unit.cause.with_correlation(event.departure_id)
    await request_due(unit, event.member_id, event.departure_id)


async def _ended(event: TransferClosed | TransferWithdrawn, unit: UnitOfWork) -> None:
    unit.cause = unit.cause.with_correlation(event.transfer_id)
    await transfer_moved_nobody(unit, event.member_id, event.transfer_id)


async def _left_us(event: MemberTransferredOut, unit: UnitOfWork) -> None:
    unit.cause = unit.cause.with_correlation(event.transfer_id)
    await memberships.followed(unit, event.member_id, None)


def _of_member(event: TransferClosed | TransferWithdrawn) -> list[tuple[Any, str]]:
    return [(DEPARTURE, event.member_id)]


async def _roster(event: RosterUpdated, unit: UnitOfWork) -> None:
    await _applied("assessment", event.relocation_id, event.updated_at, unit)


async def _applied(service: str, relocation_id: str, at: datetime, unit: UnitOfWork) -> None:
    unit.cause = unit.cause.with_correlation(relocation_id)
    await unit.handle(RELOCATION, relocation_id, RecordApplied(service=service, applied_at=at))


async def _submitted(event: MessageSubmitted, unit: UnitOfWork) -> None:
    at = event.submitted_at
    about = event.model_dump(include={"party_id", "channel", "message_id"})
    await _message(event, RecordNotified(**about, notified_at=at), unit)


async def _delivered(event: MessageDelivered, unit: UnitOfWork) -> None:
    command = RecordDelivered(
        party_id=event.party_id, channel=event.channel, receipt_id=event.receipt_id, delivered_at=event.delivered_at
    )
    await _message(event, command, unit)


async def _undelivered(event: MessageUndelivered, unit: UnitOfWork) -> None:
    command = RecordUndelivered(**event.model_dump(include={"party_id", "channel", "code", "failed_at", "message_id"}))
    await _message(event, command, unit)


async def _message(event: NotifyEvent, command: RelocationCommand, unit: UnitOfWork) -> None:
    unit.cause = unit.cause.with_correlation(event.relocation_id)
    if await _concerns(event, unit):
        await unit.handle(RELOCATION, event.relocation_id, command)


async def _concerns(event: NotifyEvent, unit: UnitOfWork) -> bool:
    """Whether the message told a party of the relocation. Others cite the same id (a reminder that a case is overdue,
    say); they are no part of the ledger, and must not hold up those that are by becoming dead letters.
    """
    # An acceptance is never taken back, so a remembered one is good enough; checking it at the commit would make every
    # receipt that a clerk returns a conflict for a whole batch of messages.
    transfer: Transfer = await unit.peek(TRANSFER, event.relocation_id)
    if transfer.acceptance is None:
        row = await unit.row("transfers", event.relocation_id)
        if row is None or row["accepted_at"] is None:
            return False
    relocation: Relocation = await unit.state(RELOCATION, event.relocation_id)
    if relocation.started is None:
        return True
    required = {party.party_id: party.channels for party in relocation.started.parties}
    return event.channel in required.get(event.party_id, ())


def _of_message(event: NotifyEvent) -> list[tuple[Any, str]]:
    return [(RELOCATION, event.relocation_id), (TRANSFER, event.relocation_id)]


def _of_acceptance(event: TransferAccepted) -> list[tuple[Any, str]]:
    return [(RELOCATION, event.transfer_id), (TRANSFER, event.transfer_id)]


def _of_move(event: MembershipMoved) -> list[tuple[Any, str]]:
    moved: list[tuple[Any, str]] = [(RELOCATION, event.transfer_id), (TRANSFER, event.transfer_id)]
    return [*moved, *memberships.touched(event.member_id)]


def _of_roster(event: RosterUpdated) -> list[tuple[Any, str]]:
    return [(RELOCATION, event.relocation_id)]


def _of_proposal(event: TransferProposed) -> list[tuple[Any, str]]:
    return [(DEPARTURE, event.member_id), (CARE, event.departure_id)]


FOLLOWS: Follows = {
    "registry": {
        MembershipMoved: On(_moved, _of_move),
        MembershipEnded: On(memberships.ended, lambda event: memberships.touched(event.member_id)),
        PartyOrganisationDissolved: On(dissolved),
        StationClosed: On(station_closed),
    },
    "mobility": {
        TransferAccepted: On(_start, _of_acceptance),
        TransferProposed: On(_proposed, _of_proposal),
        TransferClosed: On(_ended, _of_member),
        TransferWithdrawn: On(_ended, _of_member),
        MemberTransferredOut: On(_left_us, lambda event: memberships.touched(event.member_id)),
    },
    "assessment": {RosterUpdated: On(_roster, _of_roster)},
    "notify": {
        MessageSubmitted: On(_submitted, _of_message),
        MessageDelivered: On(_delivered, _of_message),
        MessageUndelivered: On(_undelivered, _of_message),
    },
}
