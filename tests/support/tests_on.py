"""Where the servers of this test run are: in containers, or embedded. Also a pytest plugin that says so.

`YANZHEN_TESTS_ON` is `containers`, `embedded` or `auto` (the default: containers when Docker answers and has the images).
The choice is made once: workers and the processes that tests start find it made in the variable.
"""

import os
from dataclasses import dataclass
from typing import Any, Final

import pytest

VARIABLE: Final = "YANZHEN_TESTS_ON"
NATS_IMAGE: Final = "nats:2-alpine"
POSTGRES_IMAGE: Final = "postgres:18"
PATIENCE_SECONDS: Final = 2
_MADE_READY_BY: Final = "infra/docker/offline-images/build-images.sh"
_USED: Final = "servers"


@dataclass(frozen=True, slots=True)
class TestsOn:
    """The choice and, for people, the reason."""

    __test__ = False

    containers: bool
    why: str

    def __str__(self) -> str:
        return f"{'containers' if self.containers else 'the embedded stack'} ({self.why})"


_choice: TestsOn | None = None


def choice() -> TestsOn:
    """What was chosen for this process. Raises `pytest.UsageError` when what was asked for cannot be had."""
    global _choice
    if _choice is None:
        _choice = choose(os.environ.get(VARIABLE) or "auto")
    return _choice


def choose(wanted: str) -> TestsOn:
    """Look at the wish first and at Docker then."""
    if wanted == "embedded":
        return TestsOn(False, f"{VARIABLE}=embedded")
    if wanted not in ("auto", "containers"):
        raise pytest.UsageError(f"{VARIABLE} is {wanted!r}; it can be containers, embedded or auto")
    engine, trouble = _docker()
    if not trouble:
        return TestsOn(True, f"Docker {engine}: {NATS_IMAGE}, {POSTGRES_IMAGE}")
    if wanted == "containers":
        raise pytest.UsageError(f"{VARIABLE}=containers, but {trouble}; or set {VARIABLE}=embedded")
    return TestsOn(False, trouble)


def _docker() -> tuple[str, str]:
    """The engine's version and, if it is of no use to us, why."""
    # Not needed, and not paid for, by those who want the embedded stack.
    import docker.errors
    from testcontainers.core.config import testcontainers_config
    from testcontainers.core.docker_client import DockerClient

    images = [NATS_IMAGE, POSTGRES_IMAGE]
    if not testcontainers_config.ryuk_disabled:
        images.append(testcontainers_config.ryuk_image)
    try:
        client = DockerClient(timeout=PATIENCE_SECONDS).client
        try:
            engine = str(client.info()["ServerVersion"])
            missing = [image for image in images if not _has(client, image)]
        finally:
            client.close()
    except (docker.errors.DockerException, OSError):
        return "", f"Docker does not answer within {PATIENCE_SECONDS} s"
    if missing:
        return engine, f"Docker lacks {', '.join(missing)}: run {_MADE_READY_BY}"
    return engine, ""


def _has(client: Any, image: str) -> bool:
    import docker.errors

    try:
        client.images.get(image)
    except docker.errors.ImageNotFound:
        return False
    return True


# -- the plugin ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def tests_on() -> TestsOn:
    """Asked for by every fixture that starts servers: that is how the tests on servers are counted."""
    return choice()


def pytest_configure() -> None:
    os.environ[VARIABLE] = "containers" if choice().containers else "embedded"


def pytest_report_header() -> str:
    return f"servers: {choice()}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and "tests_on" in item.fixturenames:
            item.user_properties.append((_USED, True))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    found = ((how, _on_servers(terminalreporter, how)) for how in ("passed", "failed", "error", "skipped"))
    counts = ", ".join(f"{number} {how}" for how, number in found if number) or "none was run"
    terminalreporter.section("servers", "-")
    terminalreporter.line(f"of the tests that need servers, {counts} on {choice()}")


def _on_servers(reporter: pytest.TerminalReporter, how: str) -> int:
    """How many tests on servers ended so. Through a worker a tuple comes as a list."""
    return sum(
        [_USED, True] in map(list, getattr(report, "user_properties", ())) for report in reporter.stats.get(how, [])
    )
