"""Decisions about who covers a unit, which need facts of organisations, rules and plans."""

from datetime import date

from services.registry.application.tree import active
from services.registry.domain.formation.rules import CitedRules, check_joint_cap, in_force
from services.registry.domain.formation_plan.commands import FulfilPlan
from services.registry.domain.formation_plan.decider import FORMATION_PLAN
from services.registry.domain.seat.commands import TakeSeat, VacateSeat
from services.registry.domain.seat.decider import SEAT
from services.registry.domain.unit.commands import CoverUnit, EndCover
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.state import UnitState
from shared.eventstore.unit_of_work import UnitOfWork


async def rules_on(unit: UnitOfWork, area_code: str, day: date) -> CitedRules:
    """The formation rules of that place and day. A few dozen places adopt some, so all of them are one short query."""
    rows = await unit.rows("formation_rules")
    return in_force([CitedRules.model_validate(row) for row in rows], area_code, day)


async def cover(unit: UnitOfWork, command: CoverUnit, expected: int | None = None) -> None:
    """Let an organisation cover a unit; a plan of the unit is fulfilled by it."""
    organisation = await active(unit, command.organisation_id)
    if command.mode == "joint" and organisation.kind == "joint_branch":
        state: UnitState = await unit.state(UNIT, command.uscc)
        if command.organisation_id not in state.covers:
            await _take_one_of_few(unit, command, organisation.area_code)
    if await unit.handle(UNIT, command.uscc, command, expected=expected):
        await unit.handle(FORMATION_PLAN, command.uscc, FulfilPlan(**command.model_dump()))


async def _take_one_of_few(unit: UnitOfWork, command: CoverUnit, area_code: str) -> None:
    # Two units are two streams: both write the branch's seat, so of the last two at once the slower one counts again.
    seat = _seat_of(command.organisation_id)
    await unit.handle(SEAT, seat, TakeSeat(post_id=command.uscc, most=None, at=unit.clock.now()))
    covered = await unit.rows("unit_covers", organisation_id=command.organisation_id, mode="joint", until=None)
    cited = await rules_on(unit, area_code, command.on)
    check_joint_cap(cited.rules, command.organisation_id, len(covered))


async def uncover(unit: UnitOfWork, command: EndCover, expected: int | None = None) -> None:
    """Let an organisation cover a unit no longer."""
    if await unit.handle(UNIT, command.uscc, command, expected=expected):
        vacated = VacateSeat(post_id=command.uscc, at=unit.clock.now())
        await unit.handle(SEAT, _seat_of(command.organisation_id), vacated)


def _seat_of(organisation_id: str) -> str:
    return f"joint-{organisation_id}"


async def uncover_all(unit: UnitOfWork, organisation_id: str, on: date, reason: str) -> None:
    """An organisation that ends covers nobody any more."""
    for row in await unit.rows("unit_covers", organisation_id=organisation_id, until=None):
        command = EndCover(uscc=row["uscc"], organisation_id=organisation_id, on=max(on, row["since"]), reason=reason)
        await uncover(unit, command)
