"""The installation that a command is about: the one that runs on a data directory, or one named by the environment.

`yanzhen up` writes `run.json`; elsewhere (containers, Kubernetes) `YANZHEN_NATS_URL`, `YANZHEN_NATS_SEED_FILE` and per
service `YANZHEN_<SERVICE>_DATABASE_URL`, `YANZHEN_<SERVICE>_MIGRATE_URL` and `YANZHEN_<SERVICE>_URL` say where things
are, and win over the record.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.cli.catalogue import NAMES, ServiceEntry, entry
from services.cli.service_databases import with_password
from services.cli.service_environment import migrate_variable
from services.cli.stack_files import StackFiles
from shared.kernel.errors import Invalid, Unavailable
from shared.security.broker import OPERATOR
from shared.security.database_roles import owner_of, role_of


@dataclass(frozen=True, slots=True)
class KnownService:
    """Where a service is. `database_url` holds its password, `owner_url` that of the database's owner."""

    entry: ServiceEntry
    url: str | None
    database_url: str | None = field(repr=False)
    pid: int | None = None
    owner_url: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return self.entry.name

    @property
    def database(self) -> str:
        """The connection string. Raises `Unavailable` (`unknown-database`)."""
        if self.database_url is None:
            raise Unavailable(
                "unknown-database",
                f"nothing says where the database of {self.name} is",
                remedy=f"start it with `yanzhen up`, or set {_variable(self.name, 'DATABASE_URL')}",
            )
        return self.database_url

    @property
    def owned_database(self) -> str:
        """The connection string of the owner, who may change tables. Raises `Unavailable` (`unknown-database`)."""
        if self.owner_url is None:
            raise Unavailable(
                "unknown-database",
                f"nothing says how to change tables in the database of {self.name}",
                remedy=f"set {migrate_variable(self.name)}",
            )
        return self.owner_url


@dataclass(frozen=True, slots=True)
class Installation:
    """What a command can reach. `record` is the content of `run.json`, empty when there is none."""

    files: StackFiles
    services: Mapping[str, KnownService]
    nats_url: str
    seed_file: Path | None
    record: Mapping[str, Any]

    def service(self, name: str) -> KnownService:
        """One service. Raises `Invalid` (`unknown-service`)."""
        if name not in self.services:
            raise Invalid(
                "unknown-service",
                f"there is no service {name!r} here",
                remedy=f"name one of {', '.join(self.services)}",
            )
        return self.services[name]


def find(data_dir: Path, environment: Mapping[str, str] | None = None) -> Installation:
    """Raises `Unavailable` (`not-running`) when nothing runs on the directory and the environment names no broker."""
    environment = os.environ if environment is None else environment
    files = StackFiles(data_dir)
    record = _record(files)
    nats_url = environment.get("YANZHEN_NATS_URL") or record.get("nats_url")
    if not nats_url:
        raise Unavailable(
            "not-running",
            f"no installation is running on {data_dir}",
            remedy="start one with `yanzhen up`, name its --data-dir, or set YANZHEN_NATS_URL",
        )
    seed = environment.get("YANZHEN_NATS_SEED_FILE")
    kept = files.seed(OPERATOR)
    names = list(record.get("services", NAMES))
    return Installation(
        files,
        {name: _service(name, record.get("services", {}).get(name, {}), files, environment) for name in names},
        nats_url,
        Path(seed) if seed else kept if kept.exists() else None,
        record,
    )


def is_alive(pid: int | None) -> bool:
    """Whether a process with that number exists."""
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _record(files: StackFiles) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads(files.run_record.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return record if is_alive(record.get("pid")) else {}  # what a killed run left says nothing any more


def _service(name: str, noted: Mapping[str, Any], files: StackFiles, environment: Mapping[str, str]) -> KnownService:
    database = environment.get(_variable(name, "DATABASE_URL"))
    if database is None and "database" in noted:
        database = with_password(noted["database"], files.password(role_of(name)))
    owned = environment.get(migrate_variable(name))
    if owned is None and "owner" in noted:
        owned = with_password(noted["owner"], files.password(owner_of(name)))
    url = environment.get(_variable(name, "URL")) or noted.get("url")
    known = ServiceEntry(name, noted["target"]) if "target" in noted else entry(name)
    return KnownService(known, url, database, noted.get("pid"), owned)


def _variable(name: str, what: str) -> str:
    return f"YANZHEN_{name.upper()}_{what}"
