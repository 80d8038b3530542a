"""The installation as `docker compose up` brings it up: a relocation through it, more workers, killed containers."""

import asyncio
import json
import os
import re
import signal
import ssl
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.containers.compose import SERVICES, run
from tests.containers.conftest import Installation
from tests.containers.operating import accepted_plans, propagated, relocate
from tests.system.support import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("containers")]

ROLES = ("api", "worker", "relay")
PROCESSES = {f"{service}-{role}" for service in SERVICES for role in ROLES}


def test_every_container_is_confined_and_none_shows_a_secret(running: Installation) -> None:
    inspected = running.compose.inspect(*running.compose.containers(all_=True))
    by_service = {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in inspected}

    assert by_service.keys() >= PROCESSES | {"nats", "postgres", "maildev", "mail-receipts", "sms", "secrets"}
    for name, one in by_service.items():
        host = one["HostConfig"]
        user = one["Config"]["User"].partition(":")[0]
        assert user not in ("", "0", "root"), name
        assert host["ReadonlyRootfs"], name
        assert host["CapDrop"] == ["ALL"], name
        assert not host["CapAdd"], name
        assert not host["Privileged"], name
        assert "no-new-privileges:true" in host["SecurityOpt"], name
        assert host["Memory"] > 0, name
        assert host["PidsLimit"] > 0, name
        assert not re.search(r"://[^/\s\"]*:[^/\s\"]*@|BEGIN|SU[A-Z2-7]{50}", json.dumps(one)), name
        for published in (binding for bindings in host["PortBindings"].values() for binding in bindings):
            assert published["HostIp"] == "127.0.0.1", name


def test_each_sees_its_own_secrets_and_no_others(running: Installation) -> None:
    rooms = {name: running.compose("exec", "-T", f"{name}-worker", "ls", "/run/secrets").split() for name in SERVICES}

    plain = ["ca.pem", "database-url", "door.pem", "jwks.json", "nats.nk"]
    assert rooms["mobility"] == rooms["assessment"] == rooms["notify"] == plain
    assert rooms["registry"] == sorted([*plain, "index.key", "kek.key", "keyring-url"])


def test_the_broker_talks_to_nobody_who_does_not_check_who_it_is(running: Installation) -> None:
    with_ca = running.compose.attempt("run", "--rm", "-T", "tools", "provision", "--check")
    without = running.compose.attempt(
        "run", "--rm", "-T", "-e", "YANZHEN_NATS_CA_FILE=", "tools", "provision", "--check"
    )
    in_clear = running.compose.attempt(
        "run", "--rm", "-T", "-e", "YANZHEN_NATS_CA_FILE=", "-e", "YANZHEN_NATS_URL=nats://nats:4222", "tools",
        "provision", "--check",
    )  # fmt: skip

    assert (with_ca.returncode, with_ca.stdout.strip()) == (0, "The broker is as declared."), with_ca.stderr
    assert without.returncode == in_clear.returncode == 1
    assert "broker-unreachable" in without.stderr
    assert "broker-unreachable" in in_clear.stderr


def test_everybody_talks_tls_to_the_database_that_is_vouched_for(running: Installation) -> None:
    compose = running.compose
    asked = (
        "SELECT count(*) FILTER (WHERE ssl), count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
        " WHERE client_addr IS NOT NULL"
    )
    psql = ["psql", "-h", "/var/run/postgresql", "-U", "postgres", "-Atc", asked]
    over_tls, everybody = compose("exec", "-T", "postgres", *psql).strip().split("|")
    assert over_tls == everybody
    assert int(everybody) >= len(PROCESSES)

    def databases(written: str, instead: str) -> subprocess.CompletedProcess[str]:
        script = f"sed s,{written},{instead}, /run/secrets/admin-url > /tmp/url; exec /app/run databases"
        told = ["-e", "YANZHEN_DATABASE_URL_FILE=/tmp/url", "-e", "YANZHEN_DATA_DIR=/run/secrets"]
        return compose.attempt("run", "--rm", "-T", *told, "--entrypoint", "sh", "tools", "-ec", script)

    assert databases("verify-full", "verify-full").returncode == 0
    in_clear = databases("verify-full", "disable")
    assert (in_clear.returncode, "no encryption" in in_clear.stderr) == (1, True), in_clear.stderr
    unknown = databases("/run/secrets/ca.pem", "/etc/ssl/certs/ca-certificates.crt")
    assert (unknown.returncode, "database-not-trusted" in unknown.stderr) == (1, True), unknown.stderr


