"""What is said by or about a member stands nowhere in clear, is read on record, and goes with the member's key (ADR 55)."""

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from nats.errors import NoRespondersError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.eventstore.postgres import audit_trail
from shared.kernel.sealed import ERASED, Sealed
from shared.privacy.memory_keyring import InMemoryKeyring
from shared.privacy.words import SEALED_TEXT
from tests.integration.mobility.test_appraisals_http import appraises, forms, opening
from tests.integration.mobility.test_away_http import admitted, away, get, leaving, pass_time, send, today
from tests.integration.mobility.test_surveys_http import PEOPLE, asks, six_in_care, yes
from tests.integration.mobility.world import World
from tests.support.door import DoorKnocks
from tests.support.rows import everything

__all__ = ["away"]

PHRASE = "雁过留声"


def said(number: int) -> str:
    """Words like no others."""
    return f"{PHRASE}第{number}句"


class Routes:
    """Every route that takes words by or about a member, m1 but for one; each is told something of its own."""

    def __init__(self, http: httpx.AsyncClient, world: World) -> None:
        self.http = http
        self.world = world
        self.told: list[str] = []
        self.unshown: list[str] = []
        self.year = today(world).year

    def words(self, *, shown: bool = True) -> str:
        told = said(len(self.told) + len(self.unshown))
        (self.told if shown else self.unshown).append(told)
        return told

    async def tell_all(self) -> None:
        """Everything, until the survey has closed and a body has to decide about a member who is lost."""
        await self.opinion()
        await self.survey()
        await self.appraisal()
        await self.care()
        await self.card()
        await self.talent()
        await self.departure()
        lost = {"by": "b1", "member_id": "m1", "lost_since": str(today(self.world)), "person_id": "secretary"}
        await send(self.http, "POST", "/lost-contact", lost, 201)
        search = {"by": "b1", "way": "family", "text": self.words()}
        await send(self.http, "POST", "/lost-contact/m1/searches", search, 201)
        await pass_time(self.world, days=190)
        verdict = {"by": "b1", "approved_by": "c1", "proposal": "stop_membership", "agreed": True, "person_id": "q",
                   "decided_on": str(today(self.world)), "text": self.words()}  # fmt: skip
        await send(self.http, "POST", "/lost-contact/m1/decisions", verdict, 201)

    async def departure(self) -> None:
        """Of m8, since m1 is on file already."""
        await self.world.hear(admitted("m8"))
        leaves = leaving(self.world, "m8", kept_because=self.words())
        await send(self.http, "POST", "/departures", leaves, 201)
        wrong = {"by": "c2", "outcome": "wrong", "text": self.words()}
        await send(self.http, "POST", "/departures/d-m8/verification", wrong)

    async def care(self) -> None:
        contact = {"by": "b1", "role": "origin", "way": "call", "text": self.words()}
        await send(self.http, "POST", "/care/d-m1/contacts", contact, 201)
        duty = next(one for one in (await get(self.http, "/care/d-m1"))["duties"] if one["kind"] == "talk")
        done = {"by": duty["organisation_id"], "text": self.words(shown=False)}
        await send(self.http, "POST", f"/care/d-m1/duties/{duty['duty_id']}/completion", done)
        handed = {"by": "c1", "to_role": "station", "reason": self.words(shown=False)}
        await send(self.http, "POST", "/care/d-m1/lead", handed)

    async def card(self) -> None:
        await send(self.http, "POST", "/cards", {"by": "b1", "card_id": "k1", "member_id": "m1"}, 201)
        review = {"by": "b1", "year": self.year, "passed": False, "text": self.words()}
        await send(self.http, "POST", "/cards/k1/reviews", review, 201)

    async def talent(self) -> None:
        listed = {"by": "b1", "kinds": ["reserve_cadre"], "consent_document": "doc-9"}
        await send(self.http, "PUT", "/talents/m1", listed)
        named = {"by": "b1", "nomination_id": "n1", "kind": "reserve_cadre", "body_id": "c1", "text": self.words()}
        await send(self.http, "POST", "/talents/m1/nominations", named, 201)
        verdict = {"by": "c1", "accepted": True, "person_id": "q", "text": self.words()}
        await send(self.http, "POST", "/talents/m1/nominations/n1/decision", verdict)

    async def opinion(self) -> None:
        submitted = {"by": "c2", "opinion_id": "o1", "text": self.words()}
        await send(self.http, "POST", "/care/d-m1/opinions", submitted, 201)
        reply = {"by": "b1", "taken_up": True, "person_id": "secretary", "text": self.words()}
        answered = await self.http.post("/opinions/o1/reply", json=reply, headers={"idempotency-key": "once"})
        assert answered.status_code == 200

    async def survey(self) -> None:
        await send(self.http, "POST", "/surveys", asks(self.world), 201)
        for member in PEOPLE:
            wish = self.words() if member == "m1" else f"{member} 没有别的话"
            await send(self.http, "PUT", f"/surveys/s1/answers/d-{member}", yes(wish=wish))

    async def appraisal(self) -> None:
        await forms(self.http)
        in_words = {"item_id": "said", "text": "?"}
        form = {"by": "c1", "form_version": 2, "kind": "appraisal_of_bodies", "title": "x", "source_document": "x"}
        await send(self.http, "POST", "/forms/f2/versions", form | {"items": [in_words]}, 201)
        cites = opening(self.world, of_bodies={"form_id": "f2", "form_version": 2})
        await send(self.http, "POST", f"/care/d-m1/appraisals/{self.year}", cites, 201)
        one = f"/appraisals/d-m1.{self.year}"
        for role, by in (("origin", "b1"), ("station", "c2")):
            await send(self.http, "PUT", f"{one}/sides/{role}", appraises(by, text=self.words()))
        of_body = {"by": "b1", "answers": {"said": self.words()}}
        await send(self.http, "PUT", f"{one}/sides/station/of-body", of_body)
        decision = {"by": "c1", "grade": "qualified", "text": self.words(), "person_id": "q"}
        await send(self.http, "POST", f"{one}/decision", decision)

    async def shown(self) -> str:
        """What the routes show of m1, once the survey has closed."""
        found = [await get(self.http, path) for path in (
            "/opinions/o1", "/opinions", "/surveys/s1", "/surveys/s1/items/wish/words", f"/appraisals/d-m1.{self.year}",
            "/appraisals", "/departures/d-m8", "/departures", "/care/d-m1", "/cards/k1", "/cards", "/talents/m1",
            "/nominations", "/lost-contact/m1", "/lost-contact",
        )]  # fmt: skip
        return str(found)


