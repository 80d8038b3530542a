"""Makes a virtual environment and installs one lock into it: `python scripts/install.py .venv requirements/run.txt`.

Standard library only, since it runs before anything is installed. Every file comes with its hash (`--require-hashes`),
so what is installed is what was locked or nothing. Our own code is not built, which would fetch a build backend without
a hash: a `.pth` file puts the checkout on the path, and `yanzhen` is a three-line script.
"""

import re
import subprocess
import sys
import venv
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ATTEMPTS = 2
"""pip retries connections by itself; a broken download (a hash of half a file) needs a second run."""


def say(text: str, *, end: str = "\n") -> None:
    """Show a line to whoever waits."""
    sys.stderr.write(text + end)
    sys.stderr.flush()


def ensure_environment(directory: Path) -> tuple[Path, list[str]]:
    """The environment's interpreter, and the command that is its pip."""
    python = directory / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        say(f"making a virtual environment in {directory.name}/")
        try:
            venv.create(directory, with_pip=True)
        except (subprocess.CalledProcessError, SystemExit):
            # Debian splits ensurepip off. The pip beside this interpreter can install into another environment.
            venv.create(directory, with_pip=False)
    if _works([str(python), "-m", "pip"]):
        return python, [str(python), "-m", "pip"]
    outer = [sys.executable, "-m", "pip"]
    if _works(outer):
        return python, [*outer, "--python", str(python)]
    raise SystemExit("pip is missing: install it for this Python (`python3 -m ensurepip`), then run make again")


def _works(pip: list[str]) -> bool:
    return subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode == 0  # noqa: S603


def install(pip: list[str], lock: Path) -> None:
    """Install the lock, showing how far it is. SystemExit with pip's last words when it fails."""
    total = len(re.findall(r"^[A-Za-z0-9]", lock.read_text(encoding="utf-8"), re.MULTILINE))
    say(f"installing {total} packages from {lock.parent.name}/{lock.name} (a minute or two the first time)")
    command = [*pip, "install", "--require-hashes", "--no-input", "--disable-pip-version-check",
               "--progress-bar", "off", "-r", str(lock)]  # fmt: skip
    for attempt in range(1, ATTEMPTS + 1):
        last = deque[str](maxlen=20)
        done = 0
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603
            for line in process.stdout or ():
                last.append(line.rstrip())
                done += line.startswith(("Collecting ", "Requirement already satisfied"))
                _progress(done, total, line)
        if process.returncode == 0:
            return
        say("")
        if attempt < ATTEMPTS:
            say("that did not work, trying once more")
    raise SystemExit("\n".join([*last, "", f"could not install {lock.name}: see above; is a package index reachable?"]))


def _progress(done: int, total: int, line: str) -> None:
    if not sys.stderr.isatty():
        return
    filled = "#" * (30 * min(done, total) // total)
    doing = "installing" if line.startswith("Installing") else f"{min(done, total)} of {total}"
    say(f"\r  [{filled:<30}] {doing:<12}", end="\n" if line.startswith("Successfully") else "")


def link_sources(python: Path, directory: Path) -> None:
    """Make the checkout importable, and the command callable, from the environment."""
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([str(python), "-c", query], capture_output=True, text=True, check=True)  # noqa: S603
    Path(site.stdout.strip(), "yanzhen.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    command = directory / "bin" / "yanzhen"
    if command.parent.is_dir():
        # Run by sh: a `#!` line breaks when the path is long or has a space in it.
        command.write_text(
            '#!/bin/sh\nexec "$(dirname "$0")/python" -m services.cli "$@"\n',
            encoding="utf-8",
        )
        command.chmod(0o755)


def main() -> None:
    """Install the lock named on the command line."""
    directory, lock = Path(sys.argv[1]).absolute(), Path(sys.argv[2])
    python, pip = ensure_environment(directory)
    install(pip, lock)
    link_sources(python, directory)


if __name__ == "__main__":
    main()