def test_the_doors_talk_tls_where_they_are_told_to(running: Installation, tmp_path: Path) -> None:
    compose = running.compose
    authority = tmp_path / "ca.pem"
    authority.write_text(compose("run", "--rm", "-T", "--entrypoint", "cat", "tools", "/run/secrets/ca.pem"))
    with compose.also("infra/docker/tls-doors.yml"):
        compose.up()  # and every health check asks by TLS
        with httpx.Client(verify=ssl.create_default_context(cafile=authority), trust_env=False, timeout=10) as http:
            for service in SERVICES:
                door = compose.url(f"{service}-api")
                assert http.get(f"{door.replace('http:', 'https:')}/readyz").status_code == 200
                with pytest.raises(httpx.HTTPError):
                    http.get(f"{door}/readyz")
        said = compose("run", "--rm", "-T", "tools", "doctor")
        assert [name for name in SERVICES if not re.search(rf"{name}: API\s.*ready", said)] == []
    compose.up()


async def test_a_relocation_reaches_everybody(installation: Installation) -> None:
    [relocation_id] = await relocate(installation, accepted_plans(installation, 1))
    ledger = await propagated(installation, relocation_id)

    assert ledger["missing"] == []
    assert {one["state"] for one in ledger["services"].values()} == {"applied"}
    receipts = {channel: _receipts(ledger, channel) for channel in ("email", "sms")}
    async with httpx.AsyncClient(timeout=10) as http:
        mails = (await http.get(f"{installation.compose.url('maildev', 1080)}/email")).json()
        texts = (await http.get(f"{installation.compose.url('sms')}/counts")).json()
    # Each party that a mail is said to have reached: maildev shows that very mail, with a readable subject.
    assert len(receipts["email"]) > 5
    assert {one.strip("<>") for one in receipts["email"]} <= {mail["messageId"] for mail in mails}
    assert {mail["subject"] for mail in mails} >= {"组织关系变动通知"}
    assert texts["accepted"] >= len(receipts["sms"]) > 5
    said = installation.compose("run", "--rm", "-T", "tools", "trace", relocation_id, "--all")
    assert "relocation-propagated" in said
    assert [name for name in SERVICES if name not in said] == []


def test_it_is_saved_with_its_keys_apart(installation: Installation, tmp_path: Path) -> None:
    """The operator's image has the programs that save a database, and is told where everything is."""
    for name in ("data", "keys"):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o777)  # the containers' user is none of this machine's
    mounted = ["-v", f"{tmp_path}/data:/backups", "-v", f"{tmp_path}/keys:/safe"]

    def backup(*more: str) -> str:
        to = ["tools", "backup", "/backups/one", "--keys", "/safe/one", *more]
        return installation.compose("run", "--rm", "-T", *mounted, *to)

    saved = backup("--by", "keeper-1")
    assert "Saved in /backups/one." in saved
    assert backup("--verify")


def test_bug_2203_a_base_backup_can_be_taken_for_a_point_in_time(running: Installation) -> None:
    """As docs/runbooks/point-in-time.md says it, but for where it goes."""
    taken = "pg_basebackup -h /var/run/postgresql -U postgres --checkpoint=fast --wal-method=fetch -Ft -D - | tar -t"
    listed = running.compose("exec", "-T", "postgres", "sh", "-ec", taken).splitlines()
    assert {"backup_label", "PG_VERSION", "backup_manifest"} <= {name.removeprefix("./") for name in listed}


