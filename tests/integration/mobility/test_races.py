"""Things that happen at once, late, twice, or while the ground moves: each has one defined outcome."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from services.mobility.application import decisions, departures, letters, requests
from services.mobility.application.departures import Going
from services.mobility.application.requests import Correction
from services.mobility.domain.care_terms import Place
from services.mobility.domain.departure.decider import DEPARTURE
from services.mobility.domain.departure.state import Departure
from services.mobility.domain.transfer.commands import ExpireTransfer, MarkOverdue
from services.mobility.domain.transfer.decider import TRANSFER
from shared.contracts import registry
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.clock import ShiftedClock
from shared.kernel.errors import Refused, YanzhenError
from tests.integration.mobility.lost import ENDED, loss_of, report_loss
from tests.integration.mobility.world import SETTINGS, World, wanted


@pytest.fixture
async def world() -> World:
    return await World(clock=ShiftedClock()).settle_in()


async def both(*acts: Awaitable[Any]) -> list[str]:
    """The codes of the refusals when these happen at once."""
    results = await asyncio.gather(*acts, return_exceptions=True)
    wrong = [one for one in results if isinstance(one, BaseException)]
    assert all(isinstance(one, YanzhenError) for one in wrong), wrong
    return [one.code for one in wrong if isinstance(one, YanzhenError)]


def going(world: World) -> Going:
    return Going(
        departure_id="d1", member_id="m1", reason="work", destination=Place(area_code="350902", place="某鞋业园"),
        departs_on=local_date(world.clock.now()), place_fixed=True, by="b1", contact_person_id="p1",
    )  # fmt: skip


def rejecting(world: World, by: str = "c2") -> Awaitable[Any]:
    return world.do(lambda unit: decisions.reject(unit, "t1", by, "not_known_here", "nobody here", None))


async def lettered(world: World) -> str:
    await world.ask()
    await world.approve()
    return str((await world.transfer())["letter_number"])


async def in_somebodys_hands(world: World, *transfers: str) -> None:
    for transfer_id in transfers:
        row, case = await world.transfer(transfer_id), await world.case(transfer_id)
        ended = row["status"] in ("completed", "withdrawn", "closed", "resent")
        assert case["open"] is not ended
        assert (case["holder_id"] is None) is ended
        assert (case["due_at"] is None) is ended


async def test_of_accepting_and_rejecting_at_once_one_counts_and_the_other_is_told(world: World) -> None:
    await lettered(world)
    codes = await both(world.accept(), rejecting(world))
    status = (await world.transfer())["status"]
    assert (status, codes) in (("accepted", ["transfer-accepted"]), ("rejected", ["transfer-rejected"]))
    await in_somebodys_hands(world, "t1")


async def test_accepting_after_a_rejection_is_refused(world: World) -> None:
    await lettered(world)
    await rejecting(world)
    with pytest.raises(Refused, match="transfer-rejected"):
        await world.accept()
    assert "TransferAccepted" not in world.names()


async def test_two_acceptances_into_two_branches_at_once_move_the_member_once(world: World) -> None:
    await world.hear(
        registry.PartyOrganisationFounded(
            organisation_id="b2x", name="b2x", kind="branch", parent_id="c2", area_code="350102",
            can_approve_probationary=False,
        )
    )  # fmt: skip
    await lettered(world)
    codes = await both(world.accept(), world.accept(branch_id="b2x"))
    assert codes == ["transfer-accepted"]
    assert world.names().count("TransferAccepted") == 1


async def test_a_void_letter_is_refused_and_the_new_one_waits_until_the_void_is_heard(world: World) -> None:
    old = await lettered(world)
    codes = await both(
        world.accept(letter_number=old),
        world.do(lambda unit: letters.reissue(unit, "t1", "c1", None, "lost_in_transit")),
    )
    row = await world.transfer()
    if row["status"] == "accepted":
        assert codes == ["transfer-accepted"]
        return
    assert codes == ["letter-voided"]
    with pytest.raises(Refused, match="void-not-heard"):
        await world.accept()
    await world.do(lambda unit: decisions.acknowledge_void(unit, "t1", "c2", old, None))
    await world.accept()


async def test_of_a_withdrawal_and_an_approval_at_once_one_counts(world: World) -> None:
    await world.ask()
    codes = await both(world.do(lambda unit: decisions.withdraw(unit, "t1", "c1", None)), world.approve("t1", "c1"))
    row = await world.transfer()
    assert (row["status"], codes) in (("withdrawn", ["transfer-withdrawn"]), ("approving", ["already-approved"]))
    await in_somebodys_hands(world, "t1")


async def test_a_tree_that_changes_in_flight_changes_neither_the_path_nor_where_the_branch_is_now(world: World) -> None:
    await world.ask()
    await world.hear(
        registry.PartyOrganisationReparented(organisation_id="c1", from_parent_id="k1", to_parent_id="city")
    )
    await world.approve()  # c1 and k1, as it was frozen
    await world.hear(registry.PartyOrganisationReparented(organisation_id="b2", from_parent_id="g2", to_parent_id="c1"))
    with pytest.raises(Refused, match="branch-elsewhere"):
        await world.accept()
    await world.hear(registry.PartyOrganisationReparented(organisation_id="b2", from_parent_id="c1", to_parent_id="c2"))
    await world.accept()
    assert (await world.transfer())["approval_path"] == ("c1", "k1")


async def test_a_rejected_member_may_be_sent_again_at_once_and_only_once(world: World) -> None:
    await lettered(world)
    await rejecting(world)

    def again(transfer_id: str) -> Awaitable[Any]:
        change = Correction(transfer_id, reason="corrected")
        return world.do(lambda unit: requests.resend(unit, "t1", "c1", change, SETTINGS.policy, None))

    codes = await both(again("t2"), again("t3"))
    assert codes == ["transfer-resent"]
    assert world.names().count("TransferResent") == 1
    [open_one] = [row["transfer_id"] for row in await world.store.find_rows("transfers", {"status": "approving"})]
    await in_somebodys_hands(world, "t1", open_one)


async def test_of_presenting_a_letter_and_its_expiry_at_once_one_counts(world: World) -> None:
    await lettered(world)
    assert isinstance(world.clock, ShiftedClock)
    valid_until = (await world.transfer())["letter_valid_until"]
    world.clock.shift(valid_until - world.clock.now() + timedelta(seconds=1))
    codes = await both(world.accept(), _fire(world))
    assert codes in (["letter-expired"], ["transfer-expired"])
    row = await world.transfer()
    assert (row["status"], row["holder_id"], row["task"]) == ("expired", "c1", "resolve_expiry")


async def _fire(world: World) -> None:
    while await world.timers.fire_due():
        pass


async def test_an_approver_dissolved_before_its_turn_gives_the_turn_to_its_superior(world: World) -> None:
    await world.ask()
    await world.hear(registry.PartyOrganisationDissolved(organisation_id="k1", reason="merged"))
    await world.approve("t1", "c1")
    row = await world.transfer()
    assert (row["status"], row["holder_id"], row["task"]) == ("approving", "city", "approve")
    await world.approve("t1", "city")
    assert (await world.transfer())["status"] == "awaiting_acceptance"


async def test_an_approver_dissolved_in_its_turn_gives_it_to_its_superior_with_a_new_due_time(world: World) -> None:
    await world.ask()
    await world.approve("t1", "c1")
    await world.hear(registry.PartyOrganisationDissolved(organisation_id="k1", reason="merged"))
    case = await world.case()
    assert (case["holder_id"], case["due_at"] > world.clock.now()) == ("city", True)
    with pytest.raises(Refused, match="not-your-turn"):
        await world.approve("t1", "k1")
    await world.approve("t1", "city")


async def test_a_dissolution_heard_twice_or_against_an_acceptance_has_one_outcome(world: World) -> None:
    await lettered(world)
    gone = registry.PartyOrganisationDissolved(organisation_id="c2", reason="merged")
    codes = await both(world.accept(), world.hear(gone))
    await world.hear(gone)
    row = await world.transfer()
    assert row["status"] in ("accepted", "rejected")
    assert codes in ([], ["transfer-rejected"])
    assert row["holder_id"] == ("k1" if row["status"] == "accepted" else "c1")
    await in_somebodys_hands(world, "t1")


async def test_a_clock_that_jumps_ahead_fires_each_deadline_once_and_one_that_jumps_back_none_again(
    world: World,
) -> None:
    await lettered(world)
    assert isinstance(world.clock, ShiftedClock)
    world.clock.shift(timedelta(days=400))
    await _fire(world)
    told = world.names()
    assert told.count("TransferExpired") == 1
    assert told.count("MembershipInDoubt") == 1
    world.clock.shift(timedelta(days=-390))
    await _fire(world)
    assert world.names() == told
    await in_somebodys_hands(world, "t1")


async def test_timers_that_come_twice_or_too_late_change_nothing(world: World) -> None:
    await lettered(world)
    row = await world.transfer()
    late = [
        ExpireTransfer(due_at=row["letter_valid_until"], now=row["letter_valid_until"]),
        MarkOverdue(due_at=row["due_at"]),
    ]
    await world.accept()
    before = await world.transfer()
    for command in late:
        await world.do(lambda unit, command=command: unit.handle(TRANSFER, "t1", command))  # type: ignore[misc]
    assert await world.transfer() == before


async def test_messages_that_come_twice_and_late_are_counted_once(world: World) -> None:
    await lettered(world)
    await world.accept()
    await world.others_apply()  # before our own acceptance has come round
    await world.notify_delivers()
    await world.hear_ourselves()
    ledger = await world.ledger()
    await world.others_apply()
    await world.notify_delivers()
    await world.hear(world.accepted())
    assert await world.ledger() == ledger
    assert world.names().count("TransferAccepted") == 1


async def while_deciding(
    world: World, job: Callable[[UnitOfWork], Awaitable[Any]], happens: Callable[[], Awaitable[Any]]
) -> None:
    """Do it, and let something else happen after it was decided and before it is committed, once."""
    first = iter((True,))

    async def interrupted(unit: UnitOfWork) -> None:
        await job(unit)
        if next(first, False):
            await happens()

    await world.do(interrupted)


async def test_bug_1200_who_is_moved_while_a_departure_is_registered_leaves_from_the_new_branch(world: World) -> None:
    await lettered(world)
    await world.accept()
    # The registry moves the member before this is committed.
    await while_deciding(world, lambda unit: departures.register(unit, going(world)), world.others_apply)
    away: Departure = (await world.kernel.repository.load([(DEPARTURE, "departure-m1")]))["departure-m1"].state
    assert away.open is not None
    assert away.open.registered.origin_branch_id == "b2"


def asking(unit: UnitOfWork) -> Awaitable[Any]:
    return requests.request(unit, wanted(), SETTINGS.policy)


async def test_a_request_at_the_instant_at_which_the_membership_ends_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="member-left"):
        await while_deciding(world, asking, lambda: world.hear(ENDED))
    assert await world.store.find_rows("transfers", {"member_id": "m1"}) == []


async def test_a_departure_registered_at_the_instant_at_which_the_membership_ends_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="member-left"):
        await while_deciding(world, lambda unit: departures.register(unit, going(world)), lambda: world.hear(ENDED))
    assert await world.store.find_rows("departures", {"member_id": "m1"}) == []


async def test_of_a_loss_report_and_a_request_at_once_the_second_knows_of_the_first(world: World) -> None:
    with pytest.raises(Refused, match="member-lost"):
        await while_deciding(world, asking, lambda: world.do(report_loss))
    assert (await loss_of(world))["lost"] is True
    assert await world.store.find_rows("transfers", {"member_id": "m1"}) == []
