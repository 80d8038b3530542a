"""What every step of a transfer has in common: the story it belongs to, its version, and the end of the member's case."""

from typing import Any

from services.mobility.domain.member_case import MEMBER_CASE, CloseCase
from services.mobility.domain.transfer.commands import TransferCommand
from services.mobility.domain.transfer.decider import TRANSFER
from services.mobility.domain.transfer.events import ENDINGS, TransferResent
from services.mobility.domain.transfer.state import Transfer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.event import DomainEvent


async def known(unit: UnitOfWork, transfer_id: str) -> Transfer:
    """The transfer, as part of whose story everything here happens from now on. Errors: `transfer-unknown`."""
    unit.cause = unit.cause.with_correlation(transfer_id)
    state: Transfer = await unit.state(TRANSFER, transfer_id)
    _ = state.asked  # says that it is unknown before anything else can be wrong
    return state


async def step(
    unit: UnitOfWork, transfer_id: str, command: TransferCommand, expected: int | None = None
) -> list[DomainEvent]:
    """Decide one command of a transfer. When it ends the transfer, the member's case is closed in the same work.

    A transfer that is sent again leaves the case to the one that takes its place. Errors: `transfer-unknown`,
    `stale-version`, and those of the command.
    """
    await known(unit, transfer_id)
    events = await unit.handle(TRANSFER, transfer_id, command, expected=expected)
    for event in events:
        if isinstance(event, ENDINGS) and not isinstance(event, TransferResent):
            member_id = event.member_id
            close = CloseCase(member_id=member_id, transfer_id=transfer_id, closed_at=unit.clock.now())
            await unit.handle(MEMBER_CASE, member_id, close)
    return events


async def summary(unit: UnitOfWork, transfer_id: str) -> dict[str, Any]:
    """How the transfer stands after what was decided here: what every command answers."""
    state: Transfer = await unit.state(TRANSFER, transfer_id)
    turn = state.turn
    return {
        "transfer_id": transfer_id,
        "member_id": state.asked.member_id,
        "status": state.status,
        "holder_id": turn.holder_id if turn else None,
        "task": turn.task if turn else None,
        "due_at": turn.due_at if turn else None,
        "letter_number": state.letter.number if state.letter else None,
        "unheard_void": state.unheard_void,
        "version": await unit.version(TRANSFER, transfer_id),
    }
