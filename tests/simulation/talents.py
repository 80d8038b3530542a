"""乡土人才库 as people live it: listed with consent, nominated, decided about, taken out again; several at once."""

from datetime import timedelta
from typing import Any

from services.mobility.domain.talent.decider import (
    TALENT,
    DecideNomination,
    ListTalent,
    Nominate,
    TalentCommand,
    WithdrawConsent,
)
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import end_of_day, local_date
from shared.kernel.ids import derived_id
from tests.simulation.clerk import Clerk
from tests.simulation.transfers import DAY, HOUR, MINUTE
from tests.support.sealed_words import sealed_words


async def talent(clerk: Clerk) -> None:
    """One member's time in the pool. The consent may be taken back while a body is deciding, or while it is asked."""
    world, rng = clerk.world, clerk.rng
    member = rng.choice(world.movable)
    branch = world.checks.membership.branch[member]
    body = world.parents[branch]

    def do(what: str, make: Any) -> Any:
        async def job(unit: UnitOfWork) -> Any:
            command: TalentCommand = make(unit.clock.now())
            await unit.handle(TALENT, member, command)
            return {"member_id": member}

        return clerk.ask("mobility", what, job, member)

    def listing() -> Any:
        return do("list", lambda now: ListTalent(
            member_id=member, kinds=("local_talent", "reserve_cadre"), consent_document="同意书", listed_by=branch,
            listed_at=now,
        ))  # fmt: skip

    def nomination(number: int) -> Any:
        nomination_id = derived_id("nomination", clerk.name, str(number))
        return do(f"nominate {number}", lambda now: Nominate(
            nomination_id=nomination_id, kind="local_talent", body_id=body, text=sealed_words("推荐为乡土人才"),
            nominated_by=branch, nominated_at=now, due_at=end_of_day(local_date(now) + timedelta(days=2)), superior_id=None,
        ))  # fmt: skip

    def decision(number: int) -> Any:
        nomination_id, accepted = derived_id("nomination", clerk.name, str(number)), rng.random() < 0.6
        return do(f"decide {number}", lambda now: DecideNomination(
            nomination_id=nomination_id, accepted=accepted, text=sealed_words("经会议研究"),
            decided_by=body, person_id="secretary", decided_at=now,
        ))  # fmt: skip

    def withdrawal() -> Any:
        return do("withdraw", lambda now: WithdrawConsent(recorded_by=branch, withdrawn_at=now))

    await listing()
    await clerk.at_once(nomination(1), nomination(2), *([withdrawal()] if rng.random() < 0.2 else []))
    await clerk.pause(MINUTE, HOUR, DAY, 11 * DAY)
    if rng.random() < 0.5:
        await clerk.at_once(decision(1), withdrawal())
    else:
        await clerk.at_once(decision(1), decision(1))
    if rng.random() < 0.4:
        await clerk.at_once(listing(), nomination(3), withdrawal())
    await decision(2)
