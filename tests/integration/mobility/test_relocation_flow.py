"""A transfer from request to proof, with the other services played by the test."""

import pytest

from services.mobility.application import decisions
from services.mobility.application.acknowledgements import INBOUND, acknowledge
from services.mobility.processes.relocation.decider import RELOCATION
from services.mobility.processes.relocation.ledger import missing as domain_missing
from services.mobility.projections.missing import missing
from shared.contracts.inbound import AcknowledgementReported
from shared.contracts.mobility import RelocationPropagated
from shared.contracts.notify import MessageDelivered, MessageSubmitted, MessageUndelivered
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import NotFound, Refused
from shared.messaging.cloudevents import OutsideEvent
from tests.integration.mobility.world import World, message


@pytest.fixture
async def world() -> World:
    return await World().settle_in()


async def accepted(world: World) -> World:
    await world.ask()
    await world.approve()
    await world.accept()
    return world


async def everybody_acknowledges(world: World) -> None:
    for role in ("origin_branch", "destination_branch", "outside_system"):
        party = world.party(role)
        await world.do(lambda unit, party=party: acknowledge(unit, "t1", party, "clerk"))  # type: ignore[misc]


async def check_ledger(world: World) -> list[str]:
    """The read model and the process agree on what is missing."""

    async def job(unit: UnitOfWork) -> tuple[str, ...]:
        state = await unit.state(RELOCATION, "t1")
        return domain_missing(state, state.started)

    shown = missing(await world.ledger())
    assert tuple(shown) == await world.do(job)
    return shown


async def test_a_transfer_goes_from_request_to_proof(world: World) -> None:
    await world.ask()
    row = await world.transfer()
    assert (row["status"], row["holder_id"], row["task"], row["approval_path"]) == (
        "approving", "c1", "approve", ("c1", "k1"),
    )  # fmt: skip
    await world.approve()
    row = await world.transfer()
    assert (row["status"], row["holder_id"], row["letter_number"]) == ("awaiting_acceptance", "c2", "〔2026〕000001号")
    await world.accept()
    await world.hear_ourselves()
    assert (await world.relocation())["propagated_at"] is None
    await world.others_apply()
    await world.notify_delivers()
    assert all(text.startswith("acknowledged:") for text in await check_ledger(world))
    await everybody_acknowledges(world)
    assert await check_ledger(world) == []
    assert world.names().count("RelocationPropagated") == 1
    assert (await world.relocation())["propagated_at"] == world.clock.now()
    await world.do(lambda unit: decisions.return_receipt(unit, "t1", "c2", None))
    row = await world.transfer()
    assert (row["status"], row["holder_id"]) == ("completed", None)
    assert (await world.case())["open"] is False
    assert world.names()[-2:] == ["ReceiptReturned", "TransferCompleted"]
    await world.ask("t2", to_committee_id="c1", to_branch_id="b1x")  # nothing is open any more, and m1 is in b2 now
    assert (await world.transfer("t2"))["from_branch_id"] == "b2"


async def test_everything_of_a_relocation_is_one_story(world: World) -> None:
    await accepted(world)
    await world.hear_ourselves()
    await world.others_apply()
    await world.notify_delivers()
    await everybody_acknowledges(world)
    assert world.correlations() == {"t1"}


async def test_reactions_touch_only_the_streams_they_name(world: World) -> None:
    await accepted(world)
    await world.do(lambda unit: decisions.return_receipt(unit, "t1", "c2", None))
    await world.hear_ourselves()
    await world.others_apply()
    await world.notify_delivers()
    assert (await world.transfer())["status"] == "completed"
    assert world.surprises == []


