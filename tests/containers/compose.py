"""One installation in containers, as an operator runs it: `docker compose`, HTTP on published ports, and nothing else."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from shared.security.development_issuer import DevelopmentIssuer

ROOT: Final = Path(__file__).parents[2]
SERVICES: Final = ("registry", "mobility", "assessment", "notify")
IMAGES: Final = (*SERVICES, "tools", "simulators")
PUBLIC: Final = {"python": "python:3.11-slim-bookworm", "nats": "nats:2-alpine", "postgres": "postgres:18",
                 "maildev": "maildev/maildev:2.2.1"}  # fmt: skip
"""What docker-compose.yml takes from elsewhere, by the name that offline-images knows it under."""
MIRROR: Final = os.environ.get("YANZHEN_MIRROR", "")
VERSION: Final = "test"
PREFIX: Final = "yanzhen-test-"
_PORTS: Final = ("REGISTRY", "MOBILITY", "ASSESSMENT", "NOTIFY", "MAIL", "SMS")


def run(*command: str, seconds: float = 120, environment: dict[str, str] | None = None) -> str:
    """The command's output. Fails with what it said."""
    done = attempt(*command, seconds=seconds, environment=environment)
    assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def attempt(
    *command: str, seconds: float = 120, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The same for what may fail."""
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip


def image(name: str) -> str:
    """The tag under which these tests build it."""
    return f"{MIRROR}yanzhen/{name}:{VERSION}"


def build_images(*names: str) -> None:
    """Ours (all, or those), from this very source; the public ones they stand on are pulled, or built where none can be."""
    missing = [name for name, tag in PUBLIC.items() if attempt("docker", "image", "inspect", MIRROR + tag).returncode]
    if missing:
        script = str(ROOT / "infra" / "docker" / "offline-images" / "build-images.sh")
        run(script, *missing, seconds=600, environment={"STANDIN_PREFIX": MIRROR})
    run(str(ROOT / "infra" / "docker" / "build.sh"), *names, seconds=900, environment={"YANZHEN_VERSION": VERSION})


@dataclass(frozen=True)
class Compose:
    """A project under a name of its own, on ports that are free."""

    project: str
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        # An empty port lets Docker take a free one.
        ports = dict.fromkeys((f"YANZHEN_{name}_PORT" for name in _PORTS), "")
        own = {"COMPOSE_PROJECT_NAME": self.project, "YANZHEN_VERSION": VERSION, "YANZHEN_MIRROR": MIRROR}
        object.__setattr__(self, "environment", ports | own)

    def __call__(self, *arguments: str, seconds: float = 120) -> str:
        return run("docker", "compose", *arguments, seconds=seconds, environment=self.environment)

    def attempt(self, *arguments: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        return attempt("docker", "compose", *arguments, seconds=seconds, environment=self.environment)

    @contextmanager
    def also(self, overlay: str) -> Iterator[None]:
        """What is done meanwhile is done with that file as well."""
        self.environment["COMPOSE_FILE"] = f"docker-compose.yml:{overlay}"
        try:
            yield
        finally:
            del self.environment["COMPOSE_FILE"]

    def issuer(self, directory: Path) -> DevelopmentIssuer:
        """The development issuer of this installation, from a copy of its key."""
        (directory / "issuer.jwk").write_text(
            self("run", "--rm", "-T", "--entrypoint", "cat", "tools", "/run/secrets/credentials/identity/issuer.jwk")
        )
        return DevelopmentIssuer(directory)

    def up(self, *arguments: str) -> None:
        """Bring up, and return when everything is well."""
        self("up", "-d", "--no-build", "--wait", "--wait-timeout", "400", *arguments, seconds=420)

    def down(self) -> None:
        """Remove everything, data and secrets included."""
        self("down", "-v", "--remove-orphans", "-t", "3", seconds=120)

    def url(self, service: str, port: int = 8000) -> str:
        return f"http://{self('port', service, str(port)).strip()}"

    def containers(self, service: str = "", *, all_: bool = False) -> list[str]:
        """Ids of its containers; with `all_` also of jobs that have ended."""
        return self("ps", "-q", *(["-a"] if all_ else []), *([service] if service else [])).split()

    def inspect(self, *containers: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(run("docker", "inspect", *containers))
        return found
