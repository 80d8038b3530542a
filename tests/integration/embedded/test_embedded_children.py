import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from shared.embedded.children import Child, ChildSpec
from shared.kernel.errors import Unavailable


async def _at_once(_pid: int) -> bool:
    return True


async def _never(_pid: int) -> bool:
    return False


def _spec(tmp_path: Path, program: str, **more: object) -> ChildSpec:
    spec: dict[str, object] = {
        "name": "toy",
        "argv": (sys.executable, "-u", "-c", program),
        "cwd": tmp_path,
        "log": tmp_path / "toy.log",
    }
    return ChildSpec(**{**spec, **more})  # type: ignore[arg-type]


async def test_a_child_that_dies_again_and_again_is_started_again_and_again(tmp_path: Path) -> None:
    child = Child(_spec(tmp_path, "pass"), ready=_at_once)
    pids: list[int | None] = []
    child.on_restart(lambda restarted: pids.append(restarted.pid))
    await child.start()
    await child.wait_restarts(3)
    await child.stop()
    assert len(set(pids)) == len(pids) >= 3
    assert child.pid is None


async def test_who_listens_hears_of_a_child_that_was_stopped_and_started(tmp_path: Path) -> None:
    child = Child(_spec(tmp_path, "import time; time.sleep(600)"), ready=_at_once)
    pids: list[int | None] = []
    child.on_restart(lambda restarted: pids.append(restarted.pid))
    await child.start()
    assert pids == []
    await child.stop()
    await child.start()
    assert pids == [child.pid]
    await child.stop()


async def test_a_child_that_ignores_the_polite_signal_is_killed(tmp_path: Path) -> None:
    program = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(600)"
    spec = _spec(tmp_path, program, stop=((signal.SIGTERM, 0.1),))

    async def said_up(_pid: int) -> bool:
        return b"up" in spec.log.read_bytes()

    child = Child(spec, ready=said_up)
    await child.start()
    pid = child.pid
    assert pid is not None
    await asyncio.wait_for(child.stop(), 5)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_child_that_dies_before_it_is_ready_is_reported_with_its_last_words(tmp_path: Path) -> None:
    child = Child(_spec(tmp_path, "raise SystemExit('no disk left')"), ready=_never)
    with pytest.raises(Unavailable) as failure:
        await child.start()
    assert "no disk left" in failure.value.detail


async def test_a_child_that_never_gets_ready_is_ended(tmp_path: Path) -> None:
    child = Child(_spec(tmp_path, "import time; time.sleep(600)", ready_seconds=0.2), ready=_never)
    with pytest.raises(Unavailable, match="not ready after"):
        await child.start()
    assert child.pid is None


async def test_a_large_log_is_set_aside_at_the_next_launch(tmp_path: Path) -> None:
    spec = _spec(tmp_path, "print('new')")
    spec.log.write_bytes(b"x" * 10_000_001)
    child = Child(spec, ready=_at_once)
    await child.start()
    await child.stop()
    assert spec.log.stat().st_size < 1_000
    assert (tmp_path / "toy.log.1").stat().st_size == 10_000_001
