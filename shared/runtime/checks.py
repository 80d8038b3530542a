"""Readiness: database ∧ broker ∧ relay ∧ consumers ∧ timers. Each check says what it found, for a person to read."""

from typing import TYPE_CHECKING

from sqlalchemy import text

from shared.kernel.errors import Unavailable
from shared.runtime.definition import Running
from shared.web.health import Health

if TYPE_CHECKING:
    from shared.runtime.process import ServiceProcess


def register_checks(health: Health, process: "ServiceProcess", running: Running) -> None:
    """Register the checks of a service process."""

    async def database() -> str:
        async with running.reading() as connection:
            await connection.execute(text("SELECT 1"))
        return "answers"

    async def broker() -> str:
        if not running.client.is_connected:
            raise Unavailable("broker-down", "not connected to the broker")
        if reason := process.refusals.reason:
            raise Unavailable("broker-refuses", reason, remedy="see its log for the subject, and its seed and account")
        last = await running.bus.last_sequence(process.definition.stream)
        return f"{process.definition.stream} ends at {last}"

    async def relay() -> str:
        assert process.relay is not None  # noqa: S101
        if process.relay.trouble:
            raise Unavailable("relay-stopped", process.relay.trouble)
        return f"leading, published {process.relay.published}" if process.relay.leading else "another replica leads"

    async def consumers() -> str:
        troubled = [f"{c.source}: {c.trouble}" for c in process.consumers if c.trouble]
        if process.door is not None and process.door.trouble:
            troubled.append(f"inbound: {process.door.trouble}")
        if troubled:
            raise Unavailable("consumers-stuck", "; ".join(troubled))
        return ", ".join(f"{c.source} at {c.position}" for c in process.consumers) or "follows nobody"

    async def timers() -> str:
        assert process.timers is not None  # noqa: S101
        if process.timers.trouble:
            raise Unavailable("timers-stuck", process.timers.trouble)
        return f"fired {process.timers.fired}"

    health.register("database", database)
    health.register("broker", broker)
    if process.relay is not None:
        health.register("relay", relay)
    if process.timers is not None:
        health.register("consumers", consumers)
        health.register("timers", timers)
