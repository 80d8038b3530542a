"""What members say at a centre, and why a body decides about them, stands nowhere in clear in the registry (ADR 55)."""

from sqlalchemy import text

from services.registry.domain.member.events import MembershipEnded
from shared.eventstore.postgres import audit_trail
from shared.kernel.sealed import ERASED, Sealed
from shared.privacy.sealer import WORDS
from tests.integration.registry.town import UNIT, Town
from tests.support.rows import everything

PHRASE = "雁过留声"


async def test_what_a_member_says_is_sealed_read_on_record_and_goes_with_the_key(settled: Town) -> None:
    await settled.admit(90, "m90", "b1")
    centre = {"station_id": "centre", "name": "党员综合服务中心", "kind": "service_centre", "area_code": "350102",
              "organisation_id": "c1"}  # fmt: skip
    await settled.post("/stations", centre)
    said = {"by": "c1", "opinion_id": "o1", "scope": "station", "scope_id": "centre", "voice": "member",
            "speaker_id": "m90", "text": f"{PHRASE}一", "body_id": "b1"}  # fmt: skip
    await settled.post("/opinions", said)
    await settled.post("/opinions", said)
    of_a_unit = {**said, "opinion_id": "o2", "voice": "unit", "speaker_id": UNIT, "text": "希望开设法律咨询"}
    await settled.post("/opinions", of_a_unit)
    reply = {"by": "b1", "taken_up": True, "person_id": "m1", "text": f"{PHRASE}二"}
    await settled.post("/opinions/o1/reply", reply, 200)
    end = {"by": "c1", "ground": "resigned", "ended_on": settled.day(0), "person_id": "m1", "text": f"{PHRASE}三"}
    await settled.post("/members/m90/end", end, 200)

    engine = settled.running.engine
    assert [table for table, value in await everything(engine) if PHRASE in value] == []
    read = await settled.get("/opinions/o1")
    assert (read["text"], read["reply_text"]) == (f"{PHRASE}一", f"{PHRASE}二")
    listed = {one["opinion_id"]: one["text"] for one in await settled.items("/opinions")}
    assert listed == {"o1": f"{PHRASE}一", "o2": "希望开设法律咨询"}
    looks = [one async for one in audit_trail.read(engine) if one.action == "personal.resolve"]
    assert [(one.subject, one.purpose, one.outcome) for one in looks] == [("m90", "hear", "done")] * 2

    async with engine.connect() as connection:
        query = text("SELECT data->>'text' FROM events WHERE type = :type")
        why = (await connection.execute(query, {"type": MembershipEnded.type})).scalar_one()
    sealer = settled.running.sealer
    assert sealer is not None
    assert await sealer.open("m90", WORDS, Sealed(why)) == f"{PHRASE}三"

    await sealer._keyring.destroy("m90")
    read = await settled.get("/opinions/o1")
    assert (read["text"], read["reply_text"], read["taken_up"]) == (str(ERASED), str(ERASED), True)
    assert (await settled.get("/opinions/counts"))["received"] == 2, "the counts still add up"
