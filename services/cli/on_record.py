"""Privileged commands leave a record in the audit trail of the service they are about, before they do anything."""

import getpass
import os
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.eventstore.audit import AuditEntry
from shared.eventstore.postgres import audit_trail
from shared.kernel.errors import Invalid

ACTOR_VARIABLE = "YANZHEN_ACTOR"


def who(named: str | None = None) -> str:
    """Who is at the terminal: as named, else `YANZHEN_ACTOR`, else the user of the machine. The one place that says so.

    Raises `Invalid` (`bad-actor`).
    """
    actor = named or os.environ.get(ACTOR_VARIABLE) or f"cli:{getpass.getuser()}"
    if len(actor) > 128 or any(not "!" <= character <= "~" for character in actor):
        raise Invalid(
            "bad-actor", "who acts is an id of visible ASCII, at most 128 long", remedy="give your id, no name"
        )
    return actor


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