async def test_bad_input_is_refused_with_what_to_do(installation: Installation) -> None:
    url = installation.compose.url("mobility-api")
    async with httpx.AsyncClient(base_url=url, timeout=10) as http:
        stranger = await http.get("/transfers")
        http.headers.update(installation.everybody())
        answers = [
            await http.post("/transfers", content=b"\xff\x00not json", headers={"content-type": "application/json"}),
            await http.post("/transfers", json={"member_id": "nobody", "to_committee_id": "nowhere"}),
            await http.post("/transfers/none/approvals", json={"by": "x"}),
            await http.get("/relocations/none"),
            await http.get("/nothing"),
        ]
    assert (stranger.status_code, bool(stranger.json()["remedy"])) == (401, True)
    assert [answer.status_code for answer in answers] == [400, 422, 404, 404, 404]
    assert [answer for answer in answers if not answer.json()["detail"]] == []


async def test_a_second_worker_and_a_second_interface_take_their_share_and_nobody_is_told_twice(
    installation: Installation,
) -> None:
    compose = installation.compose
    compose.up(
        "--no-recreate", "--scale", "mobility-worker=2", "--scale", "notify-worker=2", "--scale", "registry-relay=2"
    )
    assert [len(compose.containers(name)) for name in ("mobility-worker", "notify-worker", "registry-relay")] == [
        2,
        2,
        2,
    ]

    for relocation_id in await relocate(installation, accepted_plans(installation, 2)):
        await propagated(installation, relocation_id)

    await _nobody_was_told_twice(installation)


async def test_logs_are_lines_of_json_that_name_nobody(installation: Installation) -> None:
    members = [member for territory in installation.world.territories for member in territory.members]
    personal = {one.name for one in members} | {one.resident_id for one in members} | {one.phone for one in members}
    for name in sorted(PROCESSES):
        lines = installation.compose("logs", "--no-log-prefix", "--no-color", name).splitlines()
        # A terminal's control codes may come from compose itself.
        entries = [json.loads(line[line.index("{") :]) for line in lines if "{" in line]
        assert entries, name
        assert {entry["service"] for entry in entries} == {name.partition("-")[0]}
        assert [entry for entry in entries if entry["level"] in ("error", "critical")] == []
        text = "\n".join(lines)
        assert [one for one in personal if one and len(one) > 4 and one in text] == []


@pytest.mark.parametrize("service", ["nats", "postgres", "mobility-worker"])
async def test_what_is_killed_comes_back_and_nothing_is_lost(installation: Installation, service: str) -> None:
    before = installation.compose.inspect(*installation.compose.containers(service))
    plans = accepted_plans(installation, 2)

    work = asyncio.create_task(relocate(installation, plans))
    await asyncio.to_thread(_kill, installation, before)
    for relocation_id in await work:
        await propagated(installation, relocation_id, 120)

    async def well() -> bool:
        found = await asyncio.to_thread(installation.compose.inspect, *[one["Id"] for one in before])
        return all(one["State"].get("Health", {}).get("Status") == "healthy" for one in found)

    await until(f"{service} is healthy again", well, 90)
    await _nobody_was_told_twice(installation)


def _receipts(ledger: dict[str, Any], channel: str) -> set[str]:
    """What the providers called the messages of the parties that this channel reached."""
    steps = [party["steps"].get(channel, {}) for party in ledger["parties"]]
    return {step["detail"] for step in steps if step.get("state") == "delivered"}


def _kill(installation: Installation, containers: list[dict[str, Any]]) -> None:
    """kill -9 of its process, so that Docker starts it again; `docker kill` would count as wanted."""
    for one in containers:
        try:
            os.kill(one["State"]["Pid"], signal.SIGKILL)
        except PermissionError:  # an engine that is not ours: the same death, and the start by hand
            run("docker", "kill", "-s", "KILL", one["Id"])
            run("docker", "start", one["Id"])


async def _nobody_was_told_twice(installation: Installation) -> None:
    async with httpx.AsyncClient(timeout=10) as http:
        mails = (await http.get(f"{installation.compose.url('maildev', 1080)}/email")).json()
        texts = (await http.get(f"{installation.compose.url('sms')}/counts")).json()
    ids = [mail["messageId"] for mail in mails]
    assert len(ids) == len(set(ids))
    assert texts["duplicates"] == {}
