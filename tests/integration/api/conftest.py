"""The four services as `yanzhen up` runs them, with a small county in them, so that generated requests can hit something."""

import asyncio
import os
import tempfile
import threading
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.cli.badges import Badges
from services.cli.demo.county.world import build_world
from services.cli.demo.http import api
from services.cli.demo.load import load
from services.cli.launcher import LocalInstallation
from shared.embedded.data_dir import erase
from tests.integration.api.credentials import CALLERS

_IDS = {
    "registry": {
        "member_id": "SELECT member_id FROM members LIMIT 5",
        "top": "SELECT organisation_id FROM organisations WHERE parent_id IS NULL LIMIT 1",
        "organisation_id": "SELECT organisation_id FROM organisations LIMIT 8",
        "post_id": "SELECT post_id FROM posts LIMIT 3",
        "station_id": "SELECT station_id FROM stations LIMIT 3",
        "uscc": "SELECT uscc FROM units LIMIT 3",
    }
}


@dataclass
class Served:
    """The running installation, and ids that exist in it, by the name of the field they go into."""

    installation: LocalInstallation
    ids: Mapping[str, list[str]]

    def headers(self, caller: str) -> dict[str, str]:
        """What that caller sends along."""
        return dict(CALLERS[caller](self.installation, self.ids["top"][0]))

    def url(self, service: str) -> str:
        return self.installation.url(service)


@pytest.fixture(scope="package")
def served() -> Iterator[Served]:
    directory = Path(tempfile.mkdtemp(prefix="yanzhen-api-"))
    os.chmod(directory, 0o711)  # PostgreSQL runs as another user when we are root
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def do(work: Coroutine[Any, Any, Any], seconds: float = 110) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(seconds)

    installation = LocalInstallation(directory)
    try:
        do(installation.start())
        yield Served(installation, do(_filled(installation)))
    finally:
        do(installation.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        erase(directory)


async def _filled(installation: LocalInstallation) -> dict[str, list[str]]:
    async with api(installation.url("registry"), "registry", Badges(installation.issuer())) as registry:
        await load(registry, build_world(1, scale=0.01, relocations=0), lambda *_: None)
    ids: dict[str, list[str]] = {}
    for service, queries in _IDS.items():
        connection = await asyncpg.connect(installation.database_url(service))
        for field, query in queries.items():
            ids[field] = [row[0] for row in await connection.fetch(query)]
        await connection.close()
    for field in (
        "parent_id",
        "by",
        "branch_id",
        "to_branch_id",
        "to_committee_id",
        "scope_id",
        "holder_id",
        "party_id",
    ):
        ids[field] = ids["organisation_id"]
    return ids | {"person_id": ids["member_id"], "instructor_id": ids["member_id"]}
