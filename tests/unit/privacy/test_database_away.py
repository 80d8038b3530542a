"""A database that is away is said to be away, in our own words and not in the driver's."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notify.model import MODEL
from services.notify.sending.to_do import SqlToDo
from shared.eventstore.memory import MemoryStore
from shared.kernel.errors import Unavailable
from shared.privacy.key_encryption import LocalKeyEncryption
from shared.privacy.postgres_keyring import PostgresKeyring
from shared.runtime.connect import make_engine


@pytest.fixture
async def away() -> AsyncIterator[AsyncEngine]:
    """A port at which nobody listens, kept so that nobody begins to."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        engine = make_engine(f"postgresql+asyncpg://nobody@127.0.0.1:{kept.getsockname()[1]}/none")
        yield engine
        await engine.dispose()


async def test_bug_1000_a_keyring_whose_database_is_away_is_unavailable(away: AsyncEngine) -> None:
    """It was the driver's error, and so a 500 for whoever wanted to enter a member."""
    keyring = PostgresKeyring(away, LocalKeyEncryption({"k1": b"k" * 32}))
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: keyring.ensure(["m1"]), lambda: keyring.keys(["m1"]), lambda: keyring.destroy("m1"), keyring.rewrap,
        keyring.versions, lambda: keyring.retire("k0"),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(Unavailable) as raised:
            await call()
        assert raised.value.code == "database-unavailable"


async def test_bug_1001_a_list_of_messages_that_cannot_be_read_is_unavailable(away: AsyncEngine) -> None:
    to_do = SqlToDo(away, MemoryStore(MODEL.views), "sms")
    for call in (lambda: to_do.next([], 10), to_do.attempting):
        with pytest.raises(Unavailable) as raised:
            await call()
        assert raised.value.code == "database-unavailable"
