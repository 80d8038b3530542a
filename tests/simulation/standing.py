"""预备、转正、离开: a probation is extended, confirmed or cancelled, and a membership ends, as bodies decide."""

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from services.registry.application import membership_decisions, roll
from services.registry.application.roll import Entrant
from services.registry.domain.member.commands import ConfirmMember, EndMembership, ExtendProbation, StandingCommand
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.member.state import MemberState
from services.registry.domain.vocabulary import MembershipEnd
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import add_months, local_date
from shared.kernel.identifiers import resident_id
from tests.simulation.away import Departure
from tests.simulation.clerk import Clerk, Job
from tests.simulation.county import INDEX
from tests.simulation.transfers import DAY, HOUR, Transfer
from tests.support.sealed_words import sealed_words

if TYPE_CHECKING:
    from tests.simulation.host import Host


class Probation:
    """One new member, from the admission to the confirmation or the end."""

    def __init__(self, clerk: Clerk) -> None:
        self.clerk = clerk
        self.rng = clerk.rng
        self.member = f"probationer-{clerk.name}"
        self.branch = clerk.rng.choice(sorted(clerk.world.parents))
        self.body = clerk.world.parents[self.branch]
        today = local_date(clerk.world.clock.now())
        self.ends_on = today + timedelta(days=self.rng.choice((1, 2, 5)))

    async def live(self) -> None:
        """Admitted, perhaps away at once; decided about before, on and after the last day, sometimes in two ways."""
        await self._admitted()
        if self.rng.random() < 0.5:
            away = Departure(Clerk(self.clerk.world, f"{self.clerk.name}-away", random.Random(self.rng.random())))
            self.clerk.world.spawn(away.live(self.member), "departure")
        await self.clerk.pause(HOUR, 2 * DAY, 6 * DAY)
        drawn = self.rng.random()
        if drawn < 0.2:
            await self._extended()
            await self._extended()
        elif drawn < 0.3:
            await self.clerk.at_once(self._extended(), self._confirmed())
        elif drawn < 0.5:
            await self.clerk.at_once(self._ended("probation_cancelled"), self._extended())
        elif drawn < 0.6:
            await self.clerk.at_once(self._ended("resigned"), self._confirmed())
        elif drawn < 0.8:
            await self._ended_on_the_way()
        else:
            await self._confirmed()
        await self.clerk.pause(HOUR, DAY, 6 * DAY)
        await self.rng.choice((lambda: self._ended("deceased"), self._confirmed, self._extended))()

    async def _ended_on_the_way(self) -> None:
        """The end is decided while the registry cannot have heard of the transfer, or has only just heard of it."""
        if self.clerk.world.checks.membership.on_the_roll(self.member) is None:
            return  # the admission was refused
        clerk = Clerk(self.clerk.world, f"{self.clerk.name}-moving", random.Random(self.rng.random()))
        asked = Transfer(clerk).live(self.member)
        if self.rng.random() < 0.7:
            await self.clerk.at_once(asked, self._ended("resigned"))
        else:
            self.clerk.world.spawn(asked, "transfer")
            await self.clerk.pause(1.0, HOUR)
            await self._ended("deceased")

    def _admitted(self) -> Any:
        born, code = self.ends_on.replace(year=self.ends_on.year - 22, day=1), self.rng.randrange(1, 999)
        entrant = Entrant(
            self.member, self.branch, "probationary", self.ends_on - timedelta(days=365), self.ends_on, "预备党员",
            resident_id.make("430703", born, code), None, None,
        )  # fmt: skip

        async def prepare(host: "Host") -> Job:
            [command] = await roll.seal(host.sealer, INDEX, [entrant])

            async def job(unit: UnitOfWork) -> Any:
                await roll.admit(unit, command)
                return {"member_id": self.member}

            return job

        return self.clerk.ask_prepared("registry", "admit", prepare, self.member)

    def _decided(self, what: str, make: Any) -> Any:
        async def job(unit: UnitOfWork) -> Any:
            command: StandingCommand = make(unit.clock.now())
            await membership_decisions.decide(unit, self.member, self.body, command, None)
            return {"member_id": self.member}

        return self.clerk.ask("registry", what, job, self.member)

    def _said(self) -> dict[str, Any]:
        return {"member_id": self.member, "decided_by": self.body, "person_id": "secretary"}

    def _confirmed(self) -> Any:
        return self._decided("confirm", lambda now: ConfirmMember(
            **self._said(), confirmed_on=local_date(now), decided_at=now,
        ))  # fmt: skip

    def _extended(self) -> Any:
        months = self.rng.choice((6, 12))

        async def job(unit: UnitOfWork) -> Any:
            state: MemberState = await unit.state(MEMBER, self.member)
            later = add_months(state.probation_ends_on or self.ends_on, months)
            now = unit.clock.now()
            command = ExtendProbation(
                **self._said(), probation_ends_on=later, text=sealed_words("继续考察"), decided_at=now
            )
            await membership_decisions.decide(unit, self.member, self.body, command, None)
            return {"member_id": self.member}

        return self.clerk.ask("registry", "extend", job, self.member)

    def _ended(self, ground: MembershipEnd) -> Any:
        return self._decided("end", lambda now: EndMembership(
            **self._said(), ground=ground, ended_on=local_date(now), text=sealed_words("经支部大会讨论"), decided_at=now,
        ))  # fmt: skip


async def probation(clerk: Clerk) -> None:
    """Somebody's probation."""
    await Probation(clerk).live()
