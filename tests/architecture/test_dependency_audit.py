"""The audit fails on a vulnerable pin, and never mistakes silence for a clean bill."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scripts import audit_dependencies
from scripts.audit_dependencies import CANARY, LOCK, VARIABLE, audit, main, sources

VULNERABLE = f"pyyaml==3.12 --hash=sha256:{'0' * 64}\n"
"""CVE-2017-18342: loading YAML ran code."""


@contextmanager
def advisories(known: dict[tuple[str, str], str]) -> Iterator[str]:
    """A server that speaks OSV's query protocol and knows these advisories."""

    class Osv(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            advisory = known.get((asked["package"]["name"], asked["version"]))
            vulns = [{"id": advisory, "details": "", "affected": []}] if advisory else []
            body = json.dumps({"vulns": vulns} if vulns else {}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Osv)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_a_vulnerable_pin_fails_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(VULNERABLE)
    with advisories({CANARY: "PYSEC-0", ("pyyaml", "3.12"): "PYSEC-2018-49"}) as url:
        monkeypatch.setenv(VARIABLE, url)
        assert main([str(lock)]) == 1
    assert "pyyaml 3.12 has known vulnerabilities: PYSEC-2018-49" in capsys.readouterr().err


def test_what_we_depend_on_is_asked_about_pin_by_pin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pins = sum(1 for line in LOCK.read_text().splitlines() if "==" in line)
    with advisories({CANARY: "PYSEC-0"}) as url:
        monkeypatch.setenv(VARIABLE, url)
        assert main([]) == 0
    assert f"{pins} audited by {VARIABLE}, none is known to be vulnerable" in capsys.readouterr().out


@pytest.mark.parametrize("required", [True, False])
def test_a_source_that_knows_nothing_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], required: bool
) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(VULNERABLE)
    with advisories({}) as url:
        monkeypatch.setenv(VARIABLE, url)
        assert main([str(lock), *(["--required"] if required else [])]) == required
    assert "NOT AUDITED" in capsys.readouterr().out


def test_a_source_that_cannot_be_reached_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(VULNERABLE)
    monkeypatch.setenv(VARIABLE, "http://127.0.0.1:9/v1/query")
    assert main([str(lock)]) == 0
    said = capsys.readouterr().out
    assert "NOT AUDITED" in said
    assert VARIABLE in said


def test_the_real_sources_know_the_vulnerable_pin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the network reaches one of them; elsewhere the audit itself says that it could not be made."""
    monkeypatch.delenv(VARIABLE, raising=False)
    lock = tmp_path / "lock.txt"
    lock.write_text(VULNERABLE)
    found = [one for one in (audit(lock, *source) for source in sources()) if not one.silent]
    if not found:
        pytest.skip("no source of advisories can be reached from here")
    assert all("pyyaml 3.12" in one.vulnerable for one in found)
    assert audit_dependencies.main([str(lock)]) == 1
