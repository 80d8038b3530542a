"""党小组 as people live it: founded in a branch, joined, headed by somebody of their own, who may leave at that moment."""

from typing import Any

from services.registry.application import party_groups
from services.registry.domain.party_group.commands import ChangePartyGroup, DissolvePartyGroup
from services.registry.domain.party_group.decider import PARTY_GROUP
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from tests.simulation.clerk import Clerk
from tests.simulation.transfers import DAY, HOUR, MINUTE


class Group:
    """One group of a branch."""

    def __init__(self, clerk: Clerk, branch: str | None = None) -> None:
        self.clerk = clerk
        self.rng = clerk.rng
        self.group_id = f"group-{clerk.name}"
        self.branch = branch or clerk.rng.choice(sorted(clerk.world.parents))

    async def live(self) -> None:
        """Whoever heads it leaves it, or the branch, while they are named; some groups are dissolved around them."""
        world = self.clerk.world
        roll = world.checks.membership
        own = [one for one in world.movable if roll.on_the_roll(one) == self.branch][:4] or world.movable[:2]
        await self.founded()
        await self.clerk.at_once(*(self._joins(one, self.group_id) for one in own))
        await self.clerk.at_once(self._head(own[0]), self._head(own[-1]))
        for _ in range(self.rng.randint(1, 4)):
            await self.clerk.pause(MINUTE, HOUR, DAY)
            drawn, one = self.rng.random(), self.rng.choice(own)
            if drawn < 0.5:
                await self.clerk.at_once(self._joins(one, None), self._head(one))
            elif drawn < 0.8:
                await self.clerk.at_once(self._joins(one, self.group_id), self._renamed(), self._head(one))
            else:
                await self.clerk.at_once(self._dissolved(), self._joins(one, self.group_id), self._head(own[0]))

    def founded(self) -> Any:
        async def found(unit: UnitOfWork, today: Any) -> None:
            await party_groups.found(unit, self.group_id, self.branch, "第一党小组", None, today)

        return self._do("found", found)

    def _joins(self, member: str, group: str | None) -> Any:
        async def assign(unit: UnitOfWork, today: Any) -> None:
            await party_groups.assign(unit, member, group, today)

        return self._do(f"{member} joins {group}", assign)

    def _head(self, member: str) -> Any:
        async def name(unit: UnitOfWork, today: Any) -> None:
            await party_groups.name_head(unit, self.group_id, member, today, None)

        return self._do(f"{member} heads", name)

    def _renamed(self) -> Any:
        async def rename(unit: UnitOfWork, today: Any) -> None:
            await unit.handle(PARTY_GROUP, self.group_id, ChangePartyGroup(department=f"{today.day}车间"))

        return self._do("rename", rename)

    def _dissolved(self) -> Any:
        async def dissolve(unit: UnitOfWork, today: Any) -> None:
            await unit.handle(PARTY_GROUP, self.group_id, DissolvePartyGroup(dissolved_on=today, reason="合并"))

        return self._do("dissolve", dissolve)

    def _do(self, what: str, act: Any) -> Any:
        async def job(unit: UnitOfWork) -> Any:
            await act(unit, local_date(unit.clock.now()))
            return {"group_id": self.group_id}

        return self.clerk.ask("registry", what, job, self.group_id)


async def group(clerk: Clerk) -> None:
    """A party group of a branch."""
    await Group(clerk).live()