def merely_encoded(value: str) -> Iterator[str]:
    """What the sealed values in it would say if nobody had encrypted them."""
    for match in SEALED_TEXT.finditer(value):
        payload = Sealed(match[0]).payload
        yield base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode(errors="replace")


async def test_what_is_said_is_nowhere_in_clear_is_read_on_record_and_goes_with_the_key(
    http: httpx.AsyncClient, away: World, engine: AsyncEngine, keyring: InMemoryKeyring
) -> None:
    routes = Routes(http, away)
    await six_in_care(http, away)
    await routes.tell_all()

    stored = await everything(engine)
    assert {table for table, _ in stored} >= {"events", "outbox", "idempotency_keys", "opinions", "surveys"}
    assert [table for table, value in stored if PHRASE in value] == []
    assert [table for table, value in stored for one in merely_encoded(value) if PHRASE in one] == []
    assert any(SEALED_TEXT.search(value) for table, value in stored if table == "events")

    before = await routes.shown()
    assert [one for one in routes.told if one not in before] == []
    looks = [one async for one in audit_trail.read(engine) if one.action == "personal.resolve" and one.subject == "m1"]
    assert {(one.purpose, one.outcome) for one in looks} == {("hear", "done")}
    assert all(one.actor.startswith("mobility:") and len(one.actor) > len("mobility:") for one in looks)

    figures = (await get(http, "/surveys/s1"))["results"]
    for person in ("m1", "m8"):
        await keyring.destroy(person)
    after = await routes.shown()
    assert PHRASE not in after
    assert str(ERASED) in after
    assert (await get(http, "/surveys/s1"))["results"] == figures
    words: dict[str, Any] = await get(http, "/surveys/s1/items/wish/words")
    assert (len(words["words"]), words["erased"]) == (len(PEOPLE) - 1, 1)
    assert figures["total"]["words"]["wish"] == len(words["words"]) + words["erased"], "the counts still add up"
    late = {"by": "c2", "text": said(99)}
    assert (await send(http, "POST", "/care/d-m1/opinions", late, 409))["code"] == "person-erased"


async def test_while_no_registry_answers_nothing_is_said_nothing_is_read_and_figures_stay(
    http: httpx.AsyncClient, away: World, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await six_in_care(http, away)
    routes = Routes(http, away)
    await routes.opinion()
    before = sorted(await everything(engine))

    async def nobody(*_: Any, **__: Any) -> Any:
        raise NoRespondersError

    monkeypatch.setattr(DoorKnocks, "request", nobody)
    told = {"by": "c2", "opinion_id": "o2", "text": said(99)}
    assert (await send(http, "POST", "/care/d-m1/opinions", told, 503))["code"] == "nobody-opens"
    assert (await send(http, "GET", "/opinions/o1", None, 503))["code"] == "nobody-opens"
    assert sorted(await everything(engine)) == before
    assert (await get(http, "/care", lead="origin"))["items"], "what holds no words is shown"
    contact = {"by": "b1", "role": "origin", "way": "call"}
    await send(http, "POST", "/care/d-m1/contacts", contact, 201)
