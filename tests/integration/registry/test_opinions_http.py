"""一平台一中心 (domain L20) over HTTP and PostgreSQL: what is said at the centre is answered by a body in time, or its superior
hears of it.
"""

from tests.integration.registry.test_places_http import place, relation
from tests.integration.registry.town import UNIT, Town
from tests.support.identity import department


async def test_what_is_said_at_the_centre_of_a_platform_is_answered_or_told_to_the_superior(settled: Town) -> None:
    await settled.post("/places", place(settled, "park", "platform", "industry_park", governance="direct"))
    roles = ["classroom", "venue", "channel", "bond"]
    centre = {"station_id": "centre", "name": "党员综合服务中心", "kind": "service_centre", "area_code": "350102",
              "organisation_id": "c1", "functions": roles}  # fmt: skip
    await settled.post("/stations", centre)
    await settled.post("/relations", relation(settled, "centre", "park", "station", "centre"))
    assert (await settled.get("/stations/centre"))["functions"] == roles

    said = {"by": "c1", "opinion_id": "o1", "scope": "station", "scope_id": "centre", "kind": "request", "voice": "unit",
            "speaker_id": UNIT, "text": "希望开设法律咨询", "body_id": "b1"}  # fmt: skip
    await settled.post("/opinions", said)
    await settled.post("/opinions", said)
    unnamed = await settled.post("/opinions", {**said, "opinion_id": "o2", "speaker_id": None}, 422)
    assert (unnamed["code"], unnamed["where"]) == ("opinion-speaker", "speaker_id")
    gone = await settled.post("/opinions", {**said, "opinion_id": "o2", "voice": "member", "speaker_id": "nobody"}, 409)
    assert (gone["code"], gone["where"]) == ("place-unknown", "speaker_id")
    at_park = {**said, "opinion_id": "o2", "scope": "platform", "scope_id": "park", "voice": "resident",
               "speaker_id": None, "kind": "suggestion", "body_id": None}  # fmt: skip
    await settled.post("/opinions", at_park)
    [waits] = await settled.items("/opinions?body_id=b1&replied=false")
    assert (waits["scope_id"], waits["entered_by"], waits["escalated_to"]) == ("centre", "c1", None)
    assert (await settled.get("/opinions/o2"))["body_id"] == "c1"
    assert await settled.items("/opinions", department("c2")) == []
    await settled.send("GET", "/opinions/o1", status=404, who=department("c2"))

    await settled.later(40)
    late = await settled.items("/opinions?replied=false")
    assert {one["opinion_id"]: one["escalated_to"] for one in late} == {"o1": "c1", "o2": "city"}
    assert (await settled.published()).count("yanzhen.registry.opinion-overdue.v1") == 2
    reply = {"by": "c1", "taken_up": True, "person_id": "m1", "text": "每周五下午"}
    refused = await settled.post("/opinions/o1/reply", reply, 409)
    assert refused["code"] == "not-the-body"
    await settled.post("/opinions/o1/reply", {**reply, "by": "b1"}, 200)
    answered = await settled.get("/opinions/o1")
    assert (answered["reply_text"], answered["taken_up"], answered["escalated_to"]) == ("每周五下午", True, None)

    counts = await settled.get("/opinions/counts")
    assert {name: counts[name] for name in ("received", "answered", "taken_up", "late")} == {
        "received": 2, "answered": 1, "taken_up": 1, "late": 1,
    }  # fmt: skip
    before = await settled.get(f"/opinions/counts?scope_id=centre&as_of={settled.day(-20)}")
    assert (before["received"], before["answered"], before["late"]) == (1, 0, 0)
    assert (await settled.get("/opinions/counts", department("c2")))["received"] == 0
