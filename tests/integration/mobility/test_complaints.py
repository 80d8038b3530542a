"""Domain §2.1: what users of today's systems suffer, one by one, and why it cannot happen here."""

from typing import Any

import pytest

from services.mobility.application import decisions, letters, requests
from services.mobility.application.requests import Correction
from services.mobility.domain.transfer.outside import OutsideCommittee
from shared.contracts import registry
from shared.kernel.errors import Refused
from tests.integration.mobility.roll import USCC
from tests.integration.mobility.world import SETTINGS, World

OUTSIDE = OutsideCommittee(name="中共深圳市福田区委组织部", area_code="440304")


@pytest.fixture
async def world() -> World:
    return await World().settle_in()


async def test_1_incomplete_data_of_an_organisation_is_told_at_the_door_and_bounces_nobody_later(world: World) -> None:
    """“传输交换区失败…请维护所在单位信息”: a case under way came back because somebody's data was incomplete."""
    orphan = registry.PartyOrganisationFounded(
        organisation_id="b8",
        name="b8",
        kind="branch",
        parent_id=None,
        area_code="350102",
        can_approve_probationary=False,
    )
    await world.hear(orphan)
    with pytest.raises(Refused, match="branch-without-committee") as refused:
        await world.ask(to_branch_id="b8")
    assert refused.value.remedy
    assert world.published() == [], "nothing was begun that could come back"
    await world.ask()
    changed = registry.PartyOrganisationChanged(organisation_id="c2", can_approve_probationary=False)
    await world.hear(changed)  # what becomes incomplete later is no reason to send anybody back
    await world.approve()
    assert (await world.case())["holder_id"] == "c2"


async def test_2_what_the_sender_has_sent_the_receiver_has_in_the_same_moment(world: World) -> None:
    """Sender says sent, receiver cannot see it, and technicians of two provinces look for it."""
    await world.ask()
    await world.approve("t1", "c1")
    await world.approve("t1", "k1")
    row, case = await world.transfer(), await world.case()
    assert row["letter_number"]
    assert (case["open"], case["holder_id"], case["task"]) == (True, "c2", "accept")
    assert world.names()[-3:] == ["TransferApproved", "LetterIssued", "HolderChanged"], "one decision, one commit"
    await world.accept()
    await world.hear_ourselves()
    assert len(await world.ledger()) > 12, "and from then on it is written down who has it and who has not"


async def test_3_a_target_that_is_not_in_our_tree_has_its_own_way_with_a_holder(world: World) -> None:
    """Target organisation not searchable: paper, and from then on nobody knew."""
    asked: dict[str, Any] = {
        "to_committee_id": None,
        "to_branch_id": None,
        "scope": "national",
        "outside": OUTSIDE,
        "carrying": "in_person",
    }
    await world.ask(**asked)
    await world.approve("t1", "c1", "k1", "city")
    case = await world.case()
    assert (case["holder_id"], case["task"], case["due_at"] > world.clock.now()) == ("c1", "await_outside", True)
    await world.pass_time(days=20)
    assert (await world.case())["escalated_to"] is not None, "an outside committee that stays silent is noticed"


async def test_4_paper_and_system_are_one_case_and_a_receipt_is_entered_once(world: World) -> None:
    """Provinces not interconnected: paper letter, photographed receipt, typed again afterwards as another transfer."""
    for one, kind, parent in (("c9", "committee", "city"), ("b9", "branch", "c9")):
        far = {"organisation_id": one, "name": one, "kind": kind, "parent_id": parent, "area_code": "440304"}
        await world.hear(registry.PartyOrganisationFounded(**far, can_approve_probationary=kind == "committee"))
    far_away = {"to_committee_id": "c9", "to_branch_id": "b9"}
    await world.ask(**far_away, scope="national", carrying="confidential_post")
    await world.approve("t1", "c1", "k1", "city")
    for by, step in (("c1", "sent"), ("c9", "arrived"), ("c9", "answered"), ("c9", "answered")):
        await world.do(
            lambda unit, by=by, step=step: decisions.record_leg(unit, "t1", by, "paper", step, "JY-0088", None)  # type: ignore[misc]
        )
    assert len(await world.store.find_rows("transfer_legs", {"transfer_id": "t1"})) == 3
    await world.accept(by="c9", branch_id="b9")
    await world.accept(by="c9", branch_id="b9")  # the paper is typed in by somebody else
    with pytest.raises(Refused, match="transfer-already-open"):
        await world.ask("t2")
    assert world.names().count("TransferAccepted") == 1


