"""Seals, keys, the audit trail, erasure."""

from typing import Any

from tests.support.mutations.switch import claim_off, mutation, replace


@mutation
def seal_not_bound_to_its_person() -> None:
    from shared.privacy import sealer

    replace(sealer, "_bound_to", lambda *_: b"")


@mutation
def erasure_keeps_the_key() -> None:
    from shared.privacy.memory_keyring import InMemoryKeyring

    async def destroy(self: Any, person_id: str) -> bool:
        return True

    replace(InMemoryKeyring, "destroy", destroy)


@mutation
def audit_chain_not_checked() -> None:
    from shared.eventstore.audit import AuditRecord, ChainCheck

    def see(self: ChainCheck, record: AuditRecord) -> None:
        self._tip = (record.number, record.hash)

    replace(ChainCheck, "see", see)


@mutation
def audit_anchors_ignored() -> None:
    from shared.eventstore.audit import ChainCheck

    original = ChainCheck.__init__
    replace(ChainCheck, "__init__", lambda self, anchors=(): original(self))


@mutation
def audit_apart_from_its_effect() -> None:
    import contextlib

    from shared.eventstore.postgres import audit_trail

    original = audit_trail.append

    async def append(connection: Any, entries: Any) -> None:
        with contextlib.suppress(Exception):
            async with connection.engine.begin() as own:
                await original(own, entries)

    replace(audit_trail, "append", append)


@mutation
def audit_trail_not_locked() -> None:
    from sqlalchemy import text

    from shared.eventstore.postgres import audit_trail

    replace(audit_trail, "_LOCK", text("SELECT CAST(:lock AS bigint) IS NOT NULL"))


@mutation
def anybody_has_anything_opened() -> None:
    from shared.privacy import resolve_door

    replace(resolve_door, "require_right", lambda role, purpose, fields: None)


@mutation
def answered_without_a_record() -> None:
    from shared.privacy.resolve_door import ResolveDoor

    async def record(*_: Any) -> None:
        return

    replace(ResolveDoor, "_record", record)


@mutation
def erasure_leaves_the_blind_index() -> None:
    from shared.eventstore.unit_of_work import UnitOfWork

    replace(UnitOfWork, "unindex", lambda self, owner, kind="": None)


@mutation
def erasure_does_not_wait() -> None:
    from services.registry.application.erasing import Erasing

    original = Erasing._pending

    async def pending(self: Erasing) -> list[dict[str, Any]]:
        return [row | {"open": False} for row in await original(self)]

    replace(Erasing, "_pending", pending)


@mutation
def two_owners_of_one_number() -> None:
    claim_off("claim_index")


@mutation
def retired_keys_accepted() -> None:
    from shared.privacy import keyring_schema

    replace(keyring_schema, "_REFUSING", "SELECT 1")


@mutation
def messages_are_not_forgotten() -> None:
    from services.notify.domain.message.events import MessageForgotten
    from services.notify.projections.messages import MESSAGES_AND_SENDS

    replace(MESSAGES_AND_SENDS, "own", {k: v for k, v in MESSAGES_AND_SENDS.own.items() if k is not MessageForgotten})


@mutation
def words_are_encoded_and_not_encrypted() -> None:
    import base64

    from shared.kernel.sealed import Sealed
    from shared.privacy.remote_sealer import RemoteSealer

    async def seal_many(self: RemoteSealer, values: Any) -> list[Sealed]:
        plain = [base64.urlsafe_b64encode(one.plaintext.encode().ljust(40)).rstrip(b"=").decode() for one in values]
        return [Sealed(f"sealed:1:none:{one}") for one in plain]

    replace(RemoteSealer, "seal_many", seal_many)
