"""Every command explains itself, and every error is one line."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import typer.main
from typer.testing import CliRunner

from services.cli.catalogue import entry
from services.cli.clock_shifting import duration
from services.cli.installation import find
from services.cli.main import app
from services.cli.service_databases import address, with_password
from services.cli.service_environment import migration_environment, service_environment
from services.cli.stack_files import StackFiles
from services.cli.tracing import _after
from shared.embedded.stack import EmbeddedStack
from shared.kernel.errors import Invalid, Unavailable
from shared.security.database_roles import owner_of
from tests.unit.cli.test_journey import BEGAN

COMMANDS = [
    ["up"], ["serve"], ["migrate"], ["provision"], ["trace"], ["doctor"], ["dlq", "list"], ["dlq", "show"], ["dlq", "replay"],
    ["dlq", "discard"], ["projection", "rebuild"], ["clock", "shift"], ["clock", "show"], ["token"], ["secrets"],
    ["databases"], ["backup"], ["restore"], ["import"], ["stream", "check"], ["stream", "rebuild"],
    ["privacy", "erase"], ["privacy", "erasures"], ["privacy", "export"], ["privacy", "rotate"], ["privacy", "retention"],
    ["audit", "list"], ["audit", "verify"],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_has_an_example(command: list[str]) -> None:
    said = CliRunner().invoke(app, [*command, "--help"])

    assert said.exit_code == 0
    assert f"yanzhen {' '.join(command)}" in said.output.partition("Example:")[2]


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (["serve", "nothing"], 2, "unknown-service: "),
        (["migrate", "nothing"], 2, "unknown-service: "),
        (["migrate", "notify"], 2, "no-migrate-url: "),
        (["trace", "abc"], 1, "not-running: "),
        (["dlq", "list"], 1, "not-running: "),
        (["dlq", "discard", "notify", "1", "--yes"], 1, "not-running: "),
        (["projection", "rebuild", "notify"], 1, "not-running: "),
        (["provision", "--check"], 1, "not-running: "),
        (["clock", "shift", "91d"], 1, "not-running: "),
        (["clock", "shift", "soon"], 2, "bad-duration: "),
        (["token", "--role", "auditor", "--org", "w"], 1, "no-issuer-here: "),
        (["databases"], 2, "no-database-url: "),
        (["privacy", "erase", "p", "--ground", "subject-request", "--yes"], 1, "not-running: "),
        (["privacy", "erase", "p", "--ground", "spite", "--yes"], 2, "bad-ground: "),
        (["privacy", "erasures"], 1, "not-running: "),
        (["privacy", "export", "p"], 1, "not-running: "),
        (["privacy", "rotate"], 1, "not-running: "),
        (["privacy", "retention"], 1, "not-running: "),
        (["audit", "list"], 1, "not-running: "),
        (["audit", "verify"], 1, "not-running: "),
    ],
)
def test_an_error_is_one_line_with_what_to_do(
    command: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANZHEN_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("YANZHEN_NATS_URL", raising=False)
    monkeypatch.delenv("YANZHEN_DATABASE_URL", raising=False)

    answer = CliRunner().invoke(app, command)

    assert answer.exit_code == code
    assert len(answer.output.splitlines()) == 1
    assert answer.output.startswith(said)
    assert " - " in answer.output


def test_what_nobody_expected_is_one_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("first line\nsecond line")

    monkeypatch.setattr("services.cli.run.run", broken)
    monkeypatch.setattr("services.cli.examination.examine", lambda _: None)

    answer = CliRunner().invoke(app, ["doctor"])

    assert answer.exit_code == 1
    assert answer.output.strip() == (
        "unexpected: RuntimeError: first line - see it whole with YANZHEN_DEBUG=1, and report it"
    )


def test_a_reader_that_has_seen_enough_is_nothing_to_report() -> None:
    talk = "from services.cli.main import app; app.command('talk')(lambda: [print('.' * 80) for _ in range(9**5)]);"
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -c \"{talk} app(['talk'])\" | head -n 1"],
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip

    assert done.stdout.strip() == "." * 80
    assert done.stderr == ""


def test_help_does_not_load_the_services() -> None:
    heavy = "('faststream', 'sqlalchemy', 'services.registry', 'nats', 'pydantic')"
    code = f"import services.cli.main, sys; print([m for m in {heavy} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)

    assert done.stdout.strip() == "[]"


def test_commands_are_those_tested() -> None:
    group = typer.main.get_command(app)
    names = set(group.commands) - {"demo"}  # type: ignore[attr-defined]

    assert names == {command[0] for command in COMMANDS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("91d", timedelta(days=91)), ("36h", timedelta(hours=36)), ("-2m", timedelta(minutes=-2)), ("0s", timedelta())],
)
def test_durations(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "91", "d", "1.5d", "--1d", "9999999d"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(Invalid):
        duration(text)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0123, "+12 ms"), (3.44, "+3.4 s"), (7500, "+2 h 5 min"), (31 * 86_400, "+31.0 d")],
)
def test_times_are_readable_from_milliseconds_to_months(seconds: float, said: str) -> None:
    assert _after(BEGAN, BEGAN + timedelta(seconds=seconds)) == said


def test_a_database_address_is_free_of_secrets_until_it_is_used() -> None:
    shown = address("postgresql+asyncpg://admin:top@db.example:5433/postgres?ssl=require", "notify")

    assert shown == "postgresql://yanzhen_notify@db.example:5433/yanzhen_notify?ssl=require"
    assert (
        with_password(shown, "a/b@c")
        == "postgresql://yanzhen_notify:a%2Fb%40c@db.example:5433/yanzhen_notify?ssl=require"
    )


def test_the_environment_names_an_installation_that_no_record_does(tmp_path: Path) -> None:
    environment = {
        "YANZHEN_NATS_URL": "nats://broker:4222",
        "YANZHEN_NATS_SEED_FILE": "operator.nk",
        "YANZHEN_NOTIFY_DATABASE_URL": "postgresql://u:secret@db/notify",
    }

    found = find(tmp_path, environment)

    assert found.nats_url == "nats://broker:4222"
    assert found.seed_file == Path("operator.nk")
    assert found.service("notify").database == "postgresql://u:secret@db/notify"
    assert "secret" not in repr(found)
    with pytest.raises(Unavailable, match="YANZHEN_MOBILITY_DATABASE_URL"):
        _ = found.service("mobility").database
    assert list(tmp_path.iterdir()) == []


def test_the_record_of_a_run_that_was_killed_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"pid": 2147483646, "nats_url": "nats://127.0.0.1:1", "services": {}}')

    with pytest.raises(Unavailable, match="not-running"):
        find(tmp_path, {})


def test_a_service_is_told_its_own_secrets_and_nobody_elses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("MOBILITY_MIGRATE_URL", "REGISTRY_DATABASE_URL", "KEYRING_URL", "KEK", "INDEX_KEY_FILE"):
        monkeypatch.setenv(f"YANZHEN_{name}", "a secret")
    monkeypatch.setenv("YANZHEN_LOG_LEVEL", "DEBUG")
    files = StackFiles(tmp_path)
    stack = cast("EmbeddedStack", SimpleNamespace(admin_url="postgresql://admin:top@db/postgres", nats_url="nats://n"))

    mobility = service_environment(entry("mobility"), files, stack, 1, notify=False)
    registry = service_environment(entry("registry"), files, stack, 1, notify=False)
    migration = migration_environment([entry("mobility")], files, stack)

    assert mobility["YANZHEN_LOG_LEVEL"] == "DEBUG"
    assert "a secret" not in mobility.values()
    assert not [name for name in mobility if "KEYRING" in name or "KEK" in name or "INDEX" in name or "MIGRATE" in name]
    assert files.password(owner_of("mobility")) not in str(mobility) + str(registry)
    assert files.password(owner_of("mobility")) in migration["YANZHEN_MOBILITY_MIGRATE_URL"]
    assert "yanzhen_keyring_registry" in registry["YANZHEN_KEYRING_URL"]
    assert not [name for name in registry if "MIGRATE" in name]
