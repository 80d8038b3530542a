"""审批 and 介绍信: the last approval issues the letter, and its number is taken in the same work."""

from services.mobility.application.steps import known, step
from services.mobility.application.succession import seat_next
from services.mobility.domain.letter_series import LETTER_SERIES, LetterNumberTaken, TakeNumber
from services.mobility.domain.terms import Fault
from services.mobility.domain.transfer.commands import ApproveStep, ReissueLetter
from services.mobility.domain.transfer.letter import covered
from services.mobility.domain.transfer.state import Transfer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.event import DomainEvent


async def approve(unit: UnitOfWork, transfer_id: str, by: str, expected: int | None) -> list[DomainEvent]:
    """One committee of the path says yes. Errors: see `TRANSFER`."""
    await seat_next(unit, transfer_id, by)
    state = await known(unit, transfer_id)
    number = await _number(unit, state) if _issues(state, by) else None
    command = ApproveStep(organisation_id=by, approved_at=unit.clock.now(), letter_number=number)
    return await step(unit, transfer_id, command, expected)


async def reissue(
    unit: UnitOfWork, transfer_id: str, by: str, expected: int | None, fault: Fault | None = None
) -> list[DomainEvent]:
    """The source replaces an expired or lost letter. Every call makes a new one: repeat with the Idempotency-Key."""
    state = await known(unit, transfer_id)
    number = await _number(unit, state)
    command = ReissueLetter(issued_by=by, letter_number=number, issued_at=unit.clock.now(), fault=fault)
    return await step(unit, transfer_id, command, expected)


def _issues(state: Transfer, by: str) -> bool:
    """Whether this approval is the one that issues the letter; a repeated or foreign one must not take a number."""
    whole = len(state.asked.approval_path)
    return state.status == "approving" and state.holder == by and state.approved + covered(state, by) == whole


async def _number(unit: UnitOfWork, state: Transfer) -> str:
    committee_id, transfer_id = state.asked.from_committee_id, state.asked.transfer_id
    take = TakeNumber(committee_id=committee_id, transfer_id=transfer_id, taken_at=unit.clock.now())
    taken = await unit.handle(LETTER_SERIES, committee_id, take)
    return next(event.letter_number for event in taken if isinstance(event, LetterNumberTaken))
