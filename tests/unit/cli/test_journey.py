from datetime import UTC, datetime, timedelta
from typing import Any

from services.cli.journey import Step, deliveries, journey

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def step(event_id: str, cause: str | None = None, ms: int = 0, **more: Any) -> Step:
    service = more.pop("service", "mobility")
    kind = more.pop("type", "happened")
    at = BEGAN + timedelta(milliseconds=ms)
    return Step(service, event_id, kind, f"stream-{event_id}", 1, cause, "somebody", at, **more)


def test_effects_hang_below_their_causes_in_order_of_time() -> None:
    told = journey([step("late", "root", 9), step("root"), step("early", "root", 3), step("leaf", "early", 5)])

    assert told is not None
    assert [s.event_id for s in told.roots] == ["root"]
    assert [s.event_id for s in told.caused["root"]] == ["early", "late"]
    assert [s.event_id for s in told.caused["early"]] == ["leaf"]
    assert told.began == BEGAN


def test_other_stories_under_the_same_correlation_are_left_out() -> None:
    told = journey([
        step("import", own=False),
        step("mine", "import", 1),
        step("effect", "mine", 2, own=False),
        step("other", "import", 1, own=False),
        step("other-effect", "other", 2, own=False),
    ])  # fmt: skip

    assert told is not None
    assert [s.event_id for s in told.steps] == ["import", "mine", "effect"]


def test_a_cause_that_is_not_there_makes_a_root_and_nothing_makes_no_journey() -> None:
    told = journey([step("orphan", "elsewhere")])

    assert told is not None
    assert [s.event_id for s in told.roots] == ["orphan"]
    assert journey([]) is None
    assert journey([step("foreign", own=False)]) is None


def test_each_message_has_its_last_word() -> None:
    def message(event_id: str, kind: str, ms: int, message_id: str, party: str, **more: Any) -> Step:
        return step(
            event_id,
            None,
            ms,
            service="notify",
            type=kind,
            message_id=message_id,
            party_id=party,
            channel="sms",
            **more,
        )

    sent = deliveries([
        message("3", "message-delivered", 90, "m1", "p2"),
        message("1", "message-queued", 10, "m1", "p2", template="relocated"),
        message("2", "message-submitted", 20, "m1", "p2"),
        message("4", "message-queued", 10, "m2", "p1", template="relocated"),
        message("5", "message-undelivered", 30, "m2", "p1", code="550"),
        step("6", type="transfer-accepted"),
    ])  # fmt: skip

    assert [(d.party_id, d.template, d.outcome) for d in sent] == [
        ("p1", "relocated", "550"),
        ("p2", "relocated", "delivered"),
    ]
    assert sent[1].at == BEGAN + timedelta(milliseconds=90)


def test_without_the_deliveries_what_they_caused_hangs_below_what_caused_them() -> None:
    told = journey(
        [
            step("accepted"),
            step("queued", "accepted", 1, message_id="m", party_id="p", channel="sms"),
            step("notified", "queued", 2, party_id="p", channel="sms"),
            step("propagated", "notified", 3),
            step("delivered", None, 2, message_id="m", party_id="p", channel="sms"),
            step("late", "delivered", 4),
        ],
        deliveries_too=False,
    )

    assert told is not None
    assert [s.event_id for s in told.roots] == ["accepted", "late"]
    assert [s.event_id for s in told.caused["accepted"]] == ["propagated"]
    assert len(told.steps) == 6
