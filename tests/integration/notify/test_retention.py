"""Evidence whose time is over is gone for good: neither a rebuild nor a late receipt brings it back."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.notify.application.forgetting import forget
from services.notify.model import MODEL
from services.notify.projections.messages import MESSAGES_AND_SENDS
from shared.eventstore.rebuild import rebuild
from shared.kernel.errors import Refused
from shared.privacy.retention import RETENTION, classes_of, due, served
from tests.integration.notify.test_notify_http import email, sms
from tests.integration.notify.world import MEMBER, STATION, World

SMS, EMAIL = (next(one for one in RETENTION if one.code == code) for code in ("sms-evidence", "email-evidence"))


@pytest.fixture
async def closed(world: World, http: httpx.AsyncClient) -> World:
    """Two parties were told on both channels; the station's mail is still under way."""
    await world.accept(MEMBER, STATION)
    await world.send()
    delivered = [sms(world.of(MEMBER, "sms")), sms(world.of(STATION, "sms"), success=False, err_code="MK:0001")]
    (await http.post("/receipts/sms", json=delivered)).raise_for_status()
    (await http.post("/receipts/email", json=[email(world.of(MEMBER, "email"))])).raise_for_status()
    return world


async def _over(world: World, months: int) -> dict[str, list[str]]:
    later = datetime.now(UTC) + timedelta(days=31 * months)
    async with world.engine.connect() as connection:
        found = {one.code: await served(connection, one, later) for one in (SMS, EMAIL)}
        for one in (SMS, EMAIL):
            assert await due(connection, one, later) == len(found[one.code])
    return {code: sorted(ids) for code, ids in found.items()}


async def _forget(world: World, message_ids: list[str], before: datetime | None = None) -> int:
    before = before or datetime.now(UTC) + timedelta(days=1)
    return await forget(world.kernel.executor, message_ids, before, SMS.code, "auditor-1")


async def test_what_was_forgotten_does_not_come_back(closed: World, http: httpx.AsyncClient) -> None:
    told, untold = closed.of(MEMBER, "sms"), closed.of(STATION, "sms")
    mail, under_way = closed.of(MEMBER, "email"), closed.of(STATION, "email")
    assert await _over(closed, 4) == {SMS.code: [], EMAIL.code: []}
    assert await _over(closed, 6) == {SMS.code: sorted([told, untold]), EMAIL.code: [mail]}

    assert await _forget(closed, [told, untold, mail]) == 3
    assert await _forget(closed, [told, untold, mail]) == 0
    assert await _over(closed, 6) == {SMS.code: [], EMAIL.code: []}
    report = await rebuild(closed.engine, MODEL, MESSAGES_AND_SENDS)
    late = await http.post("/receipts/sms", json=[sms(untold)])

    assert report.rows["messages"] == (1, 1)
    assert report.different == 0
    assert (late.status_code, late.json()["taken"]) == (200, 1)
    assert await closed.store.get_rows("messages", [(one,) for one in (told, untold, mail)]) == {}
    assert (await closed.row(under_way))["status"] == "submitted"
    for one in (told, untold, mail):
        assert (await http.get(f"/messages/{one}")).status_code == 404
    stream = (await closed.store.read_streams({f"message-{told}": 0}))[f"message-{told}"]
    assert (stream[-1].type, stream[-1].data["retention_class"]) == ("message-forgotten", SMS.code)
    assert stream[-1].meta["actor"] == "auditor-1"


async def test_what_something_happened_to_meanwhile_is_kept(closed: World) -> None:
    told = closed.of(MEMBER, "sms")
    assert await _forget(closed, [told], before=datetime.now(UTC) - timedelta(days=1)) == 0
    assert (await closed.row(told))["status"] == "delivered"


async def test_what_is_under_way_is_not_forgotten(closed: World) -> None:
    with pytest.raises(Refused) as refused:
        await _forget(closed, [closed.of(STATION, "email")])
    assert refused.value.code == "message-open"


def test_rows_of_read_models_are_taken_away_by_facts() -> None:
    """Whatever else is deleted by a statement must be no read model of the service."""
    for one in classes_of("notify"):
        assert one.rows is not None
        assert bool(one.rows.key) == (one.rows.table in MODEL.views.tables), one.code
