"""The name on a letter: opened by the registry for this print, on record, and kept nowhere."""

from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.mobility.api.letter_page import Letter, render
from services.mobility.api.member_name import ERASED
from shared.contracts.registry import PersonErased
from shared.eventstore.postgres import audit_trail
from shared.privacy.memory_keyring import InMemoryKeyring
from shared.privacy.sealer import Sealer
from tests.integration.mobility.roll import admitted
from tests.integration.mobility.test_mobility_http import ASKING, post
from tests.integration.mobility.world import World
from tests.support.identity import department

PATH = "/transfers/t1/letter.pdf"
NAME = "王小雁"


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[Letter]:
    """The letters as they went to the printer, which still draws them."""
    pages: list[Letter] = []

    def note(page: Letter) -> bytes:
        pages.append(page)
        return render(page)

    monkeypatch.setattr("services.mobility.api.letter.render", note)
    return pages


async def issued(http: httpx.AsyncClient, served: World, sealer: Sealer) -> None:
    """A letter of a member whose name the registry has sealed."""
    sealed = await sealer.seal("m1", "name", NAME)
    await served.hear(admitted("m1", "b1").model_copy(update={"name": sealed}))
    await post(http, "/transfers", ASKING, 201)
    for by in ("c1", "k1"):
        await post(http, "/transfers/t1/approvals", {"by": by})


async def test_the_name_is_printed_and_whoever_had_it_opened_is_on_record(
    http: httpx.AsyncClient, served: World, sealer: Sealer, engine: AsyncEngine, printed: list[Letter]
) -> None:
    await issued(http, served, sealer)
    for _ in range(2):
        answer = await http.get(PATH, headers=department("c1"))
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert [page.name for page in printed] == [NAME, NAME]
    looks = [one async for one in audit_trail.read(engine) if one.action == "personal.resolve"]
    assert [(one.subject, one.purpose, one.outcome) for one in looks] == [("m1", "transfer", "done")] * 2
    assert all(one.actor.startswith("mobility:") and one.actor != "mobility:" for one in looks)
    async with engine.connect() as connection:
        tables = (await connection.execute(text("SELECT table_name FROM information_schema.tables"
                  " WHERE table_schema = 'public'"))).scalars().all()  # fmt: skip
        for table in tables:
            rows = (await connection.execute(text(f'SELECT t::text FROM "{table}" t'))).scalars().all()
            assert not [row for row in rows if row and NAME in row], f"{table} holds a name"


async def test_an_erased_name_is_shown_as_erased_and_a_line_for_the_hand_opens_nothing(
    http: httpx.AsyncClient,
    served: World,
    sealer: Sealer,
    keyring: InMemoryKeyring,
    engine: AsyncEngine,
    printed: list[Letter],
) -> None:
    await issued(http, served, sealer)
    await http.get(f"{PATH}?name=false")
    assert [one async for one in audit_trail.read(engine) if one.action == "personal.resolve"] == []
    await keyring.destroy("m1")
    await http.get(PATH)
    await served.hear(PersonErased(person_id="m1", erased_at=datetime(2026, 9, 1, tzinfo=UTC)))
    await http.get(PATH)
    assert [page.name for page in printed] == [None, ERASED, ERASED]