async def test_the_parties_are_those_nearest_and_in_office(world: World) -> None:
    await accepted(world)
    parties = {party.ref_id: party.role for party in world.accepted().parties}
    assert parties == {
        "m1": "member",
        "b1": "origin_branch",
        "c1": "origin_committee",
        "s1": "origin_station",
        "b2": "destination_branch",
        "c2": "destination_committee",
        "s2": "destination_station",
        "k1": "common_superior",
        "i1": "instructor",
        "g1": "grid_head",
        "h1": "station_head",
        "platform": "outside_system",
    }


async def test_facts_that_come_before_our_own_acceptance_comes_round_are_kept(world: World) -> None:
    await accepted(world)
    await world.others_apply()
    await world.notify_delivers()
    await everybody_acknowledges(world)
    assert "RelocationPropagated" not in world.names()
    await world.hear_ourselves()
    [done] = [event for event in world.published() if isinstance(event, RelocationPropagated)]
    assert done.parties == 12
    assert await check_ledger(world) == []


async def test_a_repeated_fact_changes_nothing(world: World) -> None:
    await accepted(world)
    await world.hear_ourselves()
    await world.others_apply()
    before = await world.relocation()
    await world.others_apply()
    await world.hear(world.accepted())
    assert await world.relocation() == before


async def test_a_party_that_no_channel_reaches_stays_missing(world: World) -> None:
    await accepted(world)
    await world.hear_ourselves()
    party = world.party("origin_committee")
    at = world.clock.now()
    for channel in ("email", "sms"):
        await world.hear(MessageUndelivered(**message("t1", party, channel), code="no-address", failed_at=at))
    assert f"undelivered:{party}:sms:no-address" in await check_ledger(world)
    await world.hear(MessageDelivered(**message("t1", party, "email"), receipt_id="r", delivered_at=at))
    assert not [text for text in await check_ledger(world) if party in text]


async def test_a_message_about_something_else_is_no_part_of_the_ledger(world: World) -> None:
    at = world.clock.now()
    await world.ask()
    await world.hear(MessageSubmitted(**message("t1", "c1", "email"), provider_reference="r", submitted_at=at))
    assert "relocation-t1" not in world.store.data.streams  # type: ignore[attr-defined]
    await world.approve()
    await world.accept()
    await world.hear_ourselves()
    before = await world.relocation()
    await world.hear(MessageSubmitted(**message("t1", "c2", "email"), provider_reference="r", submitted_at=at))
    assert await world.relocation() == before


async def test_late_names_what_is_missing_and_may_still_be_propagated(world: World) -> None:
    await accepted(world)
    await world.hear_ourselves()
    await world.pass_time(days=1)
    row = await world.relocation()
    assert row["late"] is True
    assert "applied:registry" in row["missing_when_late"]
    assert world.names().count("PropagationLate") == 1
    await world.others_apply()
    await world.notify_delivers()
    await everybody_acknowledges(world)
    assert "RelocationPropagated" in world.names()


async def outside(world: World, system: str, relocation_id: str = "t1") -> None:
    event = OutsideEvent(system, "e1", "urn:x", "relocation-acknowledged.v1", None, b"{}")
    fact = AcknowledgementReported(relocation_id=relocation_id)
    await world.do(lambda unit: INBOUND[0].take(fact, event, unit))


async def test_an_outside_system_acknowledges_under_its_own_name_only(world: World) -> None:
    await accepted(world)
    await outside(world, "platform")  # before the process has begun: the acceptance is public already
    with pytest.raises(Refused, match="party-not-concerned"):
        await outside(world, "stranger")
    with pytest.raises(NotFound, match="relocation-unknown"):
        await outside(world, "platform", "t9")
    await world.hear_ourselves()
    assert f"acknowledged:{world.party('outside_system')}" not in await check_ledger(world)
    assert "PartyAcknowledged" in world.names()


async def test_nobody_acknowledges_what_was_not_accepted(world: World) -> None:
    await world.ask()
    with pytest.raises(NotFound, match="relocation-unknown"):
        await world.do(lambda unit: acknowledge(unit, "t1", "p", "clerk"))
