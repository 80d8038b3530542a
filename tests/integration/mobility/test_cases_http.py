"""Inboxes, figures, rules, retained relations, reconciliations and the printed letter, over HTTP on PostgreSQL."""

import io
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fontTools.ttLib import TTFont
from sqlalchemy import text

from services.mobility.api.letter_page import FONT, Letter, printable, render
from shared.contracts import registry
from shared.contracts.notify import MessageUndelivered
from shared.eventstore.postgres.store import PostgresStore
from shared.kernel.calendar import local_date
from shared.kernel.clock import ShiftedClock
from tests.integration.mobility.roll import admitted
from tests.integration.mobility.test_mobility_http import ASKING, accepted, come_round, post
from tests.integration.mobility.world import World, message
from tests.support.identity import department


async def fire(served: World, **by: float) -> None:
    assert isinstance(served.clock, ShiftedClock)
    served.clock.shift(timedelta(**by))
    while await served.timers.fire_due():
        pass


async def counts(http: httpx.AsyncClient, organisation: str) -> dict[str, int]:
    answer = (await http.get("/cases/inbox", params={"organisation": organisation})).json()
    return {name: section["count"] for name, section in answer["sections"].items() if section["count"]}


async def test_each_organisation_sees_what_it_has_to_do_what_comes_and_what_others_owe(
    http: httpx.AsyncClient, served: World
) -> None:
    await post(http, "/transfers", ASKING, 201)
    assert await counts(http, "c1") == {"todo": 1}
    assert await counts(http, "k1") == {"upcoming": 1}
    assert await counts(http, "c2") == {"upcoming": 1}
    assert await counts(http, "city") == {}
    await post(http, "/transfers/t1/approvals", {"by": "c1"})
    assert await counts(http, "c1") == {"unsettled": 1}
    assert await counts(http, "k1") == {"todo": 1}
    await fire(served, days=4)
    assert await counts(http, "k1") == {"overdue": 1}
    await fire(served, days=5)
    assert await counts(http, "city") == {"overdue": 1}
    answer = (await http.get("/cases/inbox", params={"organisation": "city"})).json()
    [case] = answer["sections"]["overdue"]["items"]
    assert (case["band"], case["holder_id"], case["task"], case["days_left"] < 0) == (
        "escalated",
        "k1",
        "approve",
        True,
    )
    assert answer["bands"] == {"overdue_after_days": 3, "escalate_after_days": 8}


async def test_no_open_case_is_without_a_holder_or_a_due_time_and_the_database_sees_to_it(
    http: httpx.AsyncClient, served: World
) -> None:
    await accepted(http)
    assert isinstance(served.store, PostgresStore)
    async with served.store.engine.connect() as connection:
        query = "SELECT count(*) FROM cases WHERE open AND (due_at IS NULL OR holder_id IS NULL)"
        assert (await connection.execute(text(query))).scalar() == 0
        with pytest.raises(Exception, match="in_somebodys_hands"):
            await connection.execute(text("UPDATE cases SET due_at = NULL WHERE case_id = 't1'"))


async def test_an_inbox_of_others_is_not_shown(http: httpx.AsyncClient) -> None:
    response = await http.get("/cases/inbox", params={"organisation": "c1"}, headers=department("c2"))
    assert (response.status_code, response.json()["code"]) == (403, "outside-your-scope")
    wrong: tuple[dict[str, str | int], ...] = (
        {},
        {"organisation": ""},
        {"organisation": "c1", "limit": 0},
        {"organisation": "c\x00"},
    )
    for params in wrong:
        assert (await http.get("/cases/inbox", params=params)).status_code in (400, 422)


async def test_a_committee_accepts_and_names_the_branch_later(http: httpx.AsyncClient, served: World) -> None:
    await post(http, "/transfers", ASKING | {"to_branch_id": None}, 201)
    for by in ("c1", "k1"):
        letter = (await post(http, "/transfers/t1/approvals", {"by": by}))["letter_number"]
    said = {"by": "c2", "letter_number": letter}
    answer = await post(http, "/transfers/t1/acceptance", said)
    assert (answer["status"], answer["task"]) == ("admitted", "assign_branch")
    assert (await http.get("/transfers/t1")).json()["parties"] is None
    assert (await post(http, "/transfers/t1/branch", {"by": "c2", "branch_id": "b1x"}, 409))[
        "code"
    ] == "branch-elsewhere"
    answer = await post(http, "/transfers/t1/branch", {"by": "c2", "branch_id": "b2"})
    assert answer["status"] == "accepted"
    await come_round(http, served)
    await post(http, "/transfers/t1/receipt", {"by": "c2"})
    assert (await http.get("/transfers/t1")).json()["status"] == "completed"


