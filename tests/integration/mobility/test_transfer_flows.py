"""Transfers that do not go straight through: refused, expired, withdrawn, asked for twice, and badly asked for."""

import asyncio
from typing import Any

import pytest

from services.mobility.application import decisions, letters, requests
from services.mobility.application.requests import Correction
from services.mobility.domain.transfer_rules.decider import TRANSFER_RULES, AdoptRules
from shared.contracts.registry import MembershipMoved, PartyOrganisationDissolved
from shared.kernel.calendar import add_months, local_date
from shared.kernel.clock import ShiftedClock
from shared.kernel.errors import Invalid, NotFound, PreconditionFailed, Refused, YanzhenError
from tests.integration.mobility.roll import admitted
from tests.integration.mobility.world import SETTINGS, World


@pytest.fixture
async def world() -> World:
    return await World().settle_in()


async def test_a_rejected_transfer_is_sent_again_as_another(world: World) -> None:
    await world.ask(to_committee_id="c1", to_branch_id="b1x", scope="within_committee")
    await world.do(lambda unit: decisions.reject(unit, "t1", "c1", "wrong_destination", "not ours", None))
    row = await world.transfer()
    assert (row["status"], row["holder_id"], row["task"]) == ("rejected", "c1", "resolve_rejection")
    with pytest.raises(Refused, match="transfer-already-open"):
        await world.ask("t2")
    correction = Correction("t2", to_committee_id="c2", scope="county")
    await world.do(lambda unit: requests.resend(unit, "t1", "c1", correction, SETTINGS.policy, None))
    old, new = await world.transfer("t1"), await world.transfer("t2")
    assert (old["status"], old["resent_as"]) == ("resent", "t2")
    assert (new["status"], new["resent_of"], new["to_branch_id"], new["reason"]) == (
        "approving", "t1", None, "new employer",
    )  # fmt: skip
    assert world.names()[-3:] == ["TransferResent", "TransferRequested", "HolderChanged"]
    assert world.correlations() == {"t1", "t2"}
    assert (await world.case("t1"))["open"] is False
    assert (await world.case("t2"))["open"] is True


async def test_a_resending_that_is_refused_leaves_the_old_one_as_it_was(world: World) -> None:
    await world.ask()
    await world.do(lambda unit: decisions.reject(unit, "t1", "c1", "other", "no", None))
    before = await world.transfer()
    correction = Correction("t2", to_committee_id="nowhere")
    with pytest.raises(Refused, match="organisation-unknown"):
        await world.do(lambda unit: requests.resend(unit, "t1", "c1", correction, SETTINGS.policy, None))
    assert await world.transfer() == before


async def test_an_expired_letter_lies_with_the_source_which_reissues_it(world: World) -> None:
    await world.ask()
    await world.approve()
    await world.pass_time(days=31)
    row = await world.transfer()
    assert (row["status"], row["holder_id"], row["task"]) == ("expired", "c1", "resolve_expiry")
    assert {"CaseOverdue", "CaseEscalated", "TransferExpired"} <= set(world.names())
    with pytest.raises(Refused, match="transfer-expired"):
        await world.accept()
    await world.do(lambda unit: letters.reissue(unit, "t1", "c1", None))
    row = await world.transfer()
    assert (row["status"], row["holder_id"], row["letter_number"]) == ("awaiting_acceptance", "c2", "〔2026〕000002号")
    with pytest.raises(Refused, match="letter-voided"):
        await world.accept(letter_number="〔2026〕000001号")
    with pytest.raises(Refused, match="void-not-heard"):
        await world.accept()
    await world.do(lambda unit: decisions.acknowledge_void(unit, "t1", "c2", "〔2026〕000001号", None))
    await world.accept()
    assert (await world.transfer())["status"] == "accepted"
    assert {"LetterVoided", "LetterReissued"} <= set(world.names())


async def test_silence_goes_to_the_superior(world: World) -> None:
    await world.ask()
    await world.pass_time(days=8)
    case = await world.case()
    assert (case["holder_id"], case["escalated_to"]) == ("c1", "k1")
    await world.approve()
    assert (await world.case())["escalated_to"] is None


async def test_an_expired_transfer_can_be_closed_and_the_member_asked_for_again(world: World) -> None:
    await world.ask()
    await world.approve()
    await world.pass_time(days=31)
    await world.do(lambda unit: decisions.close(unit, "t1", "c1", "the member stays", None))
    assert (await world.case())["open"] is False
    assert world.names()[-1] == "TransferClosed"
    await world.ask("t2")
    assert (await world.transfer("t2"))["status"] == "approving"


async def test_of_two_requests_at_once_one_wins() -> None:
    world = await World(clock=ShiftedClock()).settle_in()
    results = await asyncio.gather(world.ask("t1"), world.ask("t2"), return_exceptions=True)
    [error] = [result for result in results if result is not None]
    assert isinstance(error, Refused)
    assert error.code == "transfer-already-open"
    assert world.names().count("TransferRequested") == 1


async def test_letters_issued_at_once_have_numbers_of_their_own() -> None:
    world = await World(clock=ShiftedClock()).settle_in()
    ids = [f"t{number}" for number in range(8)]
    for number, transfer_id in enumerate(ids):
        await world.hear(admitted(f"n{number}"))
        await world.ask(transfer_id, member_id=f"n{number}")
        await world.approve(transfer_id, "c1")
    await asyncio.gather(*(world.approve(transfer_id, "k1") for transfer_id in ids))
    numbers = sorted([(await world.transfer(transfer_id))["letter_number"] for transfer_id in ids])
    year = numbers[0][:6]
    assert numbers == [f"{year}{serial:06d}号" for serial in range(1, 9)]


