"""Mechanisms switched off, one at a time: a pytest plugin (`-p tests.support.mutations`, variable `YANZHEN_MUTATION`).

A guarantee whose test stays green without its mechanism is a sentence, not a guarantee.
"""

import os
from collections.abc import Callable
from typing import Any

MUTATIONS: dict[str, Callable[[], None]] = {}


def mutation(function: Callable[[], None]) -> Callable[[], None]:
    MUTATIONS[function.__name__.replace("_", "-")] = function
    return function


def pytest_configure() -> None:
    name = os.environ.get("YANZHEN_MUTATION")
    if name:
        MUTATIONS[name]()


def _set(owner: Any, name: str, value: Any) -> None:
    """Replace something that exists: a mutation of what was renamed must not pass for one."""
    assert hasattr(owner, name)
    setattr(owner, name, value)


def _claim_off(name: str, *statements: str) -> None:
    """A claim that nobody can lose: step by step, and as parts of the one statement."""
    from dataclasses import replace

    from shared.eventstore.postgres import claims, one_statement, store
    from shared.eventstore.postgres import statements as sql

    async def nobody_loses(*_: Any) -> dict[int, Exception]:
        return {}

    taken = [getattr(sql, statement) for statement in statements]
    texts = {str(getattr(statement, "text", statement)) for statement in taken}
    original = one_statement.parts_of

    def parts_of(*group: Any) -> Any:
        parts = original(*group)
        return parts and [replace(part, wanted=None) if part.statement in texts else part for part in parts]

    _set(claims, name, nobody_loses)
    _set(store, "parts_of", parts_of)


@mutation
def append_only_trigger_dropped() -> None:
    from shared.eventstore.postgres import schema

    kept = tuple(s for s in schema.DDL if "append_only" not in s)
    _set(schema, "DDL", kept)


@mutation
def application_may_update_events() -> None:
    from shared.eventstore.postgres import grants

    _set(grants, "APPLICATION", {**grants.APPLICATION, "events": "SELECT, INSERT, UPDATE"})


@mutation
def refusals_not_noted() -> None:
    from shared.runtime.broker_refusals import BrokerRefusals

    _set(BrokerRefusals, "note", lambda self, error: False)


@mutation
def anybodys_events_may_be_published() -> None:
    from dataclasses import replace

    from shared.security import broker

    declared = broker.service_identity

    def generous(*arguments: Any) -> Any:
        identity = declared(*arguments)
        every = [f"{name}.evt.>" for name in ("registry", "mobility", "assessment", "notify")]
        return replace(identity, calls=tuple(dict.fromkeys([*identity.calls, *every])))

    _set(broker, "service_identity", generous)


@mutation
def rate_not_limited() -> None:
    from shared.web.rate_limit import Buckets

    _set(Buckets, "take", lambda self, key: 0.0)


@mutation
def stream_versions_not_checked() -> None:
    from shared.eventstore.postgres import store

    _claim_off("_claim_streams", "OPEN_STREAMS", "MOVE_STREAMS")
    _set(store, "collisions", lambda works: {})


@mutation
def remembered_reads_not_checked() -> None:
    _claim_off("_check_reads", "READS_HOLD", "READS_ABSENT")


@mutation
def one_bad_work_fails_its_group() -> None:
    from shared.eventstore.postgres import store
    from shared.eventstore.records import Work

    original = store.PostgresStore.commit

    async def commit(self: Any, works: list[Work]) -> Any:
        outcomes = await original(self, works)
        failed = next((o for o in outcomes if o is not None), None)
        return [failed] * len(works)

    _set(store.PostgresStore, "commit", commit)


@mutation
def order_of_the_queue_ignored() -> None:
    from shared.messaging import postgres_outbound as module

    turned = module._SEQUENCE.replace("row_number() OVER (ORDER BY id)", "row_number() OVER (ORDER BY id DESC)")
    assert turned != module._SEQUENCE
    _set(module, "_SEQUENCE", turned)