async def test_5_a_wrong_receiver_costs_one_correction_and_no_way_to_run(world: World) -> None:
    """The unit may not accept, and the member runs back and forth."""
    await world.ask(to_committee_id="c1", to_branch_id="b1x", scope="within_committee")
    await world.do(lambda unit: decisions.reject(unit, "t1", "c1", "wrong_destination", "works in c2 now", None))
    correction = Correction("t2", to_committee_id="c2", to_branch_id="b2", scope="county")
    await world.do(lambda unit: requests.resend(unit, "t1", "c1", correction, SETTINGS.policy, None))
    await world.approve("t2")
    await world.accept("t2")
    await world.others_apply("t2")
    [member] = await world.store.find_rows("members", {"member_id": "m1"})
    assert member["organisation_id"] == "b2"
    assert (await world.transfer("t1"))["status"] == "resent"


async def test_6_an_expired_letter_never_leaves_a_member_between_two_places(world: World) -> None:
    """口袋党员: the source said “already moved”, the target refused, seven months in limbo."""
    await world.ask()
    await world.approve()
    await world.pass_time(days=31)
    [member] = await world.store.find_rows("members", {"member_id": "m1"})
    assert member["organisation_id"] == "b1", "the source is responsible until somebody accepts"
    case = await world.case()
    assert (case["holder_id"], case["task"], case["open"]) == ("c1", "resolve_expiry", True)
    await world.pass_time(days=160)
    assert "MembershipInDoubt" in world.names()
    row = await world.transfer()
    assert (row["in_doubt_body"], row["holder_id"], row["status"]) == ("city", "c1", "expired")
    assert (await world.case())["escalated_to"] == "city"
    await world.do(lambda unit: letters.reissue(unit, "t1", "c1", None, "clerk"))
    await world.do(lambda unit: decisions.acknowledge_void(unit, "t1", "c2", row["letter_number"], None))
    await world.accept()
    assert (await world.transfer())["status"] == "accepted"


async def test_7_several_organisations_of_one_unit_are_no_duplicate(world: World) -> None:
    """The code of a branch's unit was refused because its superior had it: here it belongs to the unit."""
    for organisation in ("b2y", "b2z"):
        await world.hear(
            registry.PartyOrganisationFounded(
                organisation_id=organisation,
                name=organisation,
                kind="branch",
                parent_id="c2",
                area_code="350102",
                can_approve_probationary=False,
                unit_uscc=USCC,
            )
        )
    await world.ask(to_branch_id="b2y")
    await world.approve()
    await world.accept(branch_id="b2y")
    await world.others_apply()
    await world.do(lambda unit: decisions.return_receipt(unit, "t1", "c2", None))
    await world.ask("t2", to_committee_id="c2", to_branch_id="b2z", scope="within_committee")
    await world.accept("t2", branch_id="b2z")
    assert (await world.transfer("t2"))["status"] == "accepted"


async def test_8_what_was_paid_travels_with_the_member_in_the_same_case(world: World) -> None:
    """Dues were in another system and had to be moved separately."""
    await world.ask(dues_paid_to="2025-11")
    await world.approve()
    await world.accept()
    row = await world.transfer()
    assert row["dues_paid_to"] == "2025-11"
    [asked] = [event for event in world.published() if type(event).__name__ == "TransferRequested"]
    assert asked.dues_paid_to == "2025-11"  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="dues_paid_to"):
        await world.ask("t2", member_id="m2", dues_paid_to="")
