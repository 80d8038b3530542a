"""外出 as people live it: registered or reported in, verified, put on file, forgotten, moved on, back home."""

import asyncio
import random
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from services.mobility.application import departures, verification
from services.mobility.application.departures import Going
from services.mobility.domain.care_terms import Place
from services.mobility.domain.departure.commands import ChangeDestination, CorrectRegistration, OpenFile, VerifyMember
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.ids import derived_id
from tests.simulation.caring import Caring
from tests.simulation.clerk import Clerk
from tests.simulation.county import ELSEWHERE, ELSEWHERE_AREA
from tests.simulation.transfers import DAY, HOUR, MINUTE, Transfer
from tests.support.sealed_words import sealed_words

if TYPE_CHECKING:
    from tests.simulation.world import World

_SOON: Final = (30.0, HOUR, 10 * HOUR, DAY)
MOST_ACTIONS: Final = 14
_TOWNS: Final = ("滨海鞋业园", "临港物流城")
"""Few places: three of one committee who go to the same one are proposed a temporary branch."""


class Departure:
    """One member's time away, from the registration to the return."""

    def __init__(self, clerk: Clerk) -> None:
        self.clerk = clerk
        self.world: World = clerk.world
        self.rng = clerk.rng
        self.departure_id = derived_id("simulation", "departure", clerk.name)
        self.caring = Caring(clerk, self.departure_id)

    async def live(self, member: str | None = None) -> None:
        """Leave, and live through it until the return or until this life has gone on for long enough."""
        member = member or self.rng.choice(self.world.movable)
        mine = self._leave(member)
        if self.rng.random() < 0.15:
            # The station takes in at the same moment whom the branch registers.
            rival = Departure(Clerk(self.world, f"{self.clerk.name}-rival", random.Random(self.rng.random())))
            await self.clerk.at_once(mine, rival._leave(member))
        else:
            await mine
        for _ in range(MOST_ACTIONS):
            await self.clerk.pause(*_SOON)
            row = self.row()
            if not row or row["status"] == "ended" or self.world.closing:
                return
            await self._act(row)

    def row(self) -> dict[str, Any]:
        """As the read model has it."""
        rows = self.world.stores["mobility"].data.rows.get("departures", {})
        return dict(rows.get((self.departure_id,), {}))

    # -- acting -------------------------------------------------------------------------------------------------

    async def _act(self, row: dict[str, Any]) -> None:
        drawn = self.rng.random()
        if drawn < 0.08:
            await self._move_on(row)
        elif drawn < 0.12:
            await asyncio.sleep(5 * DAY)  # nobody looks at it: duties become overdue
        elif drawn < 0.17:
            await self.clerk.at_once(self._come_back(row), self._next(row))
        elif drawn < 0.22:
            await self.clerk.at_once(self._move_on(row), self._next(row))
        elif row["transfer_proposed_at"] and drawn < 0.4:
            transfer = Transfer(Clerk(self.world, f"{self.clerk.name}-due", random.Random(self.rng.random())))
            await transfer.live(str(row["member_id"]))
        else:
            await self._next(row)

    def _next(self, row: dict[str, Any]) -> Any:
        drawn = self.rng.random()
        match row["status"]:
            case "to_verify":
                return self._verify(row, "found" if drawn < 0.6 else "wrong" if drawn < 0.8 else "not_found")
            case "wrong" | "not_found":
                return self._correct(row, ours=drawn < 0.9)
            case "found":
                return self._file(row)
            case _ if drawn < 0.15:
                return self._come_back(row)
            case _:
                return self.caring.act(row)

    def _leave(self, member: str) -> Any:
        today = local_date(self.world.clock.now())
        reported_in = self.rng.random() < 0.3
        departs_on = today - timedelta(days=self.rng.choice((0, 3, 100, 250)))
        place, station_id, person = self._destination()
        going = Going(
            departure_id=self.departure_id,
            member_id=member,
            reason=self.rng.choice(("work", "business", "study", "family")),
            destination=place,
            departs_on=departs_on if reported_in else departs_on + timedelta(days=self.rng.choice((0, 0, 9))),
            place_fixed=self.rng.random() < 0.7,
            by=ELSEWHERE[1],
            contact_person_id=self.rng.choice(self.world.movable),
            expected_until=self.rng.choice((None, today + timedelta(days=60), today + timedelta(days=700))),
            kept_because=sealed_words("单位不具备接收条件") if self.rng.random() < 0.2 else None,
            station_id=station_id,
            station_person_id=person,
            reported_in=reported_in,
        )

        async def job(unit: UnitOfWork) -> Any:
            await departures.register(unit, going)
            return {"departure_id": going.departure_id}

        return self.clerk.ask("mobility", "leave", job, self.departure_id)

    def _destination(self) -> tuple[Place, str | None, str | None]:
        """The place, the station that was named, and its person."""
        drawn = self.rng.random()
        person = self.rng.choice((None, *self.world.movable[:3]))
        if drawn < 0.1:
            return Place(place="新加坡", abroad=True), None, None
        if drawn < 0.6:
            return Place(area_code=ELSEWHERE_AREA, place=self.rng.choice(_TOWNS)), None, person
        near = self.rng.choice(self.world.territory.stations)
        named = near.key if self.rng.random() < 0.8 else None
        return Place(area_code=near.area_code, place=self.rng.choice(_TOWNS)), named, person

    def _step(self, what: str, row: dict[str, Any], act: Any, command: Any, *given: Any) -> Any:
        """`command` is made when it is carried out: the day is the replica's."""
        member, departure_id = str(row["member_id"]), self.departure_id

        async def job(unit: UnitOfWork) -> Any:
            unit.cause = unit.cause.with_correlation(departure_id)
            await act(unit, member, command(unit), *given, None)
            return {"departure_id": departure_id}

        return self.clerk.ask("mobility", what, job, departure_id)

    def _verify(self, row: dict[str, Any], outcome: Any) -> Any:
        by = row["station_organisation_id"] or row["origin_committee_id"]
        return self._step("verify", row, verification.verify, lambda unit: VerifyMember(
            departure_id=self.departure_id, outcome=outcome, verified_by=by, verified_at=unit.clock.now(),
            text=None if outcome == "found" else sealed_words("单位名称不符"),
        ))  # fmt: skip

    def _correct(self, row: dict[str, Any], *, ours: bool) -> Any:
        by, member, departure_id = row["origin_branch_id"], row["member_id"], self.departure_id
        if ours or not row["reported_in"]:
            return self._step("correct", row, verification.correct, lambda unit: CorrectRegistration(
                departure_id=departure_id, corrected_by=by, corrected_at=unit.clock.now(),
            ))  # fmt: skip

        async def job(unit: UnitOfWork) -> Any:
            await departures.disown(unit, member, departure_id, by, None)
            return {"departure_id": departure_id}

        return self.clerk.ask("mobility", "disown", job, departure_id)

    def _file(self, row: dict[str, Any]) -> Any:
        organisation = self.rng.choice((None, *ELSEWHERE[2:]))
        person = self.rng.choice(self.world.movable)
        return self._step("file", row, verification.open_file, lambda unit: OpenFile(
            departure_id=self.departure_id, destination_organisation_id=organisation,
            opened_by=row["station_organisation_id"], opened_at=unit.clock.now(),
        ), person)  # fmt: skip

    def _move_on(self, row: dict[str, Any]) -> Any:
        place, station_id, person = self._destination()
        return self._step("move on", row, departures.change, lambda unit: ChangeDestination(
            departure_id=self.departure_id, destination=place, place_fixed=True, station_id=station_id,
            changed_by=row["origin_branch_id"], changed_at=unit.clock.now(),
        ), person)  # fmt: skip

    def _come_back(self, row: dict[str, Any]) -> Any:
        return come_back(self.clerk, row)