async def test_a_repeated_or_foreign_approval_takes_no_number(world: World) -> None:
    await world.ask()
    await world.approve("t1", "c1")
    with pytest.raises(Refused, match="not-your-turn"):
        await world.approve("t1", "c2")
    await world.approve("t1", "k1")
    await world.approve("t1", "k1")
    assert world.names().count("LetterIssued") == 1
    await world.ask("t2", member_id="m2")
    await world.approve("t2")
    assert (await world.transfer("t2"))["letter_number"] == "〔2026〕000002号"


async def test_a_withdrawn_transfer_frees_the_member(world: World) -> None:
    await world.ask()
    await world.do(lambda unit: decisions.withdraw(unit, "t1", "b1", None))
    assert (await world.transfer())["status"] == "withdrawn"
    assert world.names()[-1] == "TransferWithdrawn"
    await world.ask("t2")


async def test_a_stale_version_is_refused(world: World) -> None:
    await world.ask()
    with pytest.raises(PreconditionFailed):
        await world.do(lambda unit: letters.approve(unit, "t1", "c1", 1))
    await world.do(lambda unit: letters.approve(unit, "t1", "c1", 2))


async def test_a_receipt_before_the_roll_has_moved_completes_with_the_move(world: World) -> None:
    await world.ask()
    await world.approve()
    await world.accept()
    await world.do(lambda unit: decisions.return_receipt(unit, "t1", "c2", None))
    assert (await world.transfer())["task"] == "confirm_membership"
    await world.others_apply()
    assert (await world.transfer())["status"] == "completed"
    assert (await world.case())["open"] is False


BAD: list[tuple[str, dict[str, Any], type[YanzhenError]]] = [
    ("member-unknown", {"member_id": "m9"}, Refused),
    ("organisation-unknown", {"to_committee_id": "c9"}, Refused),
    ("organisation-unknown", {"to_branch_id": "b9"}, Refused),
    ("organisation-unknown", {"from_branch_id": "b9"}, Refused),
    ("member-elsewhere", {"from_branch_id": "b1x"}, Refused),
    ("branch-elsewhere", {"to_branch_id": "b1x"}, Refused),
    ("branch-elsewhere", {"from_committee_id": "c2", "scope": "within_committee"}, Refused),
    ("not-an-endpoint", {"to_committee_id": "g2"}, Refused),
    ("branch-without-committee", {"to_branch_id": "city"}, Refused),
    ("scope-mismatch", {"scope": "within_committee"}, Invalid),
    ("same-branch", {"to_committee_id": "c1", "to_branch_id": "b1", "scope": "within_committee"}, Invalid),
    ("reason-missing", {"reason": ""}, Invalid),
]


@pytest.mark.parametrize(("code", "changed", "kind"), BAD, ids=[code for code, _, _ in BAD])
async def test_a_bad_request_is_refused_with_its_reason(
    world: World, code: str, changed: dict[str, Any], kind: type[YanzhenError]
) -> None:
    with pytest.raises(kind, match=code) as error:
        await world.ask(**changed)
    assert error.value.remedy
    assert world.published() == []


async def test_nobody_is_sent_to_an_organisation_that_was_dissolved(world: World) -> None:
    await world.hear(PartyOrganisationDissolved(organisation_id="b2", reason="merged"))
    with pytest.raises(Refused, match="organisation-dissolved"):
        await world.ask()


async def test_the_general_branch_between_is_no_obstacle(world: World) -> None:
    await world.ask()
    await world.approve()
    await world.accept()
    assert world.accepted().to_branch_id == "b2"


async def test_what_was_never_asked_for_is_unknown(world: World) -> None:
    for act in (letters.approve, letters.reissue, decisions.withdraw, decisions.return_receipt):
        with pytest.raises(NotFound, match="transfer-unknown"):
            await world.do(lambda unit, act=act: act(unit, "t9", "c1", None))  # type: ignore[misc]
    at = world.clock.now()
    moved = MembershipMoved(
        member_id="m1", from_organisation_id="b1", to_organisation_id="b2", transfer_id="t9", moved_at=at
    )
    with pytest.raises(NotFound, match="transfer-unknown"):
        await world.hear(moved)  # a dead letter: the roll moved somebody whom we never let go


async def test_the_record_of_an_examination_is_demanded_until_the_place_does_without(world: World) -> None:
    today = local_date(world.clock.now())
    probation = {"status": "probationary", "admitted_on": today, "probation_ends_on": add_months(today, 12)}
    await world.hear(admitted("m7").model_copy(update=probation))
    with pytest.raises(Invalid, match="examination-missing") as refused:
        await world.ask("t7", member_id="m7")
    assert refused.value.where == "examination_record"
    await world.ask("t7", member_id="m7", examination_record="考察-2026-7")
    assert (await world.transfer("t7"))["examination_record"] == "考察-2026-7"

    adopt = AdoptRules(
        area_code="350000", effective_from=today, source_document="闽组通〔2026〕9号", examination_demanded=False,
        adopted_by="city", adopted_at=world.clock.now(), default=SETTINGS.policy("county"),
    )  # fmt: skip
    await world.do(lambda unit: unit.handle(TRANSFER_RULES, "350000", adopt))
    await world.hear(admitted("m8").model_copy(update={"member_id": "m8", **probation}))
    await world.ask("t8", member_id="m8")
    assert (await world.transfer("t8"))["rules"] == "350000 v1: 闽组通〔2026〕9号"
