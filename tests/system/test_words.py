"""What is said of a member reaches no database, stream, log or trace in clear; it is theirs to read, and goes with them."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.cli.demo.ids import id_of
from shared.kernel.calendar import local_date
from shared.kernel.clock import SystemClock
from shared.kernel.sealed import ERASED
from tests.system.channels import Channel, everything
from tests.system.observed import Observed
from tests.system.persons import Person, ask, person_of
from tests.system.support import Watcher

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("system")]

PHRASE = "雁过留声此句只说一遍"


async def said(system: Observed, service: str, path: str, body: Any) -> None:
    answer = await ask(system, "POST", path, body, service=service)
    assert answer.status_code in (200, 201), answer.text


async def tell(system: Observed, databases: Watcher, person: Person) -> None:
    """Words of the member and about the member, through the doors of both services that take any."""
    branch = await databases.value("registry", "SELECT organisation_id FROM members WHERE member_id = $1", person.id)
    station = await databases.value("registry", "SELECT station_id FROM stations ORDER BY station_id LIMIT 1")
    leaves = {
        "departure_id": "d-words", "member_id": person.id, "reason": "work", "by": branch, "place_fixed": True,
        "destination": {"area_code": "441900", "place": "虎门镇"}, "contact_person_id": "secretary",
        "departs_on": local_date(SystemClock().now()).isoformat(), "kept_because": f"{PHRASE}一",
    }  # fmt: skip
    await said(system, "mobility", "/departures", leaves)
    await said(system, "mobility", "/care/d-words/opinions", {"by": branch, "opinion_id": "w1", "text": f"{PHRASE}二"})
    reply = {"by": branch, "taken_up": False, "person_id": "secretary", "text": f"{PHRASE}三"}
    await said(system, "mobility", "/opinions/w1/reply", reply)
    contact = {"by": branch, "role": "origin", "way": "call", "text": f"{PHRASE}四"}
    await said(system, "mobility", "/care/d-words/contacts", contact)
    opinion = {"by": branch, "opinion_id": "w2", "scope": "station", "scope_id": station, "voice": "member",
               "speaker_id": person.id, "text": f"{PHRASE}五", "body_id": branch}  # fmt: skip
    await said(system, "registry", "/opinions", opinion)


async def shown(system: Observed) -> str:
    paths = (("mobility", "/departures/d-words"), ("mobility", "/opinions/w1"), ("mobility", "/care/d-words"),
             ("registry", "/opinions/w2"))  # fmt: skip
    answers = [await ask(system, "GET", path, service=service) for service, path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return "".join(answer.text for answer in answers)


async def test_what_is_said_of_a_member_is_nowhere_in_clear_is_exported_and_goes_with_the_member(
    system: Observed, databases: Watcher, tmp_path: Path
) -> None:
    [plan] = system.plans(1)
    person = person_of(system, plan)
    assert person.id == id_of(plan.member_key)
    await tell(system, databases, person)
    read = await shown(system)
    await databases.until_quiet()

    assert [number for number in "一二三四五" if PHRASE + number not in read] == []
    scanned = [one async for one in everything(system, databases)]
    assert {one.channel for one in scanned} >= set(Channel) - {Channel.DEAD_LETTER}
    assert [one[:2] for one in scanned if PHRASE in one.text] == []

    exported = await system.say("privacy", "export", person.id, "--by", "clerk-7", "--to", str(tmp_path))
    assert exported.code == 0, exported.err
    document = (tmp_path / f"person-{person.id}.json").read_text()
    assert [number for number in "一二三四五" if PHRASE + number not in document] == []
    assert "hear" in {row.get("purpose") for row in json.loads(document)["held"]["registry"]["audit"]}

    erased = await system.say("privacy", "erase", person.id, "--ground", "subject-request", "--by", "clerk-7", "--yes")
    assert (erased.code, "is erased" in erased.out) == (0, True), erased.err
    await databases.until_quiet()
    after = await shown(system)
    assert (PHRASE in after, str(ERASED) in after) == (False, True)
    again = await system.say("privacy", "export", person.id, "--by", "clerk-7", "--to", str(tmp_path))
    assert again.code == 0, again.err
    assert PHRASE not in (tmp_path / f"person-{person.id}.json").read_text()
    left = [one async for one in everything(system, databases)]
    assert [one[:2] for one in left if PHRASE in one.text] == []