@mutation
def leader_lock_not_taken() -> None:
    from sqlalchemy import text

    from shared.messaging import postgres_outbound as module

    _set(module, "_LOCK", text("SELECT CAST(:lock AS bigint) IS NOT NULL"))


@mutation
def fence_off() -> None:
    import re

    from shared.messaging import nats_bus

    original: Any = nats_bus.__dict__["frame"]

    def frame(subject: str, reply: str, lines: str, data: bytes) -> bytes:
        return bytes(original(subject, reply, re.sub(r"Nats-Expected-Last-Sequence: \d+\r\n", "", lines), data))

    _set(nats_bus, "frame", frame)


@mutation
def lost_messages_not_published_again() -> None:
    from shared.messaging.relay import Relay

    async def recover(self: Relay, leadership: Any) -> None:
        self.published = await leadership.last_position()

    _set(Relay, "_recover", recover)


@mutation
def stream_ahead_not_noticed() -> None:
    from shared.messaging import relay

    original = relay.Relay._recover

    async def recover(self: Any, leadership: Any) -> None:
        try:
            await original(self, leadership)
        except relay.StreamAhead:
            return

    _set(relay.Relay, "_recover", recover)


@mutation
def cursor_not_compared() -> None:
    _claim_off("_claim_cursors", "CLAIM_CURSORS")


@mutation
def gaps_not_noticed() -> None:
    from shared.messaging import consumer

    _set(consumer, "is_gap", lambda envelope, cursor: False)


@mutation
def keys_not_parked() -> None:
    from shared.messaging.holding import Holding

    _set(Holding, "__contains__", lambda self, key: False)


@mutation
def killer_messages_not_counted() -> None:
    from shared.eventstore.memory import MemoryStore

    async def note_opening(self: Any, consumer: str, source: str, positions: Any) -> int:
        return 1

    _set(MemoryStore, "note_opening", note_opening)


@mutation
def timers_not_claimed() -> None:
    from shared.eventstore.postgres import store

    _claim_off("_claim_timers", "CLAIM_TIMERS")
    _set(store, "collisions", lambda works: {})


@mutation
def idempotency_keys_not_claimed() -> None:
    from shared.eventstore.executor import Executor

    async def unknown(self: Any, once: Any) -> None:
        return None

    _claim_off("_claim_keys", "CLAIM_KEYS")
    _set(Executor, "_known", unknown)


@mutation
def inbox_not_kept() -> None:
    from shared.eventstore.postgres.store import PostgresStore

    async def nothing(self: Any, source: str, message_ids: Any) -> set[str]:
        return set()

    _claim_off("_claim_inbox", "CLAIM_INBOX")
    _set(PostgresStore, "known_in_inbox", nothing)


@mutation
def rebuild_without_the_lock() -> None:
    from shared.eventstore import rebuild

    original: Any = rebuild.__dict__["text"]

    def text(statement: str) -> Any:
        return original("SELECT 1" if statement.startswith(("LOCK TABLE", "SELECT 1 FROM cursors")) else statement)

    _set(rebuild, "text", text)


@mutation
def membership_moved_from_anywhere() -> None:
    from services.registry.domain.member import decider
    from services.registry.domain.member.events import MembershipMoved

    _set(decider, "_move", lambda command, state: [MembershipMoved(**command.model_dump())])


@mutation
def second_transfer_allowed() -> None:
    from services.mobility.domain.member_case import MEMBER_CASE, OpenCase

    original = MEMBER_CASE.decide

    def decide(command: Any, state: Any) -> Any:
        return original(command, MEMBER_CASE.initial if isinstance(command, OpenCase) else state)

    object.__setattr__(MEMBER_CASE, "decide", decide)


@mutation
def propagated_before_all_is_in() -> None:
    from services.mobility.processes.relocation import decide

    _set(decide, "complete", lambda state, started: True)


@mutation
def sent_again_while_unknown() -> None:
    from services.notify.domain.message import attempts
    from services.notify.domain.message.events import AttemptStarted

    def start(command: Any, state: Any) -> Any:
        due = state.policy.result_due_at(command.started_at)
        return [AttemptStarted(**state.cites, **dict(command), result_due_at=due)]

    _set(attempts, "start", start)


