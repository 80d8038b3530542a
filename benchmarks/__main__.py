"""All benchmarks, one after the other, and what became of each promise."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.report import RESULTS, summary_of

ALL = ("append", "relay", "pipeline", "http", "transfers", "timers", "imports", "rebuild", "simulation", "idle")
SECONDS = 240
"""More than twice what any of them takes on a calm machine."""


def main(wanted: list[str]) -> int:
    """Run them in processes of their own: none inherits another's garbage, pools or event loop."""
    unknown = sorted(set(wanted) - set(ALL))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="yanzhen-bench-") as directory:
        results = Path(directory) / "targets.jsonl"
        failed = []
        for name in wanted or ALL:
            print(f"\n── {name} ──", flush=True)
            command = [sys.executable, "-m", f"benchmarks.{name}"]
            try:
                done = subprocess.run(
                    command, check=False, timeout=SECONDS, env=os.environ | {RESULTS: str(results)}
                ).returncode
            except subprocess.TimeoutExpired:
                done = 1
                print(f"{name} took longer than {SECONDS} s and was ended", file=sys.stderr)
            if done:
                failed.append(name)
        verdicts = summary_of(results)
    print("\ntarget against measured (this machine, this run; see docs/ for what the figures mean)")
    width = max((len(target.what) for _, target in verdicts), default=0)
    for _, target in verdicts:
        print(target.line(width))
    missed = sum(not target.met for _, target in verdicts)
    print(f"  {len(verdicts) - missed} of {len(verdicts)} met{'; failed: ' + ', '.join(failed) if failed else ''}")
    # A figure that is missed on a noisy machine is news, not an error; a benchmark that does not run is one.
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
