"""组织关系变动: what a move or an end in the registry's roll means for all that is open here about the member."""

from typing import Any

from services.mobility.application.departures import membership_ended, membership_followed
from services.mobility.application.steps import known, step
from services.mobility.domain.departure.decider import DEPARTURE
from services.mobility.domain.lost_contact.commands import EndSearch
from services.mobility.domain.lost_contact.decider import LOST_CONTACT
from services.mobility.domain.lost_contact.events import SearchEnd
from services.mobility.domain.member_case import MEMBER_CASE, MemberCase, NoteLeft
from services.mobility.domain.retained_relation.decider import RETAINED_RELATION, LapseRetention
from services.mobility.domain.retained_relation.events import RetentionLapse
from services.mobility.domain.transfer.commands import LapseTransfer
from services.mobility.processes.relocation.commands import StopPropagation
from services.mobility.processes.relocation.decider import RELOCATION
from shared.contracts.registry import MembershipEnded
from shared.eventstore.unit_of_work import UnitOfWork


async def ended(event: MembershipEnded, unit: UnitOfWork) -> None:
    """The member is on no roll: what is open about them ends by itself, since it can only have been in their favour.

    The member's case is written to whether a transfer is open or not: a request or a registration of the same instant
    was made on a roll that is not so any more, and has to look again.
    """
    member_id = event.member_id
    await membership_ended(unit, member_id)
    await _search_over(unit, member_id, "left_the_roll")
    await _kept_no_more(unit, member_id, "left_the_roll")
    case: MemberCase = await unit.state(MEMBER_CASE, member_id)
    if case.open is not None:
        await _lapse(unit, case.open, event)
    note = NoteLeft(member_id=member_id, left_on=event.ended_on, noted_at=unit.clock.now())
    await unit.handle(MEMBER_CASE, member_id, note)


async def followed(unit: UnitOfWork, member_id: str, branch_id: str | None) -> None:
    """The roll has the member where an acceptance put them (nowhere in our tree: None): not away any more, and not out of
    contact.
    """
    await membership_followed(unit, member_id)
    await _search_over(unit, member_id, "transferred")
    await _kept_no_more(unit, member_id, "transferred", branch_id)


def touched(member_id: str) -> list[tuple[Any, str]]:
    """What is looked at for either, to be read in one go."""
    return [(decider, member_id) for decider in (MEMBER_CASE, DEPARTURE, LOST_CONTACT)]


async def _search_over(unit: UnitOfWork, member_id: str, reason: SearchEnd) -> None:
    await unit.handle(LOST_CONTACT, member_id, EndSearch(reason=reason, ended_at=unit.clock.now()))


async def _kept_no_more(unit: UnitOfWork, member_id: str, reason: RetentionLapse, branch_id: str | None = None) -> None:
    """Unless whoever keeps the relation stands above the branch where the member is now."""
    for row in await unit.rows("retained_relations", member_id=member_id, open=True):
        above = branch_id
        while above is not None and above != row["committee_id"]:
            above = (await unit.row("organisations", above) or {}).get("parent_id")
        if above is not None:
            continue
        lapse = LapseRetention(reason=reason, lapsed_at=unit.clock.now())
        await unit.handle(RETAINED_RELATION, row["retention_id"], lapse)


async def _lapse(unit: UnitOfWork, transfer_id: str, event: MembershipEnded) -> None:
    cause, at = unit.cause, unit.clock.now()
    accepted = (await known(unit, transfer_id)).acceptance is not None
    command = LapseTransfer(ground=event.ground, ended_on=event.ended_on, lapsed_at=at)
    if await step(unit, transfer_id, command) and accepted:
        stop = StopPropagation(relocation_id=transfer_id, member_id=event.member_id, stopped_at=at)
        await unit.handle(RELOCATION, transfer_id, stop)
    unit.cause = cause
