"""Commands on real PostgreSQL: once per key, again after a conflict, and never from a stale memory."""

import asyncio
from collections.abc import Mapping

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.eventstore.context import Cause
from shared.eventstore.executor import Answer, Once
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.records import StoredEvent
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import ConcurrencyConflict, IdempotencyMismatch, PreconditionFailed, Refused
from tests.support.kernel import Kernel, assemble
from tests.support.sample import ACCOUNT, MODEL, VIEWS, Close, Credit, Open


@pytest.fixture
async def kernel(engine: AsyncEngine) -> Kernel:
    await migrate(engine, MODEL)
    return assemble(MODEL, PostgresStore(engine, VIEWS))


def twin(kernel: Kernel) -> Kernel:
    """Another process on the same database: its memory is its own."""
    return assemble(MODEL, kernel.store, seed=2)


async def run(kernel: Kernel, *commands: object, expected: int | None = None) -> None:
    async def job(unit: UnitOfWork) -> None:
        for command in commands:
            await unit.handle(ACCOUNT, "a", command, expected=expected)  # type: ignore[arg-type]

    await kernel.executor.run(job, Cause("a"))


async def balance(kernel: Kernel) -> int:
    return int((await kernel.executor.run(lambda unit: unit.state(ACCOUNT, "a"), Cause("a"))).cents)


async def test_a_hundred_at_once_on_one_stream_all_count(kernel: Kernel) -> None:
    await run(kernel, Open(account="a"))
    other = twin(kernel)
    results = await asyncio.gather(
        *(run(k, Credit(account="a", cents=1)) for _ in range(20) for k in (kernel, other)), return_exceptions=True
    )
    counted = results.count(None)
    assert counted > 0
    assert {type(r) for r in results} <= {type(None), ConcurrencyConflict}
    assert await balance(assemble(MODEL, kernel.store)) == counted


async def test_a_request_repeated_at_once_or_later_takes_effect_once(kernel: Kernel) -> None:
    await run(kernel, Open(account="a"))

    async def job(unit: UnitOfWork) -> Answer:
        await unit.handle(ACCOUNT, "a", Credit(account="a", cents=7))
        return Answer(201, {"version": await unit.version(ACCOUNT, "a")})

    once = Once("key", "print")
    answers = await asyncio.gather(
        *(k.executor.run_once(job, Cause("a"), once) for k in (kernel, twin(kernel), kernel, twin(kernel)))
    )
    answers.append(await kernel.executor.run_once(job, Cause("a"), once))
    assert {(a.status, a.body["version"]) for a in answers} == {(201, 2)}
    assert [a.repeated for a in answers].count(False) == 1
    assert await balance(assemble(MODEL, kernel.store)) == 7
    with pytest.raises(IdempotencyMismatch):
        await kernel.executor.run_once(job, Cause("a"), Once("key", "another"))


async def test_nobody_is_refused_because_of_what_this_process_remembers(kernel: Kernel) -> None:
    other = twin(kernel)
    with pytest.raises(Refused):
        await run(other, Credit(account="a", cents=1))  # remembers that there is no such account
    await run(kernel, Open(account="a"))
    await run(other, Credit(account="a", cents=1))
    assert await balance(kernel) == 1


async def test_nothing_is_done_on_the_strength_of_what_this_process_remembers(kernel: Kernel) -> None:
    other = twin(kernel)
    await run(kernel, Open(account="a"))
    assert await balance(other) == 0
    await run(kernel, Close())
    with pytest.raises(Refused):
        await run(other, Credit(account="a", cents=0))  # nothing to do on an open account, refused on a closed one
    other = twin(kernel)
    with pytest.raises(Refused):
        await run(other, Credit(account="a", cents=1))
    await run(other, Close())  # closed already: nothing to do, and it looked before it said so
    assert len((await kernel.store.read_streams({"account-a": 0}))["account-a"]) == 2


async def test_a_stale_version_is_told(kernel: Kernel) -> None:
    await run(kernel, Open(account="a"))
    await run(kernel, Credit(account="a", cents=1), expected=1)
    with pytest.raises(PreconditionFailed) as caught:
        await run(kernel, Credit(account="a", cents=1), expected=1)
    assert caught.value.code == "stale-version"


async def test_own_writes_are_read_at_once(kernel: Kernel) -> None:
    await run(kernel, Open(account="a"), Credit(account="a", cents=3))
    assert await kernel.store.get_rows("accounts", [("a",)]) == {("a",): {"account": "a", "cents": 3, "state": "open"}}


async def presuming(kernel: Kernel, command: Open | Credit | Close) -> None:
    async def job(unit: UnitOfWork) -> None:
        unit.presume_new(ACCOUNT, "a")
        await unit.handle(ACCOUNT, "a", command)

    await kernel.executor.run(job, Cause("a"))


async def test_what_is_presumed_new_is_not_read_and_what_was_not_new_is_found_out(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[object] = []
    read = kernel.store.read_streams

    async def counting(after: Mapping[str, int]) -> dict[str, list[StoredEvent]]:
        reads.append(after)
        return await read(after)

    monkeypatch.setattr(kernel.store, "read_streams", counting)
    await presuming(kernel, Open(account="a"))
    assert reads == []
    with pytest.raises(Refused, match="open already"):
        await presuming(twin(kernel), Open(account="a"))  # decided, and lost at the commit
    await presuming(twin(kernel), Credit(account="a", cents=3))  # refused on the presumption: not believed
    await presuming(twin(kernel), Close())  # nothing to do on the presumption: not believed either
    account = await twin(kernel).executor.run(lambda unit: unit.state(ACCOUNT, "a"), Cause("a"))
    assert (account.cents, account.closed) == (3, True)
