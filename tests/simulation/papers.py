"""纸质介绍信 and 非建库: transfers that travel on paper beside the system or without it, to places that are not connected."""

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from services.mobility.application import decisions
from services.mobility.domain.terms import Carrying, Leg, LegStep, TransferScope
from services.mobility.domain.transfer.outside import OutsideCommittee
from services.registry.application import roll
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from tests.simulation.clerk import Clerk, Job
from tests.simulation.county import INDEX, entrant

if TYPE_CHECKING:
    from tests.simulation.host import Host
    from tests.simulation.transfers import Transfer

OUTSIDE: Final = (
    OutsideCommittee(name="宁德市蕉城区七都镇委员会", area_code="350902"),
    OutsideCommittee(name="某部队政治工作部", area_code="110108"),
)
_STEPS: Final[tuple[LegStep, ...]] = ("sent", "arrived", "answered")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a member goes, and how: named as in `Wanted` and `Correction`. The receiver may choose the branch."""

    to_committee_id: str | None
    to_branch_id: str | None
    scope: TransferScope
    carrying: Carrying = "electronic"
    outside: OutsideCommittee | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """The fields, for the request that asks for it."""
        return {name: getattr(self, name) for name in self.__slots__}


def outward(rng: random.Random) -> Destination:
    """To a committee that has no login here."""
    scope: TransferScope = rng.choice(("national", "special"))
    return Destination(None, None, scope, rng.choice(("in_person", "confidential_post")), rng.choice(OUTSIDE))


def carrying(rng: random.Random, scope: TransferScope) -> Carrying:
    """Within a province there is no paper."""
    return "electronic" if scope != "national" else rng.choice(("electronic", "in_person", "confidential_post"))


async def record(transfer: "Transfer", row: dict[str, Any]) -> None:
    """One of the two ways makes a step; whoever has to say so says so, sometimes the wrong one."""
    rng = transfer.rng
    leg: Leg = rng.choice(("paper", "paper", "electronic"))
    step = rng.choice(_STEPS)
    by = row["from_committee_id"] if step == "sent" or row["outside"] else row["to_committee_id"]
    await transfer.do(decisions.record_leg, f"{leg} {step}", by, leg, step, f"机要{rng.randrange(10**6)}号")


async def answered_on_paper(transfer: "Transfer", row: dict[str, Any], drawn: float) -> None:
    """The 回执 comes back, perhaps after the letter ran out here, or what comes back is a refusal."""
    source = row["from_committee_id"]
    number = f"回执{transfer.rng.randrange(10**6)}号"
    if drawn < 0.15:
        await transfer.clerk.pause(31 * 86400.0, 100 * 86400.0)
    elif drawn < 0.25:
        await transfer.reject(row["holder_id"])
    elif drawn < 0.4:
        await transfer.clerk.at_once(_receipt(transfer, source, number), transfer.reject(row["holder_id"]))
    elif drawn < 0.5:
        await transfer.clerk.at_once(_receipt(transfer, source, number), _receipt(transfer, source, f"{number}之二"))
    else:
        await _receipt(transfer, source, number)
        if transfer.rng.random() < 0.6:
            home = Clerk(transfer.world, f"{transfer.clerk.name}-home", random.Random(transfer.rng.random()))
            transfer.world.spawn(back_from_outside(home, row["member_id"]), "back")


def _receipt(transfer: "Transfer", by: str, number: str) -> Any:
    async def act(unit: UnitOfWork, transfer_id: str, by: str, number: str, expected: int | None) -> None:
        day = local_date(unit.clock.now())
        await decisions.outside_receipt(unit, transfer_id, by, number, day, expected)

    return transfer.do(act, f"receipt {number}", by, number)


async def back_from_outside(clerk: Clerk, member_id: str) -> None:
    """Who was taken in elsewhere comes back, and is entered again under the same id: by two branches at once, perhaps."""
    world, rng = clerk.world, clerk.rng
    await clerk.pause(60.0, 86400.0, 5 * 86400.0)
    was_here = [entrant(one) for one in world.territory.members if one.key == member_id]
    if not was_here:
        return  # whoever was admitted in the course of this life stays where they are
    [member] = was_here
    day = local_date(world.clock.now())

    def entered(branch: str) -> Any:
        async def prepare(host: "Host") -> Job:
            again = replace(member, organisation_id=branch, admitted_on=day)
            [command] = await roll.seal(host.sealer, INDEX, [again])

            async def job(unit: UnitOfWork) -> Any:
                await roll.admit(unit, command)
                return {"member_id": member_id}

            return job

        return clerk.ask_prepared("registry", "admit again", prepare, member_id)

    branches = sorted(world.parents)
    await clerk.at_once(*(entered(rng.choice(branches)) for _ in range(rng.choice((1, 1, 2)))))
