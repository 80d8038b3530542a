"""An erasure: asked for, waiting or not, carried out once, and what is left of a person then."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.registry.domain.member.commands import EndMembership
from services.registry.domain.member.decider import MEMBER
from services.registry.model import MODEL
from shared.contracts import mobility
from shared.eventstore.migrate import migrate
from shared.kernel.calendar import add_working_days, local_date
from shared.kernel.errors import Refused
from shared.kernel.sealed import ERASED, PersonalKind
from tests.integration.registry.world import NUMBER, PHONE, World
from tests.support.sealed_words import sealed_words

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ASKED = mobility.TransferRequested(
    transfer_id="t1", member_id="m1", from_branch_id="b1", from_committee_id="c1", to_committee_id="c2", to_branch_id=None,
    scope="county", reason="work", dues_paid_to="2026-02", approval_path=(), requested_at=NOW,
)  # fmt: skip
ACCEPTED = mobility.TransferAccepted(
    transfer_id="t1", member_id="m1", from_branch_id="b1", from_committee_id="c1", to_committee_id="c2",
    to_branch_id="b2", accepted_at=NOW, receipt_due_at=NOW, parties=(),
)  # fmt: skip
WITHDRAWN = mobility.TransferWithdrawn(transfer_id="t1", member_id="m1", withdrawn_at=NOW)


@pytest.fixture
async def world(engine: AsyncEngine) -> World:
    await migrate(engine, MODEL)
    world = World(engine)
    await world.settle_in()
    await world.admit("m1")
    return world


async def is_erased(world: World, member_id: str = "m1") -> bool:
    return bool((await world.store.get_rows("members", [(member_id,)]))[(member_id,)]["erased"])


async def test_no_number_leads_to_an_erased_person_and_no_event_holds_one(world: World) -> None:
    assert await world.who_has(PersonalKind.RESIDENT_ID, NUMBER) == ["m1"]
    assert await world.who_has(PersonalKind.PHONE, f"+86 {PHONE}") == ["m1"]
    entries = world.index.candidates(PersonalKind.RESIDENT_ID, NUMBER) + world.index.candidates(
        PersonalKind.PHONE, PHONE
    )

    await world.request("m1")
    assert await world.erasing.do_due() == 1

    assert await world.who_has(PersonalKind.RESIDENT_ID, NUMBER) == []
    assert await world.who_has(PersonalKind.PHONE, PHONE) == []
    async with world.engine.connect() as connection:
        for table in ("events", "outbox", "members", "blind_index", "audit", "idempotency_keys"):
            rows = (await connection.execute(text(f"SELECT to_jsonb(t)::text FROM {table} AS t"))).scalars().all()
            assert not any(entry in row for row in rows for entry in entries), table
    assert await is_erased(world)
    assert (await world.keyring.keys(["m1"]))["m1"] is ERASED


async def test_who_comes_back_is_entered_anew_under_another_id(world: World) -> None:
    with pytest.raises(Refused, match="member-already-registered"):
        await world.admit("m2")
    await world.request("m1")
    await world.erasing.do_due()

    await world.admit("m2")

    assert await world.who_has(PersonalKind.RESIDENT_ID, NUMBER) == ["m2"]
    with pytest.raises(Refused, match="person-erased"):
        await world.admit("m1")


async def test_an_erasure_waits_while_a_transfer_is_open_and_not_longer(world: World) -> None:
    await world.hear(ASKED)

    assert await world.request("m1") == ["t1"]
    assert await world.erasing.do_due() == 0
    assert not await is_erased(world)
    assert await world.sealer.open("m1", "name", (await _event(world)).name) == "王小雁"
    await world.hear(WITHDRAWN)
    assert await world.erasing.do_due() == 1

    assert await is_erased(world)


async def test_a_relocation_that_has_not_reached_everybody_keeps_it_waiting_too(world: World) -> None:
    await world.hear(ASKED)
    await world.hear(ACCEPTED)
    await world.hear(mobility.TransferCompleted(transfer_id="t1", member_id="m1", completed_at=NOW))
    await world.request("m1")
    assert await world.erasing.do_due() == 0

    await world.hear(
        mobility.RelocationPropagated(relocation_id="t1", member_id="m1", parties=0, accepted_at=NOW, propagated_at=NOW)
    )

    assert await world.erasing.do_due() == 1


async def test_what_lapsed_with_the_membership_keeps_nobody_waiting_and_moves_nobody(world: World) -> None:
    await world.hear(ASKED)
    now = world.clock.now()
    ended = EndMembership(
        member_id="m1", ground="deceased", ended_on=local_date(now), decided_by="c1", person_id="p1", text=sealed_words("病故"),
        decided_at=now,
    )  # fmt: skip
    await world.run(lambda unit: unit.handle(MEMBER, "m1", ended))
    await world.hear(ACCEPTED)
    [member] = await world.store.find_rows("members", {"member_id": "m1"})
    assert (member["organisation_id"], member["left_on"]) == ("b1", ended.ended_on), "nobody moves who has left"
    await world.hear(
        mobility.TransferLapsed(
            transfer_id="t1", member_id="m1", holder_id="c2", from_branch_id="b1", ground="deceased",
            ended_on=local_date(NOW), lapsed_at=NOW,
        )
    )  # fmt: skip
    await world.request("m1")
    assert await world.erasing.do_due() == 1


async def test_a_body_that_cannot_wait_says_so_and_the_first_due_date_stands(world: World) -> None:
    await world.hear(ASKED)
    await world.request("m1")
    [first] = await world.store.find_rows("erasures", {"person_id": "m1"})
    world.clock.shift(timedelta(days=10))

    await world.request("m1", although_open=True)
    [second] = await world.store.find_rows("erasures", {"person_id": "m1"})
    assert await world.erasing.do_due() == 1

    assert second["due_at"] == first["due_at"]
    assert (second["although_open"], await is_erased(world)) == (True, True)
    assert local_date(first["due_at"]) == add_working_days(local_date(first["requested_at"]), 15)


async def test_what_is_overdue_is_counted_until_it_is_done(world: World) -> None:
    def gauge(name: str) -> float | None:
        return world.metrics.registry.get_sample_value(f"yanzhen_erasures_{name}")

    await world.hear(ASKED)
    await world.request("m1")
    await world.erasing.do_due()
    assert (gauge("pending"), gauge("overdue")) == (1, 0)
    world.clock.shift(timedelta(days=24))
    await world.erasing.do_due()
    assert (gauge("pending"), gauge("overdue")) == (1, 1)
    await world.hear(WITHDRAWN)
    await world.erasing.do_due()
    await world.erasing.do_due()
    assert (gauge("pending"), gauge("overdue")) == (0, 0)


async def test_asked_or_carried_out_twice_it_happens_once_and_is_on_record_once(world: World) -> None:
    await world.request("m1")
    await world.request("m1")
    await world.erasing._erase("m1", "subject-request", "clerk-7")
    await world.erasing._erase("m1", "subject-request", "clerk-7")  # a second replica, or after a crash in between
    await world.request("m1")

    assert await world.erasing.do_due() == 0
    trail = [(record.action, record.actor) for record in await world.trail()]
    assert trail == [("privacy.erasure-requested", "clerk-7"), ("privacy.erased", "clerk-7")]
    with pytest.raises(Refused, match="member-unknown"):
        await world.request("nobody")


async def test_the_answer_to_the_request_that_entered_a_person_is_forgotten(world: World) -> None:
    async with world.engine.begin() as connection:
        for key, member in (("k1", "m1"), ("k2", "m10")):
            body = f'{{"member_id":"{member}","version":1}}'
            query = "INSERT INTO idempotency_keys (key, fingerprint, status, body) VALUES (:key, 'f', 201, :body)"
            await connection.execute(text(query), {"key": key, "body": body})
    await world.request("m1")
    await world.erasing.do_due()
    async with world.engine.connect() as connection:
        assert (await connection.execute(text("SELECT key FROM idempotency_keys"))).scalars().all() == ["k2"]


async def _event(world: World) -> Any:
    [stored] = (await world.store.read_streams({MEMBER.stream("m1"): 0}))[MEMBER.stream("m1")][:1]
    return MODEL.decode(stored)
