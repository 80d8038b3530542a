"""Every route of every service × every role × every seat, and every way in which a token can be wrong."""

import base64
import json
import time
import uuid
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from shared.security.actor import UNBOUND, Actor, Assignment, Role
from shared.security.development_issuer import AUDIENCE
from shared.security.guard import ANONYMOUS
from shared.security.token_names import DEVELOPMENT_ISSUER
from tests.integration.access.county import County, county
from tests.integration.access.expectations import ROWS
from tests.integration.access.expectations.terms import FORBIDDEN, HIDDEN, OK, SEATS, Row
from tests.support.identity import badge, issuer
from tests.support.servers import Servers

pytestmark = pytest.mark.timeout(900)
NEVER = {"if-match": '"999999"'}
"""Whoever may decide is told that the version is stale, so that nothing changes while everybody tries."""


async def test_every_route_answers_every_role_from_every_seat_as_written_down(servers: Servers) -> None:
    async with county(servers, f"a{uuid.uuid4().hex[:8]}") as made:
        declared = {(name, *route) for name, served in made.services.items() for route in served.routes()}
        assert declared == set(ROWS), "a route without a row, or a row without a route"
        wrong: list[str] = []
        number = 1000
        for (service, method, _), row in ROWS.items():
            for role in Role:
                for seat in (None,) if role in UNBOUND else SEATS:
                    number += 1
                    found = await answered(
                        made, service, method, row, Actor("somebody", (Assignment(role, seat),)), number
                    )
                    wanted = expected(row, role, seat)
                    if found != wanted:
                        wrong.append(f"{service} {method} {row.url} as {role} of {seat}: {found}, not {wanted}")
        assert not wrong, "\n".join([f"{len(wrong)} of {number - 1000}", *wrong[:60]])
        assert number > 3000


def expected(row: Row, role: Role, seat: str | None) -> str:
    if seat is None:
        return row.unbound.get(role.value, FORBIDDEN)
    return row.unlike.get(role.value, row.by_seat)[seat] if role.value in row.roles else FORBIDDEN


async def answered(made: County, service: str, method: str, row: Row, who: Actor, number: int) -> str:
    url = made.named(row.url)
    body = row.body(made, number) if row.body else None
    answer = await made.ask(service, method, url, body, who=who, **NEVER)
    said: Any = answer.json() if "json" in answer.headers["content-type"] else None
    if answer.status_code in (403, 404):
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert ("insufficient_scope" in answer.headers.get("www-authenticate", "")) == (answer.status_code == 403)
        return str(answer.status_code)
    assert answer.status_code < 500, (url, said)
    assert answer.status_code != 401, (url, said)
    if row.batch:
        [result] = said["results"]
        return FORBIDDEN if result.get("code") in ("outside-your-scope", "not-permitted") else OK
    if row.shows is not None:
        assert answer.status_code == 200
        return OK if f'"{made.named(row.shows)}"' in json.dumps(said) else HIDDEN
    return OK


async def test_every_route_refuses_every_token_that_cannot_be_believed(servers: Servers) -> None:
    async with county(servers, f"a{uuid.uuid4().hex[:8]}") as made:
        wrong: list[str] = []
        for (service, method, _), row in ROWS.items():
            for what, headers in _unbelievable().items():
                client = made.services[service].http
                answer = await client.request(method, row.url.replace("{message}", "x"), json={}, headers=headers)
                challenge = answer.headers.get("www-authenticate", "")
                expected = 'Bearer realm="yanzhen"' + ("" if what in ("none", "basic") else ', error="invalid_token"')
                if (answer.status_code, challenge) != (401, expected):
                    wrong.append(f"{service} {method} {row.url} with {what}: {answer.status_code} {challenge}")
        assert not wrong, "\n".join(wrong[:60])
        for name, served in made.services.items():
            for path in ("/nothing/here", "/livez/", "/metrics/x", "//livez"):
                assert (await served.http.get(path)).status_code == 401, (name, path)
            for path in ANONYMOUS - {"/asyncapi.json"}:  # which needs a broker; `tests/system` reads it
                assert (await served.http.get(path)).status_code == 200, (name, path)


def _unbelievable() -> dict[str, dict[str, str]]:
    """Tokens of somebody who could do everything, each wrong in one way."""
    who = Actor("tester", (Assignment(Role.CITY_DEPARTMENT, "city"), Assignment(Role.PROVIDER)))
    good = badge(who)["authorization"].removeprefix("Bearer ")
    head, payload, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    now = int(time.time())
    public = json.dumps(issuer().jwks()["keys"][0]).encode()
    kid = issuer().jwks()["keys"][0]["kid"]
    stranger = ECKey.generate_key("P-256", {"kid": kid}, private=True)

    def signed(**changed: Any) -> str:
        header = {"alg": "ES256", "kid": kid}
        return jwt.encode(header, claims | changed, issuer()._key, algorithms=["ES256"])

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    tokens = {
        "expired": signed(exp=now - 3600),
        "no end": signed(exp=None),
        "not yet": signed(nbf=now + 3600),
        "another audience": signed(aud="somebody-else"),
        "another issuer": signed(iss="https://evil.example"),
        "tampered": f"{head}.{part(claims | {'sub': 'root'})}.{signature}",
        "cut off": f"{head}.{payload}.",
        "no signature": f"{part({'alg': 'none', 'kid': kid})}.{payload}.",
        "the public key as a secret": jwt.encode(
            {"alg": "HS256", "kid": kid}, claims, OctKey.import_key(public), algorithms=["HS256"]
        ),
        "a stranger's key": jwt.encode({"alg": "ES256", "kid": kid}, claims, stranger, algorithms=["ES256"]),
        "an unknown key": jwt.encode({"alg": "ES256", "kid": "development-x"}, claims, stranger, algorithms=["ES256"]),
        "roles of no kind": signed(assignments=[{"role": "city-department"}]),
        "rubbish": "a.b.c",
        "much": "x" * 9000,
    }
    assert claims["iss"] == DEVELOPMENT_ISSUER
    assert claims["aud"] == AUDIENCE
    return {
        "none": {}, "basic": {"authorization": "Basic eDp5"},
        **{what: {"authorization": f"Bearer {token}"} for what, token in tokens.items()},
    }  # fmt: skip