async def test_a_doubtful_dossier_is_held_and_a_new_member_inquired_about(
    http: httpx.AsyncClient, served: World
) -> None:
    new = admitted("m7").model_copy(update={"admitted_on": local_date(served.clock.now()) - timedelta(days=20)})
    await served.hear(new)
    await post(http, "/transfers", ASKING | {"member_id": "m7"}, 201)
    assert (await http.get("/transfers/t1")).json()["recently_admitted"] is True
    for by in ("c1", "k1"):
        letter = (await post(http, "/transfers/t1/approvals", {"by": by}))["letter_number"]
    said = {"by": "c2", "letter_number": letter}
    held = await post(http, "/transfers/t1/hold", said | {"text": "入党时间前后不一致"})
    assert (held["status"], held["task"]) == ("held", "check_dossier")
    assert (await post(http, "/transfers/t1/acceptance", said, 422))["code"] == "inquiry-missing"
    answer = await post(http, "/transfers/t1/acceptance", said | {"inquiry": "已函询原单位，入党手续齐全"})
    assert answer["status"] == "accepted"


async def test_a_transfer_to_a_committee_outside_our_tree(http: httpx.AsyncClient, served: World) -> None:
    outside = {"name": "中共深圳市福田区委组织部", "area_code": "440304"}
    asking: dict[str, Any] = {**ASKING, "to_committee_id": None, "to_branch_id": None, "scope": "national"}
    asking |= {"outside": outside, "carrying": "confidential_post"}
    await post(http, "/transfers", asking, 201)
    row = (await http.get("/transfers/t1")).json()
    assert (row["approval_path"], row["outside"], row["to_area_code"]) == (["c1", "k1", "city"], outside, "440304")
    for by in ("c1", "k1", "city"):
        answer = await post(http, "/transfers/t1/approvals", {"by": by})
    assert (answer["holder_id"], answer["task"]) == ("c1", "await_outside")
    await post(http, "/transfers/t1/legs", {"by": "c1", "leg": "paper", "step": "sent", "reference": "机要0088"}, 201)
    legs = (await http.get("/transfers/t1")).json()["legs"]
    assert [leg["reference"] for leg in legs["paper"]] == ["机要0088"]
    assert (await http.get("/transfers/t1/letter.pdf?name=false")).status_code == 200
    receipt = {
        "by": "c1",
        "receipt_reference": "深福组回〔2026〕8号",
        "accepted_on": str(local_date(served.clock.now())),
    }
    answer = await post(http, "/transfers/t1/outside-receipt", receipt, 201)
    assert (answer["status"], answer["holder_id"]) == ("completed", None)
    both = await post(http, "/transfers", asking | {"transfer_id": "t2", "to_committee_id": "c2"}, 422)
    assert both["code"] == "one-destination"


async def test_the_letter_is_printed_for_the_source_alone(http: httpx.AsyncClient) -> None:
    await post(http, "/transfers", ASKING, 201)
    early = await http.get("/transfers/t1/letter.pdf")
    assert (early.status_code, early.json()["code"]) == (409, "no-letter")
    for by in ("c1", "k1"):
        await post(http, "/transfers/t1/approvals", {"by": by})
    printed = await http.get("/transfers/t1/letter.pdf?name=false", headers=department("c1"))
    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
    assert printed.content.startswith(b"%PDF-")
    assert b"/FontFile2" in printed.content, "the font travels with the letter"
    assert printed.headers["cache-control"] == "no-store"
    assert (await http.get("/transfers/t1/letter.pdf", headers=department("c2"))).status_code == 403
    assert (await http.get("/transfers/t9/letter.pdf")).status_code == 404


def test_every_word_of_the_letter_can_be_printed_and_what_cannot_is_seen() -> None:
    def letter(**changed: Any) -> Letter:
        said: dict[str, Any] = {
            "number": "〔2026〕000123号", "from_name": "中共甲县委", "to_name": "中共乙县委", "from_branch": "甲支部",
            "to_branch": None, "name": None, "probationary": True, "valid_days": 90, "dues_paid_to": "2026-09",
        }  # fmt: skip
        return Letter(issued_on=local_date(World().clock.now()), **said | changed)

    fixed = (
        "中国共产党党员组织关系介绍信存根回执编号经办人批准兹性别民族公民身份号码请转接该同志费已交"
        "到有效期骑缝章零壹贰叁肆伍陆柒捌玖拾佰仟〔〕（）："
    )
    assert printable(fixed) == fixed
    assert printable("𠀀甲") == "□甲"
    assert render(letter()) == render(letter()), "the same letter is the same document"
    assert len(render(letter(to_name="很长" * 60, void=True))) > 1000
    font = TTFont(io.BytesIO(FONT.read_bytes()))
    assert "SIL Open Font License" in font["name"].getDebugName(13)


