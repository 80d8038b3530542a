"""Privileged commands leave a record in the audit trail of the service they are about, before they do anything."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.eventstore.audit import AuditEntry
from shared.eventstore.postgres import audit_trail


async def on_record(
    engine: AsyncEngine,
    actor: str,
    action: str,
    subject: str = "",
    *,
    purpose: str = "",
    outcome: str = "asked",
    **detail: Any,
) -> None:
    """Write it down and return once it is durable: what is not on record is not done."""
    entry = AuditEntry(datetime.now(UTC), actor, action, purpose, subject, outcome, "", detail)
    async with engine.begin() as connection:
        await audit_trail.append(connection, [entry])