@mutation
def seal_not_bound_to_its_person() -> None:
    from shared.privacy import sealer

    _set(sealer, "_bound_to", lambda *_: b"")


@mutation
def erasure_keeps_the_key() -> None:
    from shared.privacy.memory_keyring import InMemoryKeyring

    async def destroy(self: Any, person_id: str) -> bool:
        return True

    _set(InMemoryKeyring, "destroy", destroy)


@mutation
def unknown_actions_allowed() -> None:
    from shared.security import policy

    _set(policy, "TABLE", _Lenient(policy.TABLE, policy.TABLE["rule-set.read"]))


class _Lenient(dict[str, Any]):
    """A table that has a row for everything."""

    def __init__(self, table: Any, row: Any) -> None:
        super().__init__(table)
        self._row = row

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name, self._row)

    def __missing__(self, name: str) -> Any:
        return self._row


@mutation
def scope_not_compared() -> None:
    from shared.security import policy

    _set(policy, "within", lambda *_: True)


@mutation
def signatures_not_verified() -> None:
    from shared.security import tokens

    _set(tokens, "_is_signed", lambda *_: True)


@mutation
def development_tokens_everywhere() -> None:
    from shared.security.tokens import TokenVerifier

    initialise = TokenVerifier.__init__

    def lenient(self: Any, keys: Any, **options: Any) -> None:
        initialise(self, keys, **options | {"development": True})

    _set(TokenVerifier, "__init__", lenient)


@mutation
def a_timer_stops_the_membership() -> None:
    from services.mobility.domain.lost_contact import decider
    from services.mobility.domain.lost_contact.events import LossDecided, LossProposed

    propose = decider._propose

    def rash(command: Any, state: Any) -> Any:
        events = propose(command, state)
        decided = [
            LossDecided(
                member_id=event.member_id,
                proposal=event.proposal,
                agreed=True,
                branch_id=event.branch_id,
                decided_by=event.branch_id,
                approved_by=event.body_id,
                person_id="nobody",
                decided_on=command.now.date(),
                text="time is over",
                ask_again_at=None,
                decided_at=command.now,
            )
            for event in events
            if isinstance(event, LossProposed)
        ]
        return [*events, *decided]

    _set(decider, "_propose", rash)


@mutation
def duties_stay_with_who_left() -> None:
    from services.mobility.domain.care import duties

    _set(duties, "reassigned", lambda before, after: [])


@mutation
def the_lead_leaves_with_its_party() -> None:
    from services.mobility.domain.care import decider
    from services.mobility.domain.care.events import CareLeadChanged

    remove = decider._remove
    _set(
        decider,
        "_remove",
        lambda command, state: [one for one in remove(command, state) if not isinstance(one, CareLeadChanged)],
    )


@mutation
def a_timer_stops_the_membership() -> None:
    from services.mobility.domain.lost_contact import decider
    from services.mobility.domain.lost_contact.events import LossDecided, LossProposed

    propose = decider._propose

    def rash(command: Any, state: Any) -> Any:
        events = propose(command, state)
        decided = [
            LossDecided(
                member_id=event.member_id,
                proposal=event.proposal,
                agreed=True,
                branch_id=event.branch_id,
                decided_by=event.branch_id,
                approved_by=event.body_id,
                person_id="nobody",
                decided_on=command.now.date(),
                text="time is over",
                ask_again_at=None,
                decided_at=command.now,
            )
            for event in events
            if isinstance(event, LossProposed)
        ]
        return [*events, *decided]

    _set(decider, "_propose", rash)


@mutation
def duties_stay_with_who_left() -> None:
    from services.mobility.domain.care import duties

    _set(duties, "reassigned", lambda before, after: [])


@mutation
def the_lead_leaves_with_its_party() -> None:
    from services.mobility.domain.care import decider
    from services.mobility.domain.care.events import CareLeadChanged

    remove = decider._remove
    _set(
        decider,
        "_remove",
        lambda command, state: [one for one in remove(command, state) if not isinstance(one, CareLeadChanged)],
    )
