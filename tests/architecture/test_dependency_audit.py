"""The audit fails on a vulnerable pin, and never mistakes silence for a clean bill."""

import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scripts import audit_dependencies
from scripts.advisory_export import is_affected
from scripts.audit_dependencies import CANARY, EXPORT, LOCK, VARIABLE, audit, main, sources

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


NOW = datetime.now(UTC)


def record(name: str, number: str, days_ago: int = 1, **affected: Any) -> dict[str, Any]:
    return {"id": number, "modified": (NOW - timedelta(days=days_ago)).isoformat(),
            "affected": [{"package": {"ecosystem": "PyPI", "name": name}, **affected}]}  # fmt: skip


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Writes an export and lets it be the source; returns the arguments that audit the vulnerable lock by it."""

    def written(*records: dict[str, Any], lock: str = VULNERABLE) -> list[str]:
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            for one in records:
                archive.writestr(f"{one['id']}.json", json.dumps(one))
        (tmp_path / "lock.txt").write_text(lock)
        monkeypatch.setenv(EXPORT, str(tmp_path / "all.zip"))
        return [str(tmp_path / "lock.txt"), "--required"]

    return written


KNOWN = record("Django", "PYSEC-0", versions=["1.1", "1.2"])


def test_without_a_network_an_export_tells_what_is_vulnerable(
    export: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    fixed = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "5.1"}]}]
    assert main(export(KNOWN, record("PyYAML", "PYSEC-2018-49", ranges=fixed))) == 1
    assert "pyyaml 3.12 has known vulnerabilities: PYSEC-2018-49" in capsys.readouterr().err
    assert main(export(KNOWN, record("PyYAML", "PYSEC-1", ranges=fixed), lock="pyyaml==5.1 \\\n")) == 0
    assert f"1 audited by {EXPORT}, none is known to be vulnerable" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([], "holds no advisory"),
        ([record("PyYAML", "PYSEC-1", versions=["9"])], "does not know that django 1.2 is vulnerable"),
        ([KNOWN | {"withdrawn": NOW.isoformat()}], "does not know that django 1.2 is vulnerable"),
        ([record("django", "PYSEC-0", 20, versions=["1.2"])], "its newest advisory is of"),
    ],
)
def test_an_export_that_is_old_or_not_whole_is_not_believed(
    export: Callable[..., list[str]], capsys: pytest.CaptureFixture[str], records: list[dict[str, Any]], why: str
) -> None:
    assert main(export(*records)) == 1
    said = capsys.readouterr().out
    assert "NOT AUDITED" in said
    assert why in said


def test_a_file_that_is_no_export_is_said_to_be_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "all.zip").write_text("no archive")
    for name in ("all.zip", "nothing.zip"):
        monkeypatch.setenv(EXPORT, str(tmp_path / name))
        assert main(["--required"]) == 1
        assert "cannot be read" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("version", "events", "affected"),
    [
        ("1.0", [{"introduced": "0"}], True),
        ("1.0", [{"introduced": "1.0"}, {"fixed": "1.1"}], True),
        ("1.1", [{"introduced": "1.0"}, {"fixed": "1.1"}], False),
        ("1.1rc1", [{"introduced": "1.0"}, {"fixed": "1.1"}], True),
        ("0.9", [{"introduced": "1.0"}, {"fixed": "1.1"}], False),
        ("1.1", [{"introduced": "1.0"}, {"last_affected": "1.1"}], True),
        ("1.2", [{"introduced": "1.0"}, {"last_affected": "1.1"}], False),
        ("2.1", [{"introduced": "0"}, {"fixed": "1.1"}, {"introduced": "2.0"}, {"fixed": "2.2"}], True),
        ("1.5", [{"introduced": "2.0"}, {"fixed": "2.2"}, {"introduced": "0"}, {"fixed": "1.1"}], False),
        ("1.0", [{"introduced": "not a version"}], True),
    ],
)
def test_ranges_are_read_as_the_schema_has_it(version: str, events: list[dict[str, str]], affected: bool) -> None:
    assert is_affected(version, {"ranges": [{"type": "ECOSYSTEM", "events": events}]}) == affected


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