async def test_rules_of_a_place_hold_for_its_transfers_and_are_cited(http: httpx.AsyncClient, served: World) -> None:
    today = local_date(served.clock.now())
    body = {
        "by": "city",
        "effective_from": str(today),
        "source_document": "闽组通〔2026〕3号",
        "letter_days": {"county": 10},
    }
    await post(http, "/transfer-rules/350102", body, 201)
    await post(http, "/transfers", ASKING, 201)
    for by in ("c1", "k1"):
        await post(http, "/transfers/t1/approvals", {"by": by})
    row = (await http.get("/transfers/t1")).json()
    assert row["rules"] == "350102 v1: 闽组通〔2026〕3号"
    assert row["letter_days"] == 10
    over = await post(http, "/transfer-rules/350102", body | {"letter_days": {"county": 91}}, 422)
    assert over["code"] == "letter-validity"
    far = await post(http, "/transfer-rules/440100", body, 403)
    assert far["code"] == "outside-your-scope"
    listed = (await http.get("/transfer-rules", params={"limit": 1})).json()
    assert [(one["area_code"], one["rules_version"]) for one in listed["items"]] == [("350102", 1)]


async def test_outcomes_are_told_after_a_fortnight_and_counted_by_whose_failure_it_was(
    http: httpx.AsyncClient, served: World
) -> None:
    month = str(local_date(served.clock.now()))[:7]
    await accepted(http)
    await come_round(http, served)
    await post(http, "/transfers", ASKING | {"transfer_id": "t2", "member_id": "m2"}, 201)
    figures = (await http.get("/outcomes", params={"month": month})).json()
    assert (figures["transfers"], figures["outcomes"]["untold"]) == (2, 2)
    await fire(served, days=15)
    figures = (await http.get("/outcomes", params={"month": month, "area": "350100"})).json()
    assert figures["outcomes"] == {
        "on_time": 1, "process_failure": 1, "technical_failure": 0, "not_counted": 0, "untold": 0,
    }  # fmt: skip
    assert {one["detail"] for one in figures["details"]} == {"accepted", "not-approved"}
    assert figures["late_propagation"] == {"technical": 1, "process": 0}
    assert (await http.get("/outcomes", params={"month": month, "area": "440000"})).json()["transfers"] == 0
    for params in ({"month": "2026-13"}, {"month": "0000-01"}, {"month": month, "area": "35"}, {}):
        assert (await http.get("/outcomes", params=params)).status_code in (200, 422)


async def test_flows_are_counted_once_by_acceptance_as_of_a_day(http: httpx.AsyncClient, served: World) -> None:
    month = str(local_date(served.clock.now()))[:7]
    await accepted(http)
    span = {"since": month, "until": month}
    flows = (await http.get("/flows", params=span | {"level": "city"})).json()
    assert flows["cells"] == [{"origin": "350100", "destination": "350100", "period": month, "members": 1}]
    before = str(local_date(served.clock.now()) - timedelta(days=1))
    assert (await http.get("/flows", params=span | {"as_of": before})).json()["members"] == 0
    assert (await http.get("/flows", params=span | {"origin": "440000"})).json()["members"] == 0
    assert (await http.get("/flows", params=span | {"period": "quarter"})).json()["cells"][0]["period"][4] == "Q"
    turned = await http.get("/flows", params={"since": "2026-05", "until": "2026-04"})
    assert (turned.status_code, turned.json()["code"]) == (422, "period-order")


def undelivered(served: World, party: str, channel: str, attempt: int = 0) -> MessageUndelivered:
    said = message("t1", party, channel, attempt)
    return MessageUndelivered(**said, code="no-address", failed_at=served.clock.now())


