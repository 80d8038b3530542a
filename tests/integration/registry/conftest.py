"""The registry behind its HTTP door, on PostgreSQL, with a small town settled in."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.integration.registry.town import Town, town


@pytest.fixture
async def settled(engine: AsyncEngine) -> AsyncIterator[Town]:
    """See `town.py` for who is there."""
    async with town(engine) as found:
        yield found
