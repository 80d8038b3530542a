"""转接 as people live it: asked for, approved, sent back, corrected, forgotten, accepted, acknowledged, or withdrawn."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from services.mobility.application import decisions, letters, requests
from services.mobility.application.acknowledgements import acknowledge
from services.mobility.application.requests import Correction, Wanted
from services.mobility.application.steps import summary
from services.mobility.domain.terms import TransferScope
from services.mobility.settings import MobilitySettings
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.ids import derived_id
from shared.kernel.json import to_json
from tests.simulation.clerk import Clerk
from tests.simulation.county import ELSEWHERE
from tests.simulation.papers import Destination, answered_on_paper, carrying, outward, record

if TYPE_CHECKING:
    from tests.simulation.world import World

OUTSIDE: Final = ("province",)
"""The outside systems that have to confirm each relocation."""

SETTINGS: Final = MobilitySettings(database_url="memory:", outside_systems=OUTSIDE)
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
_SOON: Final = (5.0, 2 * MINUTE, HOUR, 8 * HOUR, DAY)
_LATER: Final = (MINUTE, HOUR, DAY, 2.5 * DAY, 5 * DAY)
MOST_ACTIONS = 40
_REASONS: Final = ("wrong_destination", "not_known_here", "incomplete_papers", "dues_unpaid")


class Transfer:
    """One member's way, which may take several transfers when some come back."""

    def __init__(self, clerk: Clerk, meanwhile: Callable[[Clerk, str], Awaitable[None]] | None = None) -> None:
        """`meanwhile`: what else may happen to a member in the moment of the acceptance."""
        self.clerk = clerk
        self._meanwhile = meanwhile
        self.world: World = clerk.world
        self.rng = clerk.rng
        self._number = 0
        self._told: set[str] = set()
        self.transfer_id = self._new_id()

    def _new_id(self) -> str:
        self._number += 1
        return derived_id("simulation", self.clerk.name, str(self._number))

    async def live(self, member: str | None = None, to: Destination | None = None) -> None:
        """Ask for it, and see it through."""
        member = member or self._member()
        branch = self.world.checks.membership.branch[member]
        home = self.world.parents[branch]
        mine = self._through(member, to or self._destination(branch, home))
        if self.rng.random() < 0.2:
            # Somebody else asks for the same member at the same moment, and would see it through as well.
            rival = Transfer(Clerk(self.world, f"{self.clerk.name}-rival", random.Random(self.rng.random())))
            await self.clerk.at_once(mine, rival._through(member, self._destination(branch, home)))
        else:
            await mine

    async def _through(self, member: str, destination: Destination) -> None:
        await self._ask(self.transfer_id, member, destination)
        for _ in range(MOST_ACTIONS):
            row = self._row()
            if not row or row["ended_at"] or self.world.closing:
                return
            if row["accepted_at"] and row["receipt_at"]:
                return
            await self.clerk.pause(*(_SOON if row["status"] != "rejected" else _LATER))
            row = self._row()
            if not row or self.world.closing:
                return
            await self._act(row)

    # -- choosing -----------------------------------------------------------------------------------------------

    def _member(self) -> str:
        everybody = self.world.movable
        return everybody[self.rng.randrange(len(everybody))]

    def _destination(self, branch: str, home: str) -> Destination:
        drawn = self.rng.random()
        if self.rng.random() < 0.15:
            return outward(self.rng)
        near = [b for b, c in sorted(self.world.parents.items()) if c == home and b != branch]
        if drawn < 0.2 and near:
            return Destination(home, self.rng.choice(near), "within_committee")
        far = [c for c in self.world.committees if c != home and (c == ELSEWHERE[1]) == (drawn > 0.85)]
        if home == ELSEWHERE[1]:
            far = [c for c in self.world.committees if c != home]
        committee = self.rng.choice(far or [c for c in self.world.committees if c != home])
        scope: TransferScope = "national" if ELSEWHERE[1] in (home, committee) else "county"
        branch_wished = self.rng.choice((None, *self._branches(committee)))
        return Destination(committee, branch_wished, scope, carrying(self.rng, scope))

    def _branches(self, committee: str) -> list[str]:
        return [b for b, c in sorted(self.world.parents.items()) if c == committee]

    def _row(self, transfer_id: str | None = None) -> dict[str, Any]:
        rows = self.world.stores["mobility"].data.rows.get("transfers", {})
        return dict(rows.get((transfer_id or self.transfer_id,), {}))

    # -- acting -------------------------------------------------------------------------------------------------

    async def _act(self, row: dict[str, Any]) -> None:
        drawn = self.rng.random()
        if row["carrying"] != "electronic" and self.rng.random() < 0.3:
            await record(self, row)
            return
        match row["status"]:
            case "awaiting_acceptance" | "expired" if row["outside"] and drawn < 0.9:
                await answered_on_paper(self, row, drawn)
            case "approving":
                await self._on_the_way(row, drawn)
            case "awaiting_acceptance":
                await self._at_the_receiver(row, drawn)
            case "held":
                await (self._accept(row) if drawn < 0.7 else self.reject(row["to_committee_id"]))
            case "admitted":
                branch = self.rng.choice(self._choices(row))
                await self.do(decisions.assign, "assign", row["to_committee_id"], branch, OUTSIDE)
            case "rejected" | "expired":
                await self._back_home(row, drawn)
            case "accepted":
                if self.transfer_id not in self._told:
                    self._told.add(self.transfer_id)
                    others = Clerk(self.world, f"{self.clerk.name}-told", random.Random(self.rng.random()))
                    self.world.spawn(acknowledge_all(others, self.transfer_id), "acknowledge")
                await self.do(decisions.return_receipt, "receipt", row["to_committee_id"])

    async def _on_the_way(self, row: dict[str, Any], drawn: float) -> None:
        holder = row["holder_id"]
        if drawn < 0.05:
            await self.reject(holder)
            return
        approve = self.do(letters.approve, "approve", holder)
        if drawn < 0.12:
            withdraw = self.do(decisions.withdraw, "withdraw", row["from_committee_id"])
            await self.clerk.at_once(approve, withdraw)
        elif drawn < 0.2:
            await self.clerk.at_once(approve, self.do(letters.approve, "approve too", holder))
        else:
            await approve

    async def _at_the_receiver(self, row: dict[str, Any], drawn: float) -> None:
        receiver = row["to_committee_id"]
        if row["unheard_void"] and drawn < 0.9:
            await self._hear_of_the_void(row)
        elif drawn < 0.04:
            await self.do(decisions.hold, "hold", receiver, row["letter_number"], "档案存疑")
        elif drawn < 0.08:
            await self.reject(receiver)
        elif drawn < 0.16 and row["letter_number"]:
            await self.do(letters.reissue, "new letter", row["from_committee_id"])
        elif drawn < 0.22:
            await asyncio.sleep(31 * DAY)  # forgotten: a letter of the county is valid for thirty
        elif drawn < 0.3:
            await self.clerk.at_once(self._accept(row), self.reject(receiver))
        elif drawn < 0.36 and row["letter_number"]:
            await self.clerk.at_once(self._accept(row), self.do(letters.reissue, "lost", row["from_committee_id"]))
        elif drawn < 0.4:
            await self._accept(row | {"letter_number": "〔2020〕000001号"})
        elif drawn < 0.55 and self._meanwhile:
            await self.clerk.at_once(self._accept(row), self._meanwhile(self.clerk, row["member_id"]))
        else:
            await self._accept(row)

    async def _back_home(self, row: dict[str, Any], drawn: float) -> None:
        source = row["from_committee_id"]
        if drawn < 0.3:
            await self._close(source)
        elif drawn < 0.5 and row["status"] == "expired":
            await self.do(letters.reissue, "new letter", source)
        elif drawn < 0.6:
            await self.clerk.at_once(self._close(source), self._resend(row, source))
        else:
            await self._resend(row, source)

    def _ask(self, transfer_id: str, member: str, destination: Destination) -> Awaitable[Any]:
        wanted = Wanted(
            transfer_id,
            member,
            reason="work_unit_changed",
            dues_paid_to="2026-01",
            examination_record=f"examination-{member}",  # of the probationary it is demanded, and of others no harm
            **destination.asked,
        )

        async def job(unit: UnitOfWork) -> Any:
            await requests.request(unit, wanted, SETTINGS.policy)
            return await summary(unit, transfer_id)

        return self.clerk.ask("mobility", "ask", job, transfer_id)

    def do(self, act: Any, what: str, by: str, *given: Any) -> Any:
        transfer_id = self.transfer_id

        async def job(unit: UnitOfWork) -> Any:
            await act(unit, transfer_id, by, *given, None)
            return await summary(unit, transfer_id)

        return self.clerk.ask("mobility", what, job, transfer_id)

    def reject(self, by: str) -> Awaitable[Any]:
        return self.do(decisions.reject, "reject", by, self.rng.choice(_REASONS), "请核实后重新办理")  # type: ignore[no-any-return]

    def _close(self, by: str) -> Awaitable[Any]:
        return self.do(decisions.close, "close", by, "党员留在原支部")  # type: ignore[no-any-return]

    def _accept(self, row: dict[str, Any]) -> Awaitable[Any]:
        """With a branch, or as a committee that names the branch later."""
        transfer_id, by, letter = self.transfer_id, row["to_committee_id"], row["letter_number"]
        branch, later = row["to_branch_id"] or self.rng.choice(self._choices(row)), self.rng.random() < 0.15

        async def job(unit: UnitOfWork) -> Any:
            await decisions.accept(
                unit, transfer_id, by, branch, letter, OUTSIDE, None, inquiry="已函询源党委", branch_later=later
            )
            return await summary(unit, transfer_id)

        return self.clerk.ask("mobility", "accept", job, transfer_id)

    def _choices(self, row: dict[str, Any]) -> list[str]:
        """A committee that has lost its branches names one that is not its own, and is refused."""
        mine = [b for b in self._branches(row["to_committee_id"]) if b != row["from_branch_id"]]
        return mine or [row["from_branch_id"]]

    def _hear_of_the_void(self, row: dict[str, Any]) -> Awaitable[Any]:
        return self.do(  # type: ignore[no-any-return]
            decisions.acknowledge_void, "void heard", row["to_committee_id"], row["unheard_void"]
        )

    async def _resend(self, row: dict[str, Any], by: str) -> None:
        again, before = self._new_id(), self.transfer_id
        destination = self._destination(row["from_branch_id"], row["from_committee_id"])
        correction = Correction(again, **destination.asked)

        async def job(unit: UnitOfWork) -> Any:
            await requests.resend(unit, before, by, correction, SETTINGS.policy, None)
            return await summary(unit, again)

        await self.clerk.ask("mobility", "resend", job, before)
        if self._row(again):
            self.transfer_id = again


