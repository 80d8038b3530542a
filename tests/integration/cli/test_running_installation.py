"""What one can do with an installation while it runs."""

import json
import os
import re
import signal
import stat
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.integration.cli.conftest import STREAMS, Running, yanzhen


def eventually(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not come true in time"
        time.sleep(0.1)


def test_other_commands_find_it_and_no_secret_lies_open(running: Running) -> None:
    record = json.loads((running.data_dir / "run.json").read_text())

    assert record["services"]["sample"]["url"] == running.installation.url("sample")
    assert "@127.0.0.1" in record["services"]["sample"]["database"]
    secrets = [p.read_text().strip() for p in (running.data_dir / "secrets").glob("*")]
    secrets += [p.read_text().strip() for p in (running.data_dir / "credentials").glob("*.nk")]
    identity = running.data_dir / "credentials" / "identity"
    secrets += [p.read_text().strip() for p in identity.glob("*.secret")]
    secrets.append(json.loads((identity / "issuer.jwk").read_text())["d"])
    assert len(secrets) >= 9
    visible = json.dumps(record) + "".join(p.read_text(errors="replace") for p in (running.data_dir / "logs").glob("*"))
    command_lines = b"".join(
        Path(f"/proc/{child.pid}/cmdline").read_bytes() for child in running.installation.children.values()
    )
    assert not [s for s in secrets if s in visible or s.encode() in command_lines]
    kept = [p for name in ("secrets", "credentials") for p in (running.data_dir / name).rglob("*") if p.is_file()]
    assert {"issuer.jwk", "jwks.json"} <= {path.name for path in kept}
    for path in kept:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_journey_is_told_across_services(running: Running) -> None:
    running.post("/accounts/t1")
    running.post("/accounts/t1/credits/5")
    running.post("/accounts/t2")

    eventually(lambda: "noted" in running.say("trace", "story-t1").out)
    said = running.say("trace", "story-t1")

    lines = said.out.splitlines()
    assert said.code == 0
    assert "\x1b" not in said.out
    assert [word for word in ("opened", "credited", "noted") if any(word in line for line in lines)] == [
        "opened", "credited", "noted",
    ]  # fmt: skip
    noted = next(line for line in lines if "noted" in line)
    credited = next(line for line in lines if "credited" in line)
    assert noted.index("follower") > credited.index("sample")  # it hangs below what caused it
    assert re.search(r"\+[\d.]+ m?s\b", noted)  # how long after its cause, which on a busy machine takes seconds
    assert said.out.count("opened") == 1
    assert max(map(len, lines)) <= 100


def test_an_unknown_story_is_one_line(running: Running) -> None:
    said = running.say("trace", "nobody-knows")

    assert said.code == 1
    assert said.err.splitlines()[-1].startswith("no-such-story: no service knows nobody-knows - ")
    assert "Traceback" not in said.err


def test_a_dead_letter_is_listed_shown_replayed_and_discarded(running: Running) -> None:
    running.post("/accounts/d1")
    running.post("/accounts/d1/credits/13")  # the follower refuses this one
    running.post("/accounts/d1/credits/6")  # and this one waits behind it
    eventually(lambda: "unlucky" in running.say("dlq", "list", "follower").out)
    listed = running.say("dlq", "list", "follower").out
    number = next(line.split("│")[2].strip() for line in listed.splitlines() if "unlucky" in line)

    shown = running.say("dlq", "show", "follower", number)
    replayed = running.say("dlq", "replay", "follower", number)
    doctor = running.say("doctor")
    unsure = running.say("dlq", "discard", "follower", number)
    discarded = running.say("dlq", "discard", "follower", number, "--yes")
    again = running.say("dlq", "discard", "follower", number, "--yes")

    assert "bytes, not shown" in shown.out
    assert replayed.code == 1
    assert "failed-again: unlucky" in replayed.err
    assert doctor.code == 1
    assert "yanzhen dlq list follower" in " ".join(doctor.out.split())
    assert unsure.code == 1
    assert (discarded.code, discarded.err.count("Traceback")) == (0, 0)
    assert "is discarded" in discarded.out
    assert "settled-already" in again.err
    assert "noted" in running.say("trace", "story-d1").out  # what waited behind it has been let go
    assert running.say("dlq", "list").out.strip() == "No dead letters."
    assert "discarded" in running.say("dlq", "list", "--all").out


def test_read_models_are_rebuilt_with_a_report_foreign_history_included(running: Running) -> None:
    running.post("/accounts/p1")
    running.post("/accounts/p1/credits/9")

    own = running.say("projection", "rebuild", "sample")
    foreign = running.say("projection", "rebuild", "follower", "followed")
    unknown = running.say("projection", "rebuild", "sample", "nothing")

    assert (own.code, foreign.code, unknown.code) == (0, 0, 2)
    assert "accounts" in own.out
    assert "followed" in foreign.out
    row = next(line for line in own.out.splitlines() if "accounts" in line and "│" in line and "read model" not in line)
    assert row.split("│")[-2].strip() == "0"  # nothing differed
    assert "it has: accounts" in unknown.err


def test_a_stream_is_read_through_and_made_anew(running: Running) -> None:
    running.post("/accounts/s1")
    eventually(lambda: bool(messages(running)))

    before = messages(running)
    done = running.say("stream", "rebuild", "sample")
    unknown = running.say("stream", "rebuild", "nobody")

    assert (done.code, "OUT_SAMPLE is made anew" in done.out) == (0, True), done.err
    eventually(lambda: messages(running) == before)
    assert "unknown-service" in unknown.err
    assert "stream.rebuild" in running.say("audit", "list", "sample").out


def messages(running: Running) -> int:
    """How many can be read of the sample's stream, all that there are."""
    said = running.say("stream", "check", "sample")
    assert (said.code, "nothing" in said.out) == (0, True), said.err
    row = next(line for line in said.out.splitlines() if "OUT_SAMPLE" in line)
    return int(row.split("│")[2])


def test_provisioning_reports_drift_and_repairs_it(running: Running, tmp_path: Path) -> None:
    assert running.say("provision", "--check").out.strip() == "The broker is as declared."

    changed = tmp_path / "streams.toml"
    changed.write_text(STREAMS.read_text() + "max_age_days = 7\n")
    checked = running.say("provision", "--check", "--topology", str(changed))
    done = running.say("provision", "--topology", str(changed))

    assert checked.code == 1
    assert "max_age" in checked.out
    assert (done.code, "repaired" in done.out) == (0, True)
    assert running.say("provision").code == 0
    assert running.say("provision", "--check").code == 0


def test_the_doctor_finds_nothing_wrong_with_a_healthy_one(running: Running) -> None:
    running.say("provision")

    said = running.say("doctor")

    assert said.code == 0, said.out
    assert "Nothing is wrong." in said.out
    assert "sample: positions" in said.out
    assert max(map(len, said.out.splitlines())) <= 100


def test_months_pass_at_a_word_and_a_service_that_restarts_lives_in_them_too(running: Running) -> None:
    def ahead() -> float:
        now = datetime.fromisoformat(json.loads(running.http("/now"))["now"])
        return (now - datetime.now(UTC)).total_seconds() / 86_400

    said = running.say("clock", "shift", "91d")
    assert (said.code, "91 days" in said.out) == (0, True)
    eventually(lambda: 90.9 < ahead() < 91.1)

    child = running.installation.children["sample"]
    before, restarts = child.pid, child.restarts
    assert before is not None
    os.kill(before, signal.SIGKILL)
    eventually(lambda: child.restarts > restarts, 30)

    assert 90.9 < ahead() < 91.1
    record = json.loads((running.data_dir / "run.json").read_text())
    assert record["services"]["sample"]["pid"] not in (None, before)
    assert running.say("clock", "shift", "-91d").code == 0
    assert running.say("clock", "shift", "soon").err.startswith("bad-duration: ")


def test_a_second_one_on_the_same_directory_is_refused(running: Running) -> None:
    said = yanzhen("up", data_dir=running.data_dir, YANZHEN_NATS_TOPOLOGY="")  # the four services need all streams

    assert said.code == 1
    assert "stack-already-running" in said.err
    assert (running.data_dir / "run.json").exists()
