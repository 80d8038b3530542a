"""Erasure (删除个人信息): asked for by a named body, carried out once nothing needs the data any more.

A transfer under way needs it: the letter names the member, and those concerned have yet to be told. So an erasure asked
for meanwhile is kept with its due date and carried out when the case is closed; a body that cannot wait says so.
"""

from typing import Final

from services.registry.domain.member.commands import ErasePerson, RequestErasure
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.member.state import MemberState
from services.registry.domain.vocabulary import ErasureGround
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import add_working_days, end_of_day, local_date

WORKING_DAYS: Final = 15
"""Working days within which a request is carried out (the regulator's measure for requests of this kind; PIPL art. 47
and 50 name no number, see domain §3.2)."""


async def request(
    unit: UnitOfWork, person_id: str, ground: ErasureGround, *, although_open: bool = False
) -> tuple[MemberState, list[str]]:
    """Record that the actor asked for it; returns the state then and the open cases that it waits for.

    Asked again, the first request stands, and its due date. Raises `Refused` (`member-unknown`).
    """
    now = unit.clock.now()
    command = RequestErasure(
        person_id=person_id,
        requested_by=unit.cause.actor,
        ground=ground,
        although_open=although_open,
        requested_at=now,
        due_at=end_of_day(add_working_days(local_date(now), WORKING_DAYS)),
    )
    waits_for = await open_cases(unit, person_id)
    if await unit.handle(MEMBER, person_id, command):
        unit.audit("privacy.erasure-requested", person_id, purpose=ground, open_cases=waits_for, forced=although_open)
    return await unit.state(MEMBER, person_id), waits_for


async def carry_out(unit: UnitOfWork, person_id: str, ground: str) -> None:
    """Record that the person's key is destroyed, and let no number lead to them any more.

    The key goes first: what says that it is destroyed must not be true before it is.
    """
    if await unit.handle(MEMBER, person_id, ErasePerson(person_id=person_id, erased_at=unit.clock.now())):
        unit.audit("privacy.erased", person_id, purpose=ground)
    unit.unindex(person_id)


async def open_cases(unit: UnitOfWork, person_id: str) -> list[str]:
    """The transfers and relocations under way that need the person's data."""
    return [row["case_id"] for row in await unit.rows("open_cases", member_id=person_id)]
