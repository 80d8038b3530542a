"""Events per second through a full rebuild of the registry's read models, while somebody reads them.

`python -m benchmarks.rebuild [EVENTS]` (100,000 when left out). The events are units, branches, members, transfers and
posts in the proportions of a district, written straight into the table: what is measured is reading them, deciding which
rows they make, and writing these beside the running ones.
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.report import Target, percentile, show
from benchmarks.rig import CpuMeter, create_databases, embedded_stack, engine_of
from services.registry.domain.member.events import MemberAdmitted, MembershipMoved
from services.registry.domain.organisation.events import PartyOrganisationFounded
from services.registry.domain.post.events import PostAssigned
from services.registry.domain.unit.events import UnitRegistered
from services.registry.model import MODEL
from shared.eventstore.migrate import migrate
from shared.eventstore.rebuild import rebuild_all
from shared.kernel.clock import SystemClock
from shared.kernel.event import DomainEvent
from shared.kernel.identifiers import uscc
from shared.kernel.ids import Uuid7
from shared.kernel.sealed import Sealed
from shared.runtime.garbage import settle_garbage

EVENTS = 100_000
WANTED = 20_000
CHUNK = 5_000
T0 = datetime(2026, 1, 1, tzinfo=UTC)
SEALED = Sealed("sealed:1:key:" + "A" * 40)

_INSERT = text(
    "INSERT INTO events (stream_id, version, event_id, type, schema_version, data, meta, correlation_id, recorded_at)"
    " SELECT *, '{}', 'bench', CAST(:at AS timestamptz) FROM unnest(CAST(:streams AS text[]), CAST(:versions AS int[]),"
    " CAST(:ids AS uuid[]), CAST(:types AS text[]), CAST(:schemas AS int[]), CAST(:data AS jsonb[]))"
)


def district(events: int) -> Iterator[tuple[str, int, DomainEvent]]:
    """(stream, version, event): of ten events five are members, two of whom move, one a post, one a unit, one a branch."""
    for number in range(events // 10):
        branch = f"b{number}"
        yield f"organisation-{branch}", 1, PartyOrganisationFounded(
            organisation_id=branch, name=f"第{number}党支部", kind="branch", parent_id="c", area_code="430702",
            can_approve_probationary=False,
        )  # fmt: skip
        code = uscc.make("91", "430702", f"{number:09d}")
        yield (
            f"unit-{code}",
            1,
            UnitRegistered(uscc=code, name=f"第{number}有限公司", kind="enterprise", area_code="430702", staff=9),
        )
        for one in range(5):
            member = f"m{number}-{one}"
            yield f"member-{member}", 1, MemberAdmitted(
                member_id=member, organisation_id=branch, status="formal", admitted_on=date(2020, 7, 1), name=SEALED,
                resident_id=SEALED,
            )  # fmt: skip
            if one < 2:
                yield f"member-{member}", 2, MembershipMoved(
                    member_id=member, from_organisation_id=branch, to_organisation_id=f"b{number // 2}",
                    transfer_id=f"t-{member}", moved_at=T0,
                )  # fmt: skip
        yield f"post-p{number}", 1, PostAssigned(
            post_id=f"p{number}", kind="instructor", person_id=f"m{number}-0", scope="organisation", scope_id=branch,
            since=date(2026, 1, 1),
        )  # fmt: skip


async def fill(engine: AsyncEngine, events: int) -> None:
    """Store the district's events."""
    ids = Uuid7(SystemClock())
    waiting = list(district(events))
    for start in range(0, len(waiting), CHUNK):
        part = waiting[start : start + CHUNK]
        columns = {
            "streams": [stream for stream, _, _ in part],
            "versions": [version for _, version, _ in part],
            "ids": [ids() for _ in part],
            "types": [event.type for _, _, event in part],
            "schemas": [event.schema_version for _, _, event in part],
            "data": [event.model_dump_json() for _, _, event in part],
        }
        async with engine.begin() as connection:
            await connection.execute(_INSERT, columns | {"at": T0})


async def read(engine: AsyncEngine, waits: list[float]) -> None:
    """Somebody who looks at members, until cancelled."""
    query = text("SELECT member_id, organisation_id FROM members ORDER BY member_id LIMIT 50")
    while True:
        began = time.perf_counter()
        async with engine.connect() as connection:
            (await connection.execute(query)).all()
        waits.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.02)


async def run(events: int) -> None:
    """Measure once."""
    async with embedded_stack() as stack:
        await create_databases(stack, ["registry"])
        engine = engine_of(stack.database_url("registry"))
        await migrate(engine, MODEL)
        await fill(engine, events)
        own = [projection for projection in MODEL.projections if not projection.foreign]
        await rebuild_all(engine, MODEL, own)  # the rows that the reader sees meanwhile
        settle_garbage()  # as the commands do
        waits: list[float] = []
        reader = asyncio.create_task(read(engine, waits))
        meter = CpuMeter({"rebuild": os.getpid(), "database": stack.pids["postgres"]}, alone=["rebuild"])
        began = time.perf_counter()
        await rebuild_all(engine, MODEL, own)
        seconds = time.perf_counter() - began
        spent = meter.spent()
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        await engine.dispose()
    show(
        f"full rebuild of {len(own)} read models from {events:,} events",
        {"seconds": seconds, "events per CPU second": events / sum(spent.values())}
        | {f"CPU s of the {name}": value for name, value in spent.items()}
        | {"reads' p95 meanwhile, ms": percentile(waits, 95)},
        [Target("events rebuilt per second, all read models", events / seconds, WANTED, unit="/s")],
    )


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS))
