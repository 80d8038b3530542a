"""The registry ends a membership, or moves it: nothing that is open here about the member stays open for ever."""

from collections.abc import Awaitable, Callable

import pytest

from services.mobility.application import decisions
from services.mobility.domain.lost_contact.commands import LogSearch
from services.mobility.domain.lost_contact.decider import LOST_CONTACT
from services.mobility.domain.retained_relation.decider import RETAINED_RELATION, RetainRelation
from services.mobility.processes.relocation.commands import RetryParty
from services.mobility.processes.relocation.decider import RELOCATION
from shared.contracts import mobility
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.errors import Refused
from tests.integration.mobility.lost import ENDED, loss_of, report_loss
from tests.integration.mobility.world import World
from tests.support.sealed_words import sealed_words


@pytest.fixture
async def world() -> World:
    return await World().settle_in()


async def approving(world: World) -> None:
    await world.ask()


async def lettered(world: World) -> None:
    await world.ask()
    await world.approve()


async def held(world: World) -> None:
    await lettered(world)
    number = (await world.transfer())["letter_number"]
    await world.do(lambda unit: decisions.hold(unit, "t1", "c2", number, "dates differ", None))


async def admitted(world: World) -> None:
    await lettered(world)
    number = (await world.transfer())["letter_number"]
    await world.do(lambda unit: decisions.accept(unit, "t1", "c2", None, number, (), None, branch_later=True))


async def rejected(world: World) -> None:
    await lettered(world)
    await world.do(lambda unit: decisions.reject(unit, "t1", "c2", "not_known_here", "nobody here", None))


async def expired(world: World) -> None:
    await lettered(world)
    await world.pass_time(days=31)


async def accepted(world: World) -> None:
    await lettered(world)
    await world.accept()


UNSETTLED = (approving, lettered, held, admitted, rejected, expired, accepted)


@pytest.mark.parametrize("so_far", UNSETTLED, ids=lambda step: step.__name__)
async def test_a_transfer_lapses_wherever_it_is_and_says_who_had_it(
    world: World, so_far: Callable[[World], Awaitable[None]]
) -> None:
    await so_far(world)
    holder = (await world.case())["holder_id"]
    for _ in range(2):
        await world.hear(ENDED)
    row, case = await world.transfer(), await world.case()
    assert (row["status"], row["closing_text"], row["holder_id"]) == ("lapsed", "deceased", None)
    assert (case["open"], case["due_at"]) == (False, None)
    [lapsed] = [event for event in world.published() if isinstance(event, mobility.TransferLapsed)]
    assert (lapsed.holder_id, lapsed.ground) == (holder, "deceased")
    told = world.names()
    await world.pass_time(days=400)
    assert set(world.names()[len(told) :]) <= {"TransferClassified"}, "no reminder, no expiry, no doubt"
    classified_before = so_far is expired  # an outcome is told once, and what comes later does not change it
    assert (await world.transfer())["outcome"] == ("process_failure" if classified_before else "not_counted")
    with pytest.raises(Refused, match="transfer-lapsed"):
        await world.do(lambda unit: decisions.reject(unit, "t1", holder, "other", "too late", None))
    with pytest.raises(Refused, match="member-left"):
        await world.ask("t2")


async def test_what_was_accepted_and_never_followed_is_propagated_to_nobody(world: World) -> None:
    await accepted(world)
    await world.hear_ourselves()
    await world.hear(ENDED)
    await world.pass_time(days=30)
    row = await world.relocation()
    assert (row["stopped_at"] is not None, row["propagated_at"], row["late"]) == (True, None, False)
    party = world.party("member")
    retry = RetryParty(party_id=party, asked_by="c1", retried_at=world.clock.now())
    with pytest.raises(Refused, match="relocation-stopped"):
        await world.do(lambda unit: unit.handle(RELOCATION, "t1", retry))


async def test_an_acceptance_that_comes_round_after_the_end_starts_nothing(world: World) -> None:
    await accepted(world)
    await world.hear(ENDED)
    await world.hear_ourselves()
    assert await world.ledger() == []


async def test_who_was_moved_first_leaves_the_receipt_with_its_holder_and_a_due_time(world: World) -> None:
    await accepted(world)
    await world.others_apply()
    await world.hear(ENDED.model_copy(update={"organisation_id": "b2"}))
    case = await world.case()
    assert (case["open"], case["holder_id"], case["task"]) == (True, "c2", "return_receipt")
    assert case["due_at"] > world.clock.now()
    await world.do(lambda unit: decisions.return_receipt(unit, "t1", "c2", None))
    assert (await world.transfer())["status"] == "completed"


async def test_nobody_searches_for_or_decides_about_whose_membership_has_ended(world: World) -> None:
    await world.do(report_loss)
    await world.pass_time(days=170)
    assert (await loss_of(world))["proposal"] == "stop_membership"
    await world.hear(ENDED)
    assert {key: (await loss_of(world))[key] for key in ("status", "lost", "proposal", "holder_id")} == {
        "status": "ended", "lost": False, "proposal": None, "holder_id": None,
    }  # fmt: skip
    told = world.names()
    await world.pass_time(days=900)
    assert world.names() == told
    tried, now = sealed_words("…"), world.clock.now()
    search = LogSearch(search_id="s1", way="phone", text=tried, searched_by="p1", searched_at=now)
    with pytest.raises(Refused, match="not-lost"):
        await world.do(lambda unit: unit.handle(LOST_CONTACT, "m1", search))


async def test_who_is_reported_lost_while_a_transfer_is_open_is_found_by_whoever_takes_them_in(world: World) -> None:
    await lettered(world)
    await world.do(report_loss)
    assert (await world.case())["holder_id"] == "c2", "the case stays in the hands of who has to answer"
    await world.accept()
    await world.others_apply()
    assert (await loss_of(world))["status"] == "ended"
    told = world.names()
    await world.pass_time(days=400)
    assert "LossProposed" not in world.names()[len(told) :], "nobody is proposed for a stop who was seen elsewhere"


async def kept(unit: UnitOfWork, retention_id: str = "r1", committee_id: str = "c1") -> None:
    now = unit.clock.now()
    await unit.handle(RETAINED_RELATION, retention_id, RetainRelation(
        retention_id=retention_id, member_id="m1", committee_id=committee_id, kind="abroad", since=local_date(now),
        retained_at=now,
    ))  # fmt: skip


async def test_a_relation_that_is_kept_is_so_until_it_moves_or_ends_and_nobody_is_reminded_after_that(
    world: World,
) -> None:
    await world.do(kept)
    await world.hear(ENDED)
    await world.hear(ENDED)
    [row] = await world.store.find_rows("retained_relations", {"member_id": "m1"})
    assert (row["open"], row["holder_id"], row["decision"], row["reason"]) == (False, None, None, "left_the_roll")
    [lapsed] = [event for event in world.published() if isinstance(event, mobility.RetentionLapsed)]
    assert (lapsed.retention_id, lapsed.committee_id) == ("r1", "c1")
    await world.pass_time(days=2000)
    assert not {"RetentionContactOverdue", "RetentionLimitReached"} & set(world.names())


async def test_whoever_stands_above_the_new_branch_keeps_the_relation_still(world: World) -> None:
    await world.do(kept)
    await world.do(lambda unit: kept(unit, "r2", "city"))
    await accepted(world)
    await world.others_apply()
    rows = await world.store.find_rows("retained_relations", {"member_id": "m1"})
    assert {row["retention_id"]: (row["open"], row["reason"]) for row in rows} == {
        "r1": (False, "transferred"),
        "r2": (True, None),
    }
