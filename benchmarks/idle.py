"""What the whole installation costs while nothing happens: CPU of one core, and memory.

`python -m benchmarks.idle`. Servers, stand-ins and the four services as `yanzhen up` starts them, left alone. Memory is
counted twice: RSS counts shared pages once per process, PSS counts them once.
"""

import asyncio
import os
import re
import time
from pathlib import Path

from benchmarks.report import Target, show
from benchmarks.rig import cpu_seconds, family, quiet, scratch
from services.cli.launcher import LocalInstallation

SETTLE = 10.0
SECONDS = 20.0


def memory_mib(pid: int) -> tuple[float, float]:
    """RSS and PSS; zeros when the process is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0, 0.0
    rss, pss = (re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE) for name in ("Rss", "Pss"))
    return (int(rss[1]) / 1024 if rss else 0.0), (int(pss[1]) / 1024 if pss else 0.0)


async def main() -> None:
    quiet()
    with scratch() as directory:
        async with LocalInstallation(directory) as installation:
            children = {**installation.stack.children, **installation.children}
            pids = {name: family(child.pid) for name, child in children.items() if child.pid}
            await asyncio.sleep(SETTLE)
            pids = {name: family(group[0]) for name, group in pids.items()}
            pids["launcher (this process)"] = [os.getpid()]
            before = {pid: cpu_seconds(pid) for group in pids.values() for pid in group}
            began = time.monotonic()
            await asyncio.sleep(SECONDS)
            seconds = time.monotonic() - began
            cpu = {
                name: sum(max(0.0, cpu_seconds(pid) - before[pid]) for pid in group) / seconds * 100
                for name, group in pids.items()
            }
            memory = {name: [memory_mib(pid) for pid in group] for name, group in pids.items()}
    print("\nidle: per part                % of a core     RSS MiB     PSS MiB   processes")
    for name, used in sorted(cpu.items(), key=lambda item: -item[1]):
        rss, pss = (sum(one[i] for one in memory[name]) for i in (0, 1))
        print(f"  {name:<28} {used:>10.2f}  {rss:>10.0f}  {pss:>10.0f}  {len(pids[name]):>10}")
    installation_only = [name for name in cpu if not name.startswith("launcher")]
    total_rss = sum(one[0] for name in installation_only for one in memory[name])
    total_pss = sum(one[1] for name in installation_only for one in memory[name])
    total_cpu = sum(cpu.values())
    launcher = sum(one[1] for one in memory["launcher (this process)"])
    show(
        "idle: the whole installation",
        {
            "% of one core, launcher included": total_cpu,
            "RSS MiB": total_rss,
            "PSS MiB": total_pss,
            "PSS MiB of the launcher besides": launcher,
        },
        [
            Target("idle: CPU", total_cpu, 5, at_most=True, unit="% of core"),
            Target("idle: memory (PSS, launcher included)", total_pss + launcher, 600, at_most=True, unit="MiB"),
        ],
    )


if __name__ == "__main__":
    asyncio.run(main())
