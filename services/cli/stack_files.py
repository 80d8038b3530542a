"""What a local installation keeps in its data directory beside the servers' own data.

`credentials/<role>.nk`, `credentials/nats-authorization.conf` and `credentials/identity/…` (the development issuer's
key), `secrets/…` (keys and database passwords),
`service-ports.json`, `clock-shift`, and while it runs `run.json`. Secrets are made once, readable by their
owner only, and never shown.
"""

import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared.embedded.data_dir import DataDirectory, write_private
from shared.privacy.key_material import generate_key
from shared.security.development_issuer import DevelopmentIssuer
from shared.security.nkey_seeds import SUFFIX, ensure_seed
from shared.security.secret_files import create_once


class StackFiles:
    """Paths and secrets of one data directory. Nothing is created before it is asked for."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir.expanduser().resolve()
        self.credentials = self.path / "credentials"
        self.secrets = self.path / "secrets"
        self.run_record = self.path / "run.json"
        self.authorization = self.credentials / "nats-authorization.conf"
        self._ports = self.path / "service-ports.json"
        self._clock = self.path / "clock-shift"

    def prepare_directory(self) -> None:
        """Make the data directory as `shared.embedded.data_dir` would: PostgreSQL may have to pass through it."""
        if not self.path.exists():
            directory = DataDirectory(self.path)
            directory.open()
            directory.close()

    def seed(self, role: str) -> Path:
        """Where the role's NKey seed is, whether it exists or not."""
        return self.credentials / f"{role}{SUFFIX}"

    def ensure_seed(self, role: str) -> Path:
        """The role's NKey seed, made at the first call."""
        return ensure_seed(self.credentials, role)

    def issuer(self, outside: Sequence[str] = ()) -> DevelopmentIssuer:
        """The development issuer, its key made at the first call."""
        return DevelopmentIssuer(self.credentials / "identity", tuple(outside))

    def write_authorization(self, text: str) -> None:
        """Keep the broker's configuration of identities, for a NATS server that is not ours to include."""
        write_private(self.authorization, text)

    def key_file(self, name: str) -> Path:
        """A 256-bit key, made at the first call. **Losing the one called `kek` loses every name in the database.**"""
        path = self.secrets / f"{name}.key"
        create_once(path, f"{generate_key()}\n")
        return path

    def password(self, role: str) -> str:
        """The password of a database role, made at the first call."""
        return create_once(self.secrets / f"{role}.password", f"{secrets.token_urlsafe(32)}\n").strip()

    def remembered_ports(self) -> dict[str, int]:
        """The services' ports of the last run, so that addresses stay the same."""
        try:
            ports: dict[str, int] = json.loads(self._ports.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return ports

    def remember_ports(self, ports: dict[str, int]) -> None:
        """Keep them for the next run."""
        write_private(self._ports, json.dumps({**self.remembered_ports(), **ports}, indent=2) + "\n")

    @property
    def clock_shift(self) -> float:
        """Seconds by which the services' clock was moved (`yanzhen clock shift`), for those that start later."""
        try:
            return float(self._clock.read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return 0.0

    @clock_shift.setter
    def clock_shift(self, seconds: float) -> None:
        write_private(self._clock, f"{seconds}\n")

    def write_run_record(self, record: dict[str, Any]) -> None:
        """Let other commands find the running installation."""
        write_private(self.run_record, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
