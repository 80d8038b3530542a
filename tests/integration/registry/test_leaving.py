"""A member whom a committee outside this installation took in."""

from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from services.registry.model import MODEL
from shared.contracts import mobility
from shared.eventstore.migrate import migrate
from shared.kernel.calendar import start_of_day
from tests.integration.registry.world import World

OUT = mobility.MemberTransferredOut(
    transfer_id="t1", member_id="m1", from_branch_id="b1", from_committee_id="c1", to_area_code="440100",
    receipt_reference="粤回〔2026〕7号", accepted_on=date(2026, 3, 1), recorded_at=datetime(2026, 3, 9, tzinfo=UTC),
)  # fmt: skip


async def test_the_membership_is_closed_once_and_the_branch_counts_one_less(engine: AsyncEngine) -> None:
    await migrate(engine, MODEL)
    world = World(engine)
    await world.settle_in()
    await world.admit("m1")

    await world.hear(OUT)
    await world.hear(OUT)

    [member] = (await world.store.get_rows("members", [("m1",)])).values()
    assert member["left_on"] == date(2026, 3, 1)
    memberships = await world.store.find_rows("memberships", {"member_id": "m1"})
    assert [(row["organisation_id"], row["transfer_id"]) for row in memberships] == [("b1", None), (None, "t1")]
    assert memberships[1]["since"] == start_of_day(date(2026, 3, 1))
    [size] = (await world.store.get_rows("organisation_sizes", [("b1",)])).values()
    assert size["members"] == 0
