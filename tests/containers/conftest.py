"""Docker, the images and one installation for the whole directory; skipped with the reason where there is no Docker."""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from services.cli.badges import Badges
from services.cli.demo.county.world import World, build_world
from services.cli.demo.ids import id_of
from shared.security.actor import Actor, Assignment, Role
from tests.containers.compose import IMAGES, PREFIX, Compose, attempt, build_images, image, run

SEED = 20261122


@pytest.fixture(scope="session")
def docker() -> None:
    """An engine that answers, with Compose."""
    if os.environ.get("YANZHEN_TESTS_ON") == "embedded":
        pytest.skip("YANZHEN_TESTS_ON=embedded")
    try:
        answers = attempt("docker", "info", "--format", "{{.ServerVersion}}", seconds=10).returncode == 0
        composes = attempt("docker", "compose", "version", seconds=10).returncode == 0
    except (OSError, TimeoutError):
        answers = composes = False
    if not (answers and composes):
        pytest.skip(
            "Docker does not answer, or lacks compose: infra/docker/offline-images/docker-install.sh and docker-up.sh"
        )


@pytest.fixture(scope="session")
def images(docker: None) -> dict[str, str]:
    """Our images, built from this very source."""
    build_images()
    return {name: image(name) for name in IMAGES}


@dataclass
class Installation:
    """What runs, and what has been entered into it so far."""

    compose: Compose
    world: World
    badges: Badges
    loaded: bool = False
    relocated: list[str] = field(default_factory=list)

    def everybody(self) -> dict[str, str]:
        """The Authorization header of somebody who may see and do everything in every territory."""
        tops = [id_of(territory.organisations[0].key) for territory in self.world.territories]
        return self.badges.of(Actor("tester", tuple(Assignment(Role.CITY_DEPARTMENT, top) for top in tops)))


@pytest.fixture(scope="session")
def running(images: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """`docker compose up` under a name of its own. What killed runs left behind is removed first."""
    for project in _left_over():
        Compose(project).down()
    compose = Compose(f"{PREFIX}{os.getpid()}-{secrets.token_hex(3)}")
    try:
        compose.up()
        badges = Badges(compose.issuer(tmp_path_factory.mktemp("issuer")))
        yield Installation(compose, build_world(SEED, scale=0.01, relocations=40), badges)
    finally:
        compose.down()


def _left_over() -> set[str]:
    label = "com.docker.compose.project"
    found = run("docker", "ps", "-a", "--filter", f"label={label}", "--format", f'{{{{.Label "{label}"}}}}').split()
    ours = {name for name in found if name.startswith(PREFIX)}
    return {name for name in ours if not os.path.exists(f"/proc/{name.removeprefix(PREFIX).partition('-')[0]}")}


@pytest.fixture
async def installation(running: Installation) -> Installation:
    """The installation with the county's organisations, members and posts entered over HTTP."""
    from tests.containers.operating import load_county

    if not running.loaded:
        await load_county(running)
        running.loaded = True
    return running
