"""Relay, consumer, door and traces."""

from typing import Any

from tests.support.mutations.switch import claim_off, mutation, replace


@mutation
def order_of_the_queue_ignored() -> None:
    from shared.messaging import postgres_outbound as module

    turned = module._SEQUENCE.replace("row_number() OVER (ORDER BY id)", "row_number() OVER (ORDER BY id DESC)")
    assert turned != module._SEQUENCE
    replace(module, "_SEQUENCE", turned)


@mutation
def leader_lock_not_taken() -> None:
    from sqlalchemy import text

    from shared.messaging import postgres_outbound as module

    replace(module, "_LOCK", text("SELECT CAST(:lock AS bigint) IS NOT NULL"))


@mutation
def fence_off() -> None:
    import re

    from shared.messaging import nats_bus

    original: Any = nats_bus.__dict__["frame"]

    def frame(subject: str, reply: str, lines: str, data: bytes) -> bytes:
        return bytes(original(subject, reply, re.sub(r"Nats-Expected-Last-Sequence: \d+\r\n", "", lines), data))

    replace(nats_bus, "frame", frame)


@mutation
def lost_messages_not_published_again() -> None:
    from shared.messaging.relay import Relay

    async def recover(self: Relay, leadership: Any) -> None:
        self.published = await leadership.last_position()

    replace(Relay, "_recover", recover)


@mutation
def stream_ahead_not_noticed() -> None:
    from shared.messaging import relay

    original = relay.Relay._recover

    async def recover(self: Any, leadership: Any) -> None:
        try:
            await original(self, leadership)
        except relay.StreamAhead:
            return

    replace(relay.Relay, "_recover", recover)


@mutation
def cursor_not_compared() -> None:
    claim_off("_claim_cursors", "CLAIM_CURSORS")


@mutation
def gaps_not_noticed() -> None:
    from shared.messaging import consumer

    replace(consumer, "is_gap", lambda envelope, cursor: False)


@mutation
def keys_not_parked() -> None:
    from shared.messaging.holding import Holding

    replace(Holding, "__contains__", lambda self, key: False)


@mutation
def killer_messages_not_counted() -> None:
    from shared.eventstore.memory import MemoryStore

    async def note_opening(self: Any, consumer: str, source: str, positions: Any) -> int:
        return 1

    replace(MemoryStore, "note_opening", note_opening)


@mutation
def inbox_not_kept() -> None:
    from shared.eventstore.postgres.store import PostgresStore

    async def nothing(self: Any, source: str, message_ids: Any) -> set[str]:
        return set()

    claim_off("_claim_inbox", "CLAIM_INBOX")
    replace(PostgresStore, "known_in_inbox", nothing)


@mutation
def effects_without_their_own_span() -> None:
    from contextlib import nullcontext

    from shared.runtime.meters import TracedMeter

    replace(TracedMeter, "message", lambda self, envelope, event: nullcontext(envelope.cause()))


@mutation
def failures_of_unsampled_traces_dropped() -> None:
    from shared.observability.provisional import Provisional

    replace(Provisional, "_decide", lambda self: None)


@mutation
def backup_without_the_barrier() -> None:
    from services.cli.backups import barrier

    replace(barrier, "HOLD", "SELECT 1")


@mutation
def holes_not_noticed() -> None:
    from shared.runtime import stream_patrol

    _passing_over(stream_patrol)


@mutation
def history_read_past_holes() -> None:
    from shared.messaging import history

    _passing_over(history)


def _passing_over(module: Any) -> None:
    original = module.__dict__["read_whole"]

    def read_whole(bus: Any, stream: str, after: int, up_to: int, _: Any) -> Any:
        return original(bus, stream, after, up_to, lambda hole: None)

    replace(module, "read_whole", read_whole)
