"""The named person of a party is reminded of an overdue duty, its superior hears of silence; each once, by name."""

from datetime import UTC, datetime

import pytest

from shared.contracts.mobile_members import CareDutyEscalated, CareDutyOverdue, LossProposed
from tests.integration.notify.world import Sinks, World

DUE = datetime(2026, 4, 30, 15, 59, 59, 999999, tzinfo=UTC)


def duty(world: World) -> dict[str, object]:
    return {"care_id": world.transfer_id, "member_id": "m1", "duty_id": "contact.origin", "kind": "contact",
            "origin_branch_id": "b1", "organisation_id": "b1", "person_id": "m2", "due_at": DUE}  # fmt: skip


@pytest.mark.usefixtures("served")
async def test_the_person_whose_duty_is_overdue_is_reminded_once(world: World, sinks: Sinks) -> None:
    await world.admit("m2", phone="13900139002", email="m2@mail.example")
    event = CareDutyOverdue.model_validate(duty(world) | {"holder_role": "origin"})
    for _ in range(2):
        await world.hear(event)
    await world.send()
    rows = await world.store.find_rows("messages", {"relocation_id": world.transfer_id})
    assert sorted(row["channel"] for row in rows) == ["email", "sms"]
    for row in rows:
        await world.until(row["message_id"], "delivered")
    [mail] = await sinks.mails(next(row["message_id"] for row in rows if row["channel"] == "email"))
    assert mail["recipients"] == ["m2@mail.example"]
    assert "中共第一支部王小雁同志的流动党员联系服务事项已于2026年4月30日到期" in mail["text"]


@pytest.mark.usefixtures("served")
async def test_silence_and_proposals_go_to_the_office_that_has_to_look(world: World, sinks: Sinks) -> None:
    await world.hear(CareDutyEscalated.model_validate(duty(world) | {"superior_id": "b2"}))
    lost = LossProposed(member_id="m1", proposal="stop_membership", branch_id="b1", body_id="b2", due_at=DUE)
    await world.hear(lost)
    await world.send()
    for about, words in ((world.transfer_id, "请予督促"), ("m1", "系统只作提醒，不作任何决定")):
        rows = await world.store.find_rows("messages", {"relocation_id": about, "channel": "email"})
        [mail] = await sinks.mails(rows[0]["message_id"])
        assert mail["recipients"] == ["b2@office.example"]
        assert words in mail["text"]
