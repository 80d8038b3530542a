"""The HTTP door of mobility: the whole way of a transfer, and what hostile or mistaken clients get."""

from datetime import timedelta
from typing import Any

import httpx

from services.mobility.domain.parties import InterestedParty
from services.mobility.model import MODEL
from services.mobility.projections.propagation import PROPAGATION
from services.mobility.projections.transfers import TRANSFERS
from shared.contracts.mobility import TransferAccepted
from shared.contracts.notify import MessageDelivered
from shared.contracts.registry import MembershipMoved
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.rebuild import rebuild
from shared.kernel.clock import ShiftedClock
from tests.integration.mobility.world import World, message

ASKING = {
    "transfer_id": "t1",
    "member_id": "m1",
    "to_committee_id": "c2",
    "to_branch_id": "b2",
    "scope": "county",
    "reason": "new employer",
    "dues_paid_to": "2025-12",
}
STEPS = ("approvals", "acceptance", "rejection", "withdrawal", "receipt", "letters", "closure", "resending")


async def post(http: httpx.AsyncClient, path: str, body: Any, status: int = 200, **headers: str) -> dict[str, Any]:
    response = await http.post(path, json=body, headers=headers)
    assert response.status_code == status, response.text
    answer: dict[str, Any] = response.json()
    if status < 300:
        assert response.headers["etag"] == f'"{answer["version"]}"'
    return answer


async def accepted(http: httpx.AsyncClient) -> dict[str, Any]:
    await post(http, "/transfers", ASKING, 201)
    await post(http, "/transfers/t1/approvals", {"by": "c1"})
    letter = (await post(http, "/transfers/t1/approvals", {"by": "k1"}))["letter_number"]
    return await post(http, "/transfers/t1/acceptance", {"by": "c2", "branch_id": "b2", "letter_number": letter})


async def come_round(http: httpx.AsyncClient, world: World) -> list[InterestedParty]:
    """Our acceptance, as the stream brings it back; and the registry's move."""
    row = (await http.get("/transfers/t1")).json()
    event = TransferAccepted.model_validate(row)
    await world.hear(event)
    await world.hear(
        MembershipMoved(
            member_id="m1",
            from_organisation_id="b1",
            to_organisation_id="b2",
            transfer_id="t1",
            moved_at=event.accepted_at,
        )
    )
    return [InterestedParty.model_validate(party.model_dump()) for party in event.parties]


async def test_the_whole_way_of_a_transfer(http: httpx.AsyncClient, served: World) -> None:
    answer = await post(http, "/transfers", ASKING, 201)
    assert (answer["status"], answer["holder_id"], answer["task"]) == ("approving", "c1", "approve")
    inbox = (await http.get("/cases", params={"holder_id": "c1"})).json()["items"]
    assert [(case["case_id"], case["overdue"]) for case in inbox] == [("t1", False)]
    await post(http, "/transfers/t1/approvals", {"by": "c1"})
    letter = (await post(http, "/transfers/t1/approvals", {"by": "k1"}))["letter_number"]
    body = {"by": "c2", "branch_id": "b2", "letter_number": letter}
    assert (await post(http, "/transfers/t1/acceptance", body))["status"] == "accepted"
    assert (await http.get("/relocations/t1")).status_code == 404
    parties = await come_round(http, served)
    await post(http, "/transfers/t1/receipt", {"by": "c2"})
    row = (await http.get("/transfers/t1")).json()
    assert (row["status"], row["approval_path"], row["letter_number"]) == ("completed", ["c1", "k1"], letter)
    assert len(parties) == len(row["parties"]) == 12
    for party in parties:
        if party.must_acknowledge and party.kind == "organisation":  # a system speaks for itself
            await post(http, "/relocations/t1/acknowledgements", {"party_id": party.party_id, "by": party.ref_id}, 201)
    ledger = (await http.get("/relocations/t1")).json()
    assert ledger["services"]["registry"]["state"] == "applied"
    assert "applied:assessment" in ledger["missing"]
    platform = next(party.party_id for party in parties if party.kind == "outside_system")
    assert [text for text in ledger["missing"] if text.startswith("acknowledged")] == [f"acknowledged:{platform}"]
    shown = next(party for party in ledger["parties"] if party["role"] == "origin_branch")
    assert shown["steps"]["acknowledged"]["detail"] == "b1"
    assert shown["steps"]["email"]["state"] == "pending"


