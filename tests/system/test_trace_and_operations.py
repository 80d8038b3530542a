"""What an operator sees of a running installation."""

import httpx
import pytest

from services.cli.catalogue import NAMES
from tests.system.audit import audit
from tests.system.spoilt import mend, publish_as_notify
from tests.system.support import System, Watcher, until

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("system")]


@pytest.fixture
async def relocated(system: System, databases: Watcher) -> str:
    """A relocation that is propagated."""
    if system.book.accepted:
        await system.settled(databases)
        return next(iter(system.book.accepted))
    [plan] = system.accepted_plans(1)
    await system.relocate([plan])
    await system.settled(databases)
    return system.relocation_of(plan)


async def test_the_journey_of_a_relocation_is_told_across_all_services(system: System, relocated: str) -> None:
    said = await system.say("trace", relocated, "--all")

    assert said.code == 0, said.err
    assert [name for name in NAMES if name not in said.out] == []
    for event in ("transfer-requested", "transfer-accepted", "membership-moved", "roster-updated",
                  "relocation-propagated"):  # fmt: skip
        assert event in said.out
    assert "email" in said.out
    assert "sms" in said.out


async def test_every_service_describes_itself_and_says_how_it_is(system: System, relocated: str) -> None:
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        for name in NAMES:
            url = system.installation.url(name)
            answers = {path: await http.get(url + path) for path in
                       ("/livez", "/readyz", "/metrics", "/openapi.json", "/asyncapi.json")}  # fmt: skip

            assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 200)
            assert answers["/readyz"].json()["status"] == "ready"
            assert "yanzhen_" in answers["/metrics"].text
            assert answers["/openapi.json"].json()["openapi"].startswith("3.")
            assert answers["/asyncapi.json"].json()["asyncapi"] == "3.0.0"
            assert answers["/asyncapi.json"].json()["channels"]


async def test_the_doctor_finds_nothing_wrong(system: System, relocated: str) -> None:
    said = await system.say("doctor")

    assert (said.code, "Nothing is wrong." in said.out) == (0, True), said.out


async def test_bug_2301_a_server_that_was_started_again_is_not_missed(system: System) -> None:
    await system.kill("nats")
    await system.all_ready()

    assert "process of nats" not in (await system.say("doctor")).out


async def test_a_dead_letter_is_listed_shown_replayed_and_discarded(system: System, databases: Watcher) -> None:
    key = "manufactured-relocation"
    for identity, spoilt in (("spoilt-1", True), ("behind-1", False), ("spoilt-2", True)):
        await publish_as_notify(system, identity, key if identity != "spoilt-2" else f"{key}-2", spoilt=spoilt)

    async def letters() -> list[int]:
        rows = await databases.rows("mobility", "SELECT id FROM dead_letters WHERE status = 'dead' ORDER BY id")
        return [row[0] for row in rows]

    async def parked() -> bool:
        return bool(await databases.value("mobility", "SELECT count(*) FROM parked"))

    async def both() -> bool:
        return len(await letters()) == 2

    await until("the spoilt messages are dead letters", both)
    await until("the next one of the key waits", parked)
    first, other = await letters()

    listed = await system.say("dlq", "list", "mobility")
    shown = await system.say("dlq", "show", "mobility", str(first))
    doctor = await system.say("doctor")
    failed = await system.say("dlq", "replay", "mobility", str(first))
    await mend(system, first, key)
    replayed = await system.say("dlq", "replay", "mobility", str(first))
    discarded = await system.say("dlq", "discard", "mobility", str(other), "--yes")

    assert "schema-violation" in listed.out
    assert "OUT_NOTIFY" in listed.out
    assert "waiting behind it" in shown.out
    assert "not shown" in shown.out
    assert doctor.code == 1
    assert (failed.code, "failed-again" in failed.err) == (1, True)
    assert replayed.code == 0, replayed.err
    assert discarded.code == 0
    assert not await parked()
    assert (await system.say("dlq", "list", "mobility")).out.strip() == "No dead letters."
    await databases.until_quiet()
    assert await audit(system, databases) == []
