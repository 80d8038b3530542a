"""Every route of every service, asked for what it shows: whatever shows something of a person says so in the audit trail."""

import uuid
from typing import Any, Final

import pytest
from sqlalchemy import text

from shared.kernel.sealed import PersonalKind
from shared.privacy.masking import mask
from tests.integration.access.county import CITY, County, admission, county
from tests.integration.access.expectations import ROWS
from tests.integration.access.test_every_route import NEVER
from tests.support.servers import Servers

pytestmark = pytest.mark.timeout(600)

SHOWING: Final = {
    ("registry", "GET", "/members"),
    ("registry", "GET", "/members/roster.csv"),
    ("registry", "GET", "/members/{member_id}"),
    ("registry", "POST", "/members/lookup"),
}
"""Where something personal is seen, masked. The letter bears a name too, opened and recorded at the registry's door to the
other services; `tests/integration/security/test_resolve_door.py` has that."""
PHONE: Final = "13812345678"
EMAIL: Final = "zhou.mingyuan@example.cn"
NAME: Final = admission(1, "b1")["name"]
NUMBERS: Final = {admission(number, "b1")["resident_id"] for number in range(20)}
SHOWN: Final = mask(PersonalKind.NAME, NAME)
MASKED: Final = (SHOWN, mask(PersonalKind.PHONE, PHONE), mask(PersonalKind.EMAIL, EMAIL), *(
    mask(PersonalKind.RESIDENT_ID, number) for number in NUMBERS
))  # fmt: skip


async def test_whatever_shows_something_of_a_person_is_on_record(servers: Servers) -> None:
    async with county(servers, f"a{uuid.uuid4().hex[:8]}") as made:
        for member in ("m1", "m2"):
            await made.do("registry", "PUT", f"/members/{member}/contact", {"phone": PHONE, "email": EMAIL})
        showing, silent = set(), []
        for number, (route, row) in enumerate(ROWS.items()):
            service, method, _ = route
            before = await _entries(made, service)
            body = row.body(made, 700 + number) if row.body else None
            answer = await made.ask(service, method, made.named(row.url), body, who=CITY, **NEVER)
            raw = [one for one in (NAME, PHONE, EMAIL, *NUMBERS) if one in answer.text]
            assert not raw, f"{method} {row.url} shows what is sealed"
            if not any(mark in answer.text for mark in MASKED):
                continue
            showing.add(route)
            fresh = (await _entries(made, service))[len(before) :]
            told = [one for one in fresh if one["actor"] == CITY.id and one["purpose"] and one["subject"]]
            if len(told) != answer.text.count(SHOWN):  # a record for each of them
                silent.append((route, fresh))
        assert silent == []
        assert showing == SHOWING


async def _entries(made: County, service: str) -> list[dict[str, Any]]:
    async with made.services[service].engine.connect() as connection:
        rows = await connection.execute(text("SELECT actor, action, subject, purpose FROM audit ORDER BY number"))
        return [dict(row) for row in rows.mappings()]
