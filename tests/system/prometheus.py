"""A real Prometheus that watches an installation by the rules we ship, with minutes made seconds."""

import contextlib
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx

from shared.embedded.ports import LOOPBACK, Ports
from shared.kernel.clock import monotonic
from tests.system.support import PROJECT, until

RULES: Final = PROJECT / "infra" / "prometheus" / "rules" / "yanzhen.yml"
BINARY: Final = shutil.which("prometheus")
MISSING: Final = "no `prometheus` on this machine: apt-get install prometheus (.ci/run does)"

_FOR = re.compile(r"^(\s+for:) \d+[smh]$", re.MULTILINE)
_RANGE = re.compile(r"\[\d+m\]")


def hurried(rules: str) -> str:
    """The same rules, with every `for:` one second and every range six: what they say is not changed."""
    return _RANGE.sub("[6s]", _FOR.sub(r"\1 1s", rules))


class Prometheus:
    """Asked over its HTTP API."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def _get(self, path: str, **params: str) -> Any:
        async with httpx.AsyncClient(base_url=self.url, timeout=10, trust_env=False) as http:
            answer = (await http.get(path, params=params)).json()
        assert answer["status"] == "success", f"{params}: {answer.get('error')}"
        return answer["data"]

    async def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an instant query. Raises AssertionError with what Prometheus says of a wrong one."""
        found: list[dict[str, Any]] = (await self._get("/api/v1/query", query=expression))["result"]
        return found

    async def alarms(self) -> dict[str, list[dict[str, str]]]:
        """The labels of what fires, by alarm."""
        found: dict[str, list[dict[str, str]]] = {}
        for alert in (await self._get("/api/v1/alerts"))["alerts"]:
            if alert["state"] == "firing":
                found.setdefault(alert["labels"]["alertname"], []).append(alert["labels"])
        return found

    async def fires(self, alarm: str, **labels: str) -> None:
        """Return once it fires with these labels."""

        async def firing() -> bool:
            return any(labels.items() <= found.items() for found in (await self.alarms()).get(alarm, ()))

        await until(f"{alarm} {labels} fires", firing, 45)

    async def is_over(self, alarm: str) -> None:
        """Return once it does not fire any more."""

        async def gone() -> bool:
            return alarm not in await self.alarms()

        await until(f"{alarm} is over", gone, 60)


@contextlib.contextmanager
def watching(directory: Path, targets: Mapping[str, str]) -> Iterator[Prometheus]:
    """Watch these services (name → `host:port`) on a free port until the block ends."""
    assert BINARY is not None, MISSING
    (directory / "rules.yml").write_text(hurried(RULES.read_text()))
    jobs = [{"targets": [where], "labels": {"service": name, "role": "all"}} for name, where in targets.items()]
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "500ms"},
        "rule_files": ["rules.yml"],
        "scrape_configs": [{"job_name": "yanzhen", "static_configs": jobs}],
    }
    (directory / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
    ports = Ports()
    url = f"{LOOPBACK}:{ports.take('prometheus')}"
    with (directory / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [BINARY, f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/data",
             f"--web.listen-address={url}", "--enable-feature=exemplar-storage", "--log.level=warn"],
            stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            _until_ready(process, f"http://{url}", directory)
            yield Prometheus(f"http://{url}")
        finally:
            process.terminate()
            process.wait(20)
            ports.release()


def _until_ready(process: "subprocess.Popen[bytes]", url: str, directory: Path) -> None:
    deadline = monotonic() + 30
    while True:
        assert process.poll() is None, (directory / "prometheus.log").read_text()
        assert monotonic() < deadline, "Prometheus does not come up"
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/-/ready", trust_env=False).is_success:
                return
        time.sleep(0.05)