async def acknowledge_all(clerk: Clerk, relocation_id: str) -> None:
    """Both branches say that they have it; the outside system says so too, in its own way and more than once."""
    world = clerk.world
    for relocation, party in world.checks.propagation.acknowledgements_missing():
        if relocation != relocation_id:
            continue
        await clerk.pause(1.0, MINUTE, 3 * HOUR)
        if party["kind"] == "outside_system":
            _confirm(world, clerk, relocation, party["ref_id"])
        else:
            await clerk.ask("mobility", "acknowledge", _acknowledgement(relocation, party), relocation)


def _acknowledgement(relocation: str, party: dict[str, str]) -> Any:
    async def job(unit: UnitOfWork) -> Any:
        await acknowledge(unit, relocation, party["party_id"], party["ref_id"])
        return {"relocation_id": relocation}

    return job


def _confirm(world: "World", clerk: Clerk, relocation: str, system: str) -> None:
    headers = {
        "ce-specversion": "1.0", "ce-id": f"ack-{relocation}-{clerk.name}", "ce-source": f"urn:{system}",
        "ce-type": "cn.gov.relocation-acknowledged.v1",
    }  # fmt: skip
    body = to_json({"relocation_id": relocation}).encode()
    for _ in range(clerk.rng.choice((1, 1, 2, 3))):
        world.inbound.publish(f"inbound.{system}.relocation-acknowledged.v1", headers, body)
