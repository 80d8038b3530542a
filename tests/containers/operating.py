"""What clerks and operators do with an installation in containers, over HTTP alone."""

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

import httpx

from services.cli.demo.clerks import Clerks
from services.cli.demo.county.relocation_model import Outcome, Relocation
from services.cli.demo.http import api
from services.cli.demo.load import load
from shared.kernel.clock import monotonic
from tests.system.support import Patient

if TYPE_CHECKING:
    from tests.containers.conftest import Installation


async def load_county(installation: "Installation") -> None:
    """Enter the data into the registry, and wait until mobility has taken the roll over."""
    async with api(installation.compose.url("registry-api"), "registry", installation.badges) as registry:
        await load(registry, installation.world, lambda *_: None)
    await caught_up(installation)


def accepted_plans(installation: "Installation", count: int) -> list[Relocation]:
    """The next relocations that end with the member taken in, each handed out once."""
    plans = [plan for plan in installation.world.relocations if plan.outcome is Outcome.ACCEPTED]
    done = len(installation.relocated)
    return plans[done : done + count]


async def relocate(installation: "Installation", plans: list[Relocation]) -> list[str]:
    """From request to acceptance and acknowledgement; returns the ids. Repeats what a fault left unanswered."""
    complaints: list[str] = []
    async with httpx.AsyncClient(base_url=installation.compose.url("mobility-api"), timeout=30) as client:
        clerks = Clerks(Patient(client, "mobility", installation.badges, complaints), installation.world)
        for plan in plans:
            await clerks.carry_out(plan)
    assert complaints == []
    installation.relocated += clerks.tally.accepted
    return list(clerks.tally.accepted)


async def propagated(installation: "Installation", relocation_id: str, seconds: float = 60) -> dict[str, Any]:
    """The ledger, once everybody has it; fails with what is missing."""
    deadline = monotonic() + seconds
    async with httpx.AsyncClient(base_url=installation.compose.url("mobility-api"), timeout=10) as client:
        while True:
            answer = await client.get(f"/relocations/{relocation_id}", headers=installation.everybody())
            ledger: dict[str, Any] = answer.json()
            if answer.is_success and ledger["propagated_at"]:
                return ledger
            assert monotonic() < deadline, f"not propagated within {seconds:g} s: {ledger.get('missing', ledger)}"
            await asyncio.sleep(0.1)


async def caught_up(installation: "Installation", seconds: float = 90) -> None:
    """Wait until the registry has published everything and mobility has followed it."""
    deadline = monotonic() + seconds
    while True:
        end = said(installation, "registry-relay", "broker")
        queued = said(installation, "registry-relay", "relay")
        position = said(installation, "mobility-worker", "consumers")
        if last := re.search(r"OUT_REGISTRY ends at (\d+)", end):
            published = re.search(r"published (\d+)", queued)
            if published and published[1] == last[1] and f"OUT_REGISTRY at {last[1]}" in position:
                return
        assert monotonic() < deadline, f"not within {seconds:g} s: {end}, {queued}, {position}"
        await asyncio.sleep(0.5)


_ASK = "import json, urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/readyz').read().decode())"


def said(installation: "Installation", service: str, check: str) -> str:
    """What a process says of itself at /readyz; roles other than the API publish no port, so it is asked from inside."""
    answer = json.loads(installation.compose("exec", "-T", service, "python", "-c", _ASK))
    return str(next(one["detail"] for one in answer["checks"] if one["name"] == check))