def come_back(clerk: Clerk, row: dict[str, Any]) -> Any:
    """返乡, today."""
    member, departure_id, by = str(row["member_id"]), str(row["departure_id"]), str(row["origin_branch_id"])
    outcome: Any = clerk.rng.choice(("none", "started_business", "village_committee"))

    async def job(unit: UnitOfWork) -> Any:
        unit.cause = unit.cause.with_correlation(departure_id)
        today: date = local_date(unit.clock.now())
        await departures.record_return(unit, member, departure_id, today, outcome, by, None)
        return {"departure_id": departure_id}

    return clerk.ask("mobility", "return", job, departure_id)


async def leave_meanwhile(clerk: Clerk, member: str) -> None:
    """Registered as away in the moment in which the membership follows somewhere else."""
    await asyncio.sleep(10 ** clerk.rng.uniform(-3, 0.5))
    await Departure(Clerk(clerk.world, f"{clerk.name}-meanwhile", random.Random(clerk.rng.random())))._leave(member)


async def departure(clerk: Clerk) -> None:
    """Somebody leaves."""
    await Departure(clerk).live()


async def team(clerk: Clerk) -> None:
    """A whole team leaves on one day, from one branch or from several."""
    world, rng = clerk.world, clerk.rng
    branch = rng.choice(sorted(world.parents))
    home = [one for one in world.movable if world.checks.membership.on_the_roll(one) == branch]
    for member in home[:6] or rng.sample(world.movable, 6):
        leaving = Departure(Clerk(world, f"{clerk.name}-{member}", random.Random(rng.random())))
        await leaving._leave(member)


async def homecoming(clerk: Clerk) -> None:
    """春节: some of those who are away come home within a day."""
    rows = clerk.world.stores["mobility"].data.rows.get("departures", {})
    away = [row for _, row in sorted(rows.items()) if row["status"] != "ended"]
    for row in clerk.rng.sample(away, min(len(away), 4)):
        await clerk.pause(MINUTE, 3 * HOUR)
        await come_back(clerk, row)