async def test_the_inbox_shows_the_most_urgent_first_and_what_is_overdue(
    http: httpx.AsyncClient, served: World
) -> None:
    clock = served.clock
    assert isinstance(clock, ShiftedClock)
    await post(http, "/transfers", ASKING, 201)
    clock.shift(timedelta(days=2))
    await post(http, "/transfers", ASKING | {"transfer_id": "t2", "member_id": "m2"}, 201)
    clock.shift(timedelta(days=2))
    first = (await http.get("/cases", params={"holder_id": "c1", "limit": 1})).json()
    assert [(case["case_id"], case["overdue"]) for case in first["items"]] == [("t1", True)]
    second = (await http.get("/cases", params={"holder_id": "c1", "limit": 1, "after": first["next"]})).json()
    assert [(case["case_id"], case["overdue"]) for case in second["items"]] == [("t2", False)]
    listed = (await http.get("/transfers", params={"holder_id": "c1", "member_id": "m2"})).json()["items"]
    assert [row["transfer_id"] for row in listed] == ["t2"]


async def test_a_repeated_request_is_answered_as_before(http: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = await http.post("/transfers", json=ASKING, headers=key)
    again = await http.post("/transfers", json=ASKING, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    other = await http.post("/transfers", json=ASKING | {"member_id": "m2"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_a_repeated_reissue_with_its_key_makes_one_letter(http: httpx.AsyncClient) -> None:
    await post(http, "/transfers", ASKING, 201)
    for by in ("c1", "k1"):
        await post(http, "/transfers/t1/approvals", {"by": by})
    key = {"Idempotency-Key": "k-2"}
    first = await post(http, "/transfers/t1/letters", {"by": "c1"}, 201, **key)
    assert await post(http, "/transfers/t1/letters", {"by": "c1"}, 201, **key) == first


async def test_a_stale_version_is_refused(http: httpx.AsyncClient) -> None:
    await post(http, "/transfers", ASKING, 201)
    tag = (await http.get("/transfers/t1")).headers["etag"]
    await post(http, "/transfers/t1/approvals", {"by": "c1"}, 200, **{"If-Match": tag})
    problem = await post(http, "/transfers/t1/approvals", {"by": "k1"}, 412, **{"If-Match": tag})
    assert problem["code"] == "stale-version"
    assert problem["remedy"]


MISTAKES: list[tuple[dict[str, Any], int, str]] = [
    ({"member_id": "nobody"}, 404, "member-unknown"),
    ({"to_committee_id": "nowhere"}, 409, "organisation-unknown"),
    ({"to_branch_id": "b1x"}, 409, "branch-elsewhere"),
    ({"scope": "within_committee"}, 422, "scope-mismatch"),
    ({"scope": "national"}, 422, "scope-mismatch"),
    ({"scope": "galaxy"}, 422, "invalid-input"),
    ({"dues_paid_to": "2025-13"}, 422, "invalid-input"),
    ({"reason": "   "}, 422, "invalid-input"),
    ({"member_id": "m\n1"}, 422, "invalid-input"),
    ({"member_id": "x" * 65}, 422, "invalid-input"),
    ({"member_id": {"$ne": 1}}, 422, "invalid-input"),
    ({"approval_path": []}, 422, "invalid-input"),
    ({"resent_of": "t0"}, 422, "invalid-input"),
    ({"reason": "a\x00b"}, 400, "nul-character"),
]


async def test_a_request_that_cannot_be_is_told_why(http: httpx.AsyncClient) -> None:
    for changed, status, code in MISTAKES:
        problem = await post(http, "/transfers", ASKING | changed, status)
        assert problem["code"] == code, changed


async def test_how_far_a_transfer_goes_need_not_be_said(http: httpx.AsyncClient) -> None:
    await post(http, "/transfers", ASKING | {"scope": None}, 201)
    asked = (await http.get("/transfers/t1")).json()
    assert (asked["scope"], asked["approval_path"]) == ("county", ["c1", "k1"])
    back = {"by": "c1", "reason_code": "wrong_destination", "text": "stays"}
    await post(http, "/transfers/t1/rejection", back, 200)
    again = {"by": "c1", "transfer_id": "t2", "to_committee_id": "c1", "to_branch_id": "b1x"}
    await post(http, "/transfers/t1/resending", again, 201)
    assert (await http.get("/transfers/t2")).json()["scope"] == "within_committee", (
        "of another destination it is another one"
    )


BODIES = (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"by": NaN}', b'{"by":"c1","extra":1}', b"[" * 999)


async def test_no_body_makes_a_server_error(http: httpx.AsyncClient) -> None:
    paths = ("/transfers", "/relocations/t1/acknowledgements", *(f"/transfers/t1/{step}" for step in STEPS))
    for path in paths:
        for body in BODIES:
            response = await http.post(path, content=body, headers={"content-type": "application/json"})
            assert response.status_code in (400, 422), (path, body, response.text)
            assert response.json()["code"]


async def test_strange_ids_and_pages_are_refused_not_served(http: httpx.AsyncClient) -> None:
    for path in (
        "/transfers/%00",
        "/transfers/a%20b",
        "/relocations/%0a",
        "/cases?holder_id=%00",
        "/transfers?member_id=",
        f"/transfers/{'x' * 99}",
        "/cases?after=rubbish",
        "/transfers?limit=0",
        "/cases?after=eyJ4IjoxfQ",
    ):
        response = await http.get(path)
        assert response.status_code in (400, 422), (path, response.text)
    for path in ("/transfers/t9", "/relocations/t9", "/transfers/%F0%9F%98%80", "/transfers/%FF"):
        assert (await http.get(path)).status_code == 404, path


async def test_what_does_not_exist_cannot_be_decided_about(http: httpx.AsyncClient) -> None:
    more = {
        "rejection": {"reason_code": "other", "text": "no"},
        "closure": {"text": "no"},
        "acceptance": {"branch_id": "b2"},
    }
    for step in STEPS:
        problem = await post(http, f"/transfers/t9/{step}", {"by": "c1"} | more.get(step, {}), 404)
        assert problem["code"] == "transfer-unknown"
    problem = await post(http, "/relocations/t9/acknowledgements", {"party_id": "p", "by": "x"}, 404)
    assert problem["code"] == "relocation-unknown"
    stale = await post(http, "/transfers/t9/approvals", {"by": "c1"}, 404, **{"If-Match": '"4"'})
    assert stale["code"] == "transfer-unknown"


async def test_only_a_concerned_party_acknowledges(http: httpx.AsyncClient) -> None:
    await accepted(http)
    problem = await post(http, "/relocations/t1/acknowledgements", {"party_id": "p", "by": "c1"}, 409)
    assert problem["code"] == "party-not-concerned"


async def test_what_came_before_the_start_is_in_the_ledger(http: httpx.AsyncClient, served: World) -> None:
    await accepted(http)
    row = (await http.get("/transfers/t1")).json()
    party = row["parties"][0]["party_id"]
    cite = message("t1", party, "sms")
    await served.hear(MessageDelivered(**cite, receipt_id="r-1", delivered_at=served.clock.now()))
    assert (await http.get("/relocations/t1")).status_code == 404
    await come_round(http, served)
    ledger = (await http.get("/relocations/t1")).json()
    assert ledger["parties"][0]["steps"]["sms"] | {"at": None} == {"state": "delivered", "detail": "r-1", "at": None}


async def test_the_read_models_can_be_rebuilt_from_the_events(http: httpx.AsyncClient, served: World) -> None:
    await accepted(http)
    await come_round(http, served)
    assert isinstance(served.store, PostgresStore)
    for projection in (TRANSFERS, PROPAGATION):
        report = await rebuild(served.store.engine, MODEL, projection)
        assert report.different == 0
        assert all(before == after > 0 for before, after in report.rows.values())
