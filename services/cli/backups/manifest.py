"""What a backup (备份) says of itself: from when it is, how far each service was, and what its files must look like.

`manifest.json` is written last and covers every file by its hash and itself by another, so that a backup is whole or is
seen not to be. It holds codes, positions and counts, nobody's data.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

from shared.kernel.errors import Refused
from shared.runtime.process import VERSION

FORMAT: Final = 1
NAME: Final = "manifest.json"
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file and how to recognise that it is still the same."""

    name: str
    bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path, progress: Callable[[int], None] = lambda _: None) -> Self:
        """The file as it is now. `progress` is told how many bytes were read."""
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                progress(len(piece))
        return cls(path.name, size, digest.hexdigest())

    def check(self, directory: Path) -> None:
        """Raises `Refused` (`backup-file-missing`, `backup-file-damaged`)."""
        path = directory / self.name
        if not path.is_file():
            raise Refused(
                "backup-file-missing", f"{self.name} is not there", remedy="copy the backup again, whole, or take another",
                where=str(directory),
            )  # fmt: skip
        if SavedFile.of(path) != self:
            raise Refused(
                "backup-file-damaged", f"{self.name} is not what was saved: it was cut or changed",
                remedy="copy the backup again from where it is kept, or take another", where=str(path),
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SavedService:
    """A service's database at its snapshot. `cursors` says how far it had handled each source, by the source's name (the
    furthest of its consumers); `audit` is the number and hash of the last record of its trail.
    """

    file: SavedFile
    position: int
    waiting: int
    events: int
    cursors: dict[str, int]
    audit: tuple[int, str]
    revisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """`installation` is the id of the first event of the registry: backups of one installation have it in common."""

    id: str
    taken_at: datetime
    installation: str
    services: dict[str, SavedService] = field(default_factory=dict)
    software: str = VERSION
    format: int = FORMAT

    def write(self, directory: Path) -> None:
        """Last of all: what has no manifest is no backup."""
        write_signed(directory / NAME, {**asdict(self), "taken_at": self.taken_at.isoformat()})

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Raises `Refused` (`no-backup`, `backup-file-damaged`, `backup-of-another-version`)."""
        content = read_signed(directory / NAME)
        services = {
            name: SavedService(
                SavedFile(**one["file"]), one["position"], one["waiting"], one["events"], one["cursors"],
                (one["audit"][0], one["audit"][1]), tuple(one["revisions"]),
            )
            for name, one in content["services"].items()
        }  # fmt: skip
        return cls(
            content["id"], datetime.fromisoformat(content["taken_at"]), content["installation"], services,
            content["software"], content["format"],
        )  # fmt: skip

    def check(self, directory: Path) -> None:
        """Every file, and that no service has handled what its source had not yet said (ADR 40). Raises `Refused`."""
        for service in self.services.values():
            service.file.check(directory)
        if ahead := self.ahead():
            raise Refused(
                "backup-inconsistent", f"the backup does not fit together: {ahead[0]}",
                remedy="take another backup; to restore this one would lose or double messages", where=str(directory),
            )  # fmt: skip

    def ahead(self) -> list[str]:
        """Every cursor that is beyond what its source had published. Of a sound backup: none."""
        return [
            f"{name} has handled {source} to {position}, {source} reaches {self.services[source].position}"
            for name, service in self.services.items()
            for source, position in service.cursors.items()
            if source in self.services and position > self.services[source].position
        ]


def write_signed(path: Path, content: dict[str, Any]) -> None:
    """JSON with a hash of itself, readable by its owner only."""
    path.touch(mode=0o600)
    text = json.dumps({**content, "checksum": _checksum(content)}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", "utf-8")


def read_signed(path: Path) -> dict[str, Any]:
    """What `write_signed` wrote. Raises `Refused` (`no-backup`, `backup-file-damaged`, `backup-of-another-version`)."""
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        checksum = content.pop("checksum")
    except OSError as error:
        raise Refused(
            "no-backup", f"there is no backup here: {path.name} cannot be read ({type(error).__name__})",
            remedy="name the directory that `yanzhen backup` wrote; one without this file was not finished",
            where=str(path.parent),
        ) from error  # fmt: skip
    except (ValueError, KeyError, AttributeError) as error:
        raise _damaged(path) from error
    if checksum != _checksum(content):
        raise _damaged(path)
    _check_version(content, path)
    return content


def _check_version(content: dict[str, Any], path: Path) -> None:
    if content["format"] != FORMAT or _numbers(content["software"]) > _numbers(VERSION):
        raise Refused(
            "backup-of-another-version",
            f"it was written by Yanzhen {content['software']} (format {content['format']}), this is {VERSION} ({FORMAT})",
            remedy=f"restore it with Yanzhen {content['software']} or newer", where=str(path.parent),
        )  # fmt: skip


def _damaged(path: Path) -> Refused:
    return Refused(
        "backup-file-damaged", f"{path.name} is not what was saved: it was cut or changed",
        remedy="copy the backup again from where it is kept, or take another", where=str(path),
    )  # fmt: skip


def _checksum(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))
