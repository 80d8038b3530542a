"""Registry, assessment and notify as mobility sees them: each follows it, stores its answers and publishes them through a relay
of its own. They keep no read models. All three in one process, beside the one that is measured.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from benchmarks.rig import engine_of, nats_client, quiet
from shared.contracts.assessment import RosterUpdated
from shared.contracts.base import PublicEvent
from shared.contracts.mobility import TransferAccepted
from shared.contracts.notify import MessageDelivered
from shared.contracts.registry import MembershipMoved
from shared.embedded.parent_death import die_with_parent
from shared.embedded.stack import EmbeddedStack
from shared.eventstore.model import ServiceModel
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.unit_of_work import UnitOfWork
from shared.messaging.consumer import Consumer
from shared.messaging.handlers import Handlers, On
from shared.messaging.nats_bus import NatsBus
from shared.messaging.postgres_outbound import PostgresOutboundQueue
from shared.messaging.relay import Relay
from shared.runtime.garbage import settle_garbage
from tests.support.kernel import assemble

NAMES = ("registry", "assessment", "notify")


def answers(event: TransferAccepted) -> dict[str, list[PublicEvent]]:
    """What each of the three publishes about an acceptance."""
    at = datetime.now(UTC)
    moved = MembershipMoved(
        member_id=event.member_id,
        from_organisation_id=event.from_branch_id,
        to_organisation_id=event.to_branch_id,
        transfer_id=event.transfer_id,
        moved_at=at,
    )
    roster = RosterUpdated(
        member_id=event.member_id,
        relocation_id=event.transfer_id,
        from_branch_id=event.from_branch_id,
        to_branch_id=event.to_branch_id,
        instructor_ids=("i1",),
        updated_at=at,
    )
    told: list[PublicEvent] = []
    for one in event.parties:
        for channel in one.channels:
            cite = {
                "message_id": f"{one.party_id}-{channel}",
                "relocation_id": event.transfer_id,
                "party_id": one.party_id,
                "channel": channel,
            }
            told.append(MessageDelivered(**cite, receipt_id="r", delivered_at=at))  # type: ignore[arg-type]
    return {"registry": [moved], "assessment": [roster], "notify": told}


async def _answer(name: str, nats_url: str, database_url: str) -> None:
    async def react(event: TransferAccepted, unit: UnitOfWork) -> None:
        for one in answers(event)[name]:
            unit.announce(one)

    engine = engine_of(database_url)
    model = ServiceModel(name, ())
    kernel = assemble(model, PostgresStore(engine, model.views))
    bus = NatsBus(await nats_client(nats_url), inbox_prefix=f"_INBOX_{name}")
    relay = Relay(f"OUT_{name.upper()}", PostgresOutboundQueue(engine), bus, kernel.executor.clock, kernel.wakeup)
    handlers = Handlers(model, {TransferAccepted: On(react)})
    await asyncio.gather(relay.run(), Consumer(name, "OUT_MOBILITY", handlers, kernel.executor, bus).run())


@asynccontextmanager
async def answering(stack: EmbeddedStack) -> AsyncIterator[int]:
    """The process, as long as it is wanted; its id."""
    urls = [stack.database_url(name) for name in NAMES]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.answering", stack.nats_url, *urls,
        env=os.environ, preexec_fn=die_with_parent(signal.SIGKILL),
    )  # fmt: skip
    try:
        yield process.pid
    finally:
        process.kill()
        await process.wait()


async def _main(nats_url: str, *urls: str) -> None:
    quiet()
    settle_garbage()
    await asyncio.gather(*(_answer(name, nats_url, url) for name, url in zip(NAMES, urls, strict=True)))


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
