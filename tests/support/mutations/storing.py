"""The store: versions, claims, append-only, rebuilding."""

from typing import Any

from tests.support.mutations.switch import claim_off, mutation, replace


@mutation
def append_only_trigger_dropped() -> None:
    from shared.eventstore.postgres import schema

    kept = tuple(s for s in schema.DDL if "append_only" not in s)
    replace(schema, "DDL", kept)


@mutation
def application_may_update_events() -> None:
    from shared.eventstore.postgres import grants

    replace(grants, "APPLICATION", {**grants.APPLICATION, "events": "SELECT, INSERT, UPDATE"})


@mutation
def stream_versions_not_checked() -> None:
    from shared.eventstore.postgres import store

    claim_off("_claim_streams", "OPEN_STREAMS", "MOVE_STREAMS")
    replace(store, "collisions", lambda works: {})


@mutation
def remembered_reads_not_checked() -> None:
    claim_off("_check_reads", "READS_HOLD", "READS_ABSENT")


@mutation
def one_bad_work_fails_its_group() -> None:
    from shared.eventstore.postgres import store
    from shared.eventstore.records import Work

    original = store.PostgresStore.commit

    async def commit(self: Any, works: list[Work]) -> Any:
        outcomes = await original(self, works)
        failed = next((o for o in outcomes if o is not None), None)
        return [failed] * len(works)

    replace(store.PostgresStore, "commit", commit)


@mutation
def timers_not_claimed() -> None:
    from shared.eventstore.postgres import store

    claim_off("_claim_timers", "CLAIM_TIMERS")
    replace(store, "collisions", lambda works: {})


@mutation
def idempotency_keys_not_claimed() -> None:
    from shared.eventstore.executor import Executor

    async def unknown(self: Any, once: Any) -> None:
        return None

    claim_off("_claim_keys", "CLAIM_KEYS")
    replace(Executor, "_known", unknown)


@mutation
def rebuild_without_the_lock() -> None:
    from shared.eventstore import filling

    original: Any = filling.__dict__["text"]

    def text(statement: str) -> Any:
        return original("SELECT 1" if statement.startswith(("LOCK TABLE", "SELECT 1 FROM cursors")) else statement)

    replace(filling, "text", text)


@mutation
def a_busy_database_condemns() -> None:
    from shared.eventstore.postgres import store

    replace(store, "_GONE", ("08", "57P", "53"))


@mutation
def a_silent_database_is_waited_for() -> None:
    from shared.runtime import silent_connections

    replace(silent_connections, "watch", lambda driver: None)