async def test_late_and_failed_parties_are_seen_and_tried_again(http: httpx.AsyncClient, served: World) -> None:
    await accepted(http)
    parties = await come_round(http, served)

    async def listed(state: str) -> list[str]:
        rows = (await http.get("/relocations", params={"state": state})).json()["items"]
        return [row["relocation_id"] for row in rows]

    assert await listed("pending") == ["t1"]
    assert await listed("failed") == await listed("late") == await listed("propagated") == []
    unlucky = next(party.party_id for party in parties if party.role == "origin_committee")
    retry = {"by": "c1", "party_id": unlucky}
    assert (await post(http, "/relocations/t1/retries", retry, 409))["code"] == "party-has-it"
    for channel in ("email", "sms"):
        await served.hear(undelivered(served, unlucky, channel))
    assert await listed("failed") == ["t1"]
    await post(http, "/relocations/t1/retries", retry, 201)
    assert (await post(http, "/relocations/t1/retries", retry, 409))["code"] == "party-has-it", "it is on its way again"
    assert await listed("failed") == []
    for channel in ("email", "sms"):
        await served.hear(undelivered(served, unlucky, channel))
        assert await listed("failed") == [], "what is known of the first try says nothing of the second"
    for channel in ("email", "sms"):
        await served.hear(undelivered(served, unlucky, channel, attempt=1))
    assert await listed("failed") == ["t1"]
    await fire(served, days=1, minutes=1)
    assert await listed("late") == ["t1"]
    [row] = (await http.get("/relocations", params={"state": "late", "limit": 1})).json()["items"]
    assert f"delivered:{unlucky}:sms" in row["missing"], "the deadline asked for another try"
    other = await http.get("/relocations", params={"state": "late"}, headers=department("b1x"))
    assert other.json()["items"] == []


async def test_a_retained_relation_is_kept_contacted_and_decided(http: httpx.AsyncClient, served: World) -> None:
    today = local_date(served.clock.now())
    body = {"by": "c1", "retention_id": "r1", "member_id": "m1", "kind": "graduate", "since": str(today)}
    await post(http, "/retained-relations", body, 201)
    await post(http, "/retained-relations/r1/contacts", {"by": "c1", "contacted_on": str(today)}, 201)
    await fire(served, days=200)
    overdue = (await http.get("/retained-relations", params={"overdue": True})).json()["items"]
    assert [row["retention_id"] for row in overdue] == ["r1"]
    await fire(served, days=600)
    row = (await http.get("/retained-relations/r1")).json()
    assert (row["task"], row["open"], row["holder_id"]) == ("decide_retention", True, "c1")
    ending = {"by": "c1", "decision": "transferred", "reason": "已落实单位", "decided_on": str(today)}
    await post(http, "/retained-relations/r1/end", ending)
    assert (await http.get("/retained-relations/r1")).json()["open"] is False
    assert (await http.get("/retained-relations/r1", headers=department("c2"))).status_code == 404


async def test_a_reconciliation_lists_and_explains_every_mismatch(http: httpx.AsyncClient, served: World) -> None:
    await accepted(http)  # and the roll has not followed
    await post(http, "/transfers", ASKING | {"transfer_id": "t2", "member_id": "m2"}, 201)
    for by in ("c1", "k1"):
        await post(http, "/transfers/t2/approvals", {"by": by})
    reported = [{"transfer_id": "t1", "arrived": True}, {"transfer_id": "t9", "arrived": True}]
    report = await post(http, "/reconciliations", {"by": "c1", "run_id": "run-1", "reported": reported}, 201)
    found = {(one["code"], one["transfer_id"]): one for one in report["mismatches"]}
    assert set(found) == {("accepted-not-in-roll", "t1"), ("out-not-in", "t2"), ("in-not-out", "t9")}
    assert found["out-not-in", "t2"]["holder_id"] == "c2"
    assert all(one["explanation"] and one["remedy"] for one in found.values())
    assert (await http.get("/reconciliations/run-1")).json()["compared"] == 2
    listed = (await http.get("/reconciliations", params={"organisation": "c1"})).json()["items"]
    assert [one["run_id"] for one in listed] == ["run-1"]
    foreign = await http.post("/reconciliations", json={"by": "c1"}, headers=department("c2"))
    assert foreign.status_code == 403
    assert (await http.get("/reconciliations/run-1", headers=department("c2"))).status_code == 404


async def test_an_organisation_dissolved_in_mid_case_leaves_nobody_in_limbo(
    http: httpx.AsyncClient, served: World
) -> None:
    await post(http, "/transfers", ASKING, 201)
    for by in ("c1", "k1"):
        await post(http, "/transfers/t1/approvals", {"by": by})
    await served.hear(registry.PartyOrganisationDissolved(organisation_id="c2", reason="merged"))
    row = (await http.get("/transfers/t1")).json()
    assert (row["status"], row["holder_id"], row["rejection_code"]) == ("rejected", "c1", "organisation_dissolved")
    assert await counts(http, "c1") == {"todo": 1}
