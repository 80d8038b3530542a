"""`yanzhen demo` proves something only if it would say so when a delivery is missing or doubled."""

import asyncio
import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.cli.demo.county.world import build_world
from shared.embedded.data_dir import erase
from shared.embedded.faults import SmsFaults
from tests.system.support import PROJECT, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("demo")]

SEED, SCALE, RELOCATIONS = 20261122, 0.05, 10


@pytest.fixture
def data_dir() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="yanzhen-demo-"))
    os.chmod(directory, 0o711)
    try:
        yield directory / "demo"
    finally:
        erase(directory / "demo")
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.asynccontextmanager
async def gateway(data_dir: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The SMS provider's stand-in of a demonstration that has just been started."""
    record = data_dir / "run.json"

    async def running() -> bool:
        return record.exists()

    await until("the demonstration runs", running, 120)
    url = json.loads(record.read_text())["sms_url"]
    async with httpx.AsyncClient(base_url=url, timeout=10, trust_env=False) as http:
        yield http


async def demo(data_dir: Path, interfere: Callable[[], Awaitable[None]]) -> tuple[int, str]:
    """Its exit status and what it printed, with that done in its midst."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("YANZHEN_")} | {"COLUMNS": "200"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", "demo", "--relocations", str(RELOCATIONS), "--scale", str(SCALE),
        "--seed", str(SEED), "--data-dir", str(data_dir), cwd=PROJECT, env=kept,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        (out, _), _ = await asyncio.gather(process.communicate(), interfere())
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, out.decode()


async def test_left_alone_it_finds_nothing_and_exits_with_0(data_dir: Path) -> None:
    async def leave_alone() -> None:
        return

    code, out = await demo(data_dir, leave_alone)

    assert (code, "Nothing missing, nothing doubled" in out) == (0, True), out


async def test_a_delivery_that_is_missing_is_named_and_it_exits_with_1(data_dir: Path) -> None:
    world = build_world(SEED, scale=SCALE, relocations=RELOCATIONS)
    moving = {plan.member_key for plan in world.relocations}
    # Reached by e-mail all the same: the relocation is propagated, and the demonstration need not wait in vain.
    members = [m for t in world.territories for m in t.members if m.key in moving and m.email]
    phones = frozenset(m.phone for m in members)
    assert phones

    async def some_are_not_reached() -> None:
        async with gateway(data_dir) as http:
            faults = SmsFaults(undeliverable=phones).model_dump(mode="json")
            (await http.put("/faults", json=faults)).raise_for_status()

    code, out = await demo(data_dir, some_are_not_reached)

    assert code == 1, out
    assert "NOT AS IT SHOULD BE" in out
    assert "messages are not delivered" in out


async def test_a_delivery_that_is_doubled_is_named_and_it_exits_with_1(data_dir: Path) -> None:
    async def send_one_again() -> None:
        async with gateway(data_dir) as http:
            found: list[dict[str, Any]] = []

            async def sent() -> bool:
                for path in (data_dir / "sinks").glob("*.jsonl"):
                    found[:] += [one["sms"] for one in map(_read, path.read_text().splitlines()) if "sms" in one]
                return bool(found)

            await until("the first text message is sent", sent, 120)
            again = {
                "out_id": found[0]["out_id"],
                "phone": found[0]["phone"],
                "sign": "雁阵",
                "template": "relocation-member",
                "params": {"name": "某", "origin": "甲支部", "destination": "乙支部"},
            }
            answer = await http.post("/sms/send", json=again)
            assert answer.json()["code"] == "OK"  # no provider notices by itself

    code, out = await demo(data_dir, send_one_again)

    assert code == 1, out
    assert "NOT AS IT SHOULD BE" in out
    assert "the provider saw 1 messages more than once" in out


def _read(line: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(line)
    except ValueError:
        return {}  # the last line, half written
    return found
