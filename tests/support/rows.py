"""Everything that a service's database holds, as text: for tests that look for what must not be there."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine


async def everything(engine: AsyncEngine) -> list[tuple[str, str]]:
    """Every row of every table, the messages of the stream among them, with bytes as the text that they are."""
    found = []
    async with engine.connect() as connection:
        tables = (await connection.execute(text(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"))).scalars().all()  # fmt: skip
        for table in tables:
            for row in (await connection.execute(text(f'SELECT * FROM "{table}"'))).mappings():
                found += [(table, one.decode() if isinstance(one, bytes) else str(one)) for one in row.values()]
    return found
