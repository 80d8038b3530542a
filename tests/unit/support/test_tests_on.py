"""Where the tests have their servers: chosen by what is there, said aloud, and never silently other than what was asked."""

import json
import os
import re
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.support.tests_on import NATS_IMAGE, POSTGRES_IMAGE, VARIABLE, choose

ROOT = Path(__file__).parents[3]


class _Engine(socketserver.ThreadingUnixStreamServer):
    """What of Docker's API is asked, as its documentation has it."""

    daemon_threads = True

    def __init__(self, path: Path, images: tuple[str, ...]) -> None:
        self.images = images
        super().__init__(str(path), _Answers)


class _Answers(BaseHTTPRequestHandler):
    server: _Engine

    def do_GET(self) -> None:
        if self.path == "/version":
            self._say(200, {"ApiVersion": "1.45"})
        elif self.path.endswith("/info"):
            self._say(200, {"ServerVersion": "26.1.5"})
        elif any(f"/images/{image}/json" in self.path for image in self.server.images):
            self._say(200, {"Id": "sha256:0"})
        else:
            self._say(404, {"message": "No such image"})

    def address_string(self) -> str:
        return "test"

    def log_message(self, *_: object) -> None:
        return

    def _say(self, status: int, answer: dict[str, str]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def engine(path: Path, *images: str) -> Iterator[None]:
    with _Engine(path, images) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the only Docker engine would answer that this test knows of."""
    path = tmp_path / "docker.sock"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    return path


def test_containers_are_chosen_when_docker_answers_and_has_the_images(door: Path) -> None:
    with engine(door, NATS_IMAGE, POSTGRES_IMAGE, "testcontainers/ryuk:0.8.1"):
        found = choose("auto")

    assert (found.containers, str(found)) == (True, f"containers (Docker 26.1.5: {NATS_IMAGE}, {POSTGRES_IMAGE})")


def test_without_docker_the_embedded_stack_is_chosen_and_the_reason_said(door: Path) -> None:
    found = choose("auto")

    assert (found.containers, str(found)) == (False, "the embedded stack (Docker does not answer within 2 s)")


def test_an_engine_that_hangs_is_not_waited_for(door: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(door))
        silent.listen()

        assert choose("auto").why == "Docker does not answer within 2 s"


def test_missing_images_are_named_with_what_makes_them(door: Path) -> None:
    with engine(door, NATS_IMAGE, "testcontainers/ryuk:0.8.1"):
        found = choose("auto")

    assert not found.containers
    assert found.why == f"Docker lacks {POSTGRES_IMAGE}: run infra/docker/offline-images/build-images.sh"
    assert (ROOT / found.why.rpartition(" ")[2]).exists()


def test_the_embedded_stack_can_be_asked_for_whatever_docker_says(door: Path) -> None:
    with engine(door, NATS_IMAGE, POSTGRES_IMAGE, "testcontainers/ryuk:0.8.1"):
        assert not choose("embedded").containers


def test_nonsense_is_refused() -> None:
    with pytest.raises(pytest.UsageError, match=f"{VARIABLE} is 'podman'; it can be containers, embedded or auto"):
        choose("podman")


def test_a_run_says_where_its_servers_are_and_ends_with_its_own_summary(door: Path) -> None:
    done = _pytest("auto")

    lines = done.stdout.strip().splitlines()
    assert done.returncode == 0, done.stdout
    assert "servers: the embedded stack (Docker does not answer within 2 s)" in lines
    assert "of the tests that need servers, none was run on the embedded stack" in done.stdout
    assert re.fullmatch(r"=+ \d+ passed in [\d.]+s =+", lines[-1])


def test_containers_that_were_asked_for_and_cannot_be_had_end_the_run_before_it_begins(door: Path) -> None:
    done = _pytest("containers")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert done.stderr.strip() == (
        f"ERROR: {VARIABLE}=containers, but Docker does not answer within 2 s; or set {VARIABLE}=embedded"
    )


def _pytest(where: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "tests/unit/test_calendar.py", "-p", "no:cacheprovider", "--color=no"],
        cwd=ROOT, env=kept | {VARIABLE: where}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
