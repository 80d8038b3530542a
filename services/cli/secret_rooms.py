"""The secrets of an installation in containers: a directory ("room") per role, so that each is shown its own alone.

`operator/` holds what everything else is made from (keys, passwords, seeds, the authority's key) and is mounted by the
operator's one-shot jobs only. The other rooms are copies of what their role needs, written anew at every run: `nats/`,
`postgres/`, `grafana/`, one per service and one for migrating it (`registry-owner/`), `identity/` (the development issuer),
`simulators/`, and `outside/` with what is handed to outside systems.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from services.cli.catalogue import NAMES, SERVICES, ServiceEntry
from services.cli.service_databases import address, with_password
from services.cli.stack_files import StackFiles
from shared.kernel.errors import Unavailable
from shared.messaging.topology import Topology
from shared.security.broker import OPERATOR, OUTSIDE_SYSTEMS, identities
from shared.security.broker_conf import authorization_conf
from shared.security.certificates import Issued, issue, make_authority, still_good
from shared.security.database_roles import KEYRING, database_roles, keyring_role_of, owner_of, role_of
from shared.security.development_issuer import MESSAGE_CLIENTS
from shared.security.nkey_seeds import public_key
from shared.security.secret_files import create_once

SUPERUSER = "postgres"
AUTHORITY = "ca.pem"
MOUNTED = "/run/secrets"
"""Where each process finds its room; what names a file in it says so."""
KEYS = ("kek", "index")
LOCAL = ("localhost", "127.0.0.1")


class SecretRooms:
    """All rooms below one directory. `database` is `host:port` of the server, `broker_hosts` what clients call it."""

    def __init__(self, directory: Path, *, database: str, broker_hosts: Sequence[str]) -> None:
        self._directory = directory
        vouched = urlencode({"sslmode": "verify-full", "sslrootcert": f"{MOUNTED}/{AUTHORITY}"}, safe="/")
        self._admin_url = f"postgresql://{SUPERUSER}@{database}/postgres?{vouched}"
        self._hosts = {"nats": tuple(broker_hosts), "postgres": (database.rpartition(":")[0], *LOCAL)}
        self._hosts |= {name: (f"{name}-api", *LOCAL) for name in NAMES}
        self.files = StackFiles(directory / OPERATOR)

    def fill(self, topology: Topology, now: datetime, outside: Sequence[str] = OUTSIDE_SYSTEMS) -> list[str]:
        """Make what is missing and hand it out; returns the rooms. What exists is kept: a second run changes nothing
        but a certificate that is about to run out.

        Raises `Unavailable` (`secrets-unwritable`).
        """
        try:
            self.files.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            rooms = self._rooms(topology, now, outside)
            for room, files in rooms.items():
                for name, text in files.items():
                    self._write(room, name, text)
        except OSError as error:
            raise Unavailable(
                "secrets-unwritable",
                f"cannot write the secrets ({error.strerror})",
                remedy="let the user that runs this own the directory",
                where=str(error.filename or self._directory),
            ) from error
        return sorted(rooms)

    def _rooms(self, topology: Topology, now: datetime, outside: Sequence[str]) -> dict[str, dict[str, str]]:
        authority = self._authority(now)
        found = identities(topology, NAMES, outside)
        issuer = self._issuer(outside)
        keys = {"jwks.json": issuer["jwks.json"]}
        seeds = {one.role: self.files.ensure_seed(one.role) for one in found}
        conf = authorization_conf((one, public_key(seeds[one.role])) for one in found)
        common = {AUTHORITY: authority.certificate}
        rooms: dict[str, dict[str, str]] = {
            OPERATOR: common | self._operator(),
            "nats": {"authorization.conf": conf} | self._certificate("nats", "server.pem", authority, now),
            "postgres": {"password": self.files.password(SUPERUSER)}
            | self._certificate("postgres", "server.pem", authority, now),
            "identity": issuer,
            "simulators": common | {f"{one}.secret": issuer[f"client-{one}.secret"] for one in MESSAGE_CLIENTS},
            "grafana": {"password": self.files.password("grafana")},
            "outside": common
            | {seeds[role].name: seeds[role].read_text("ascii") for role in outside}
            | {f"{role}.secret": issuer[f"client-{role}.secret"] for role in outside},
        }
        for service in SERVICES:
            seed = {"nats.nk": seeds[service.name].read_text("ascii")}
            door = self._certificate(service.name, "door.pem", authority, now)
            rooms[service.name] = common | keys | seed | door | self._service(service)
            owner = {"database-url": self._url(service.name, owner_of(service.name))}
            rooms[f"{service.name}-owner"] = common | seed | owner
        return rooms

    def _issuer(self, outside: Sequence[str]) -> dict[str, str]:
        """All that the development issuer keeps; of no use where a real identity provider is named."""
        issuer = self.files.issuer(outside)
        for client in (*MESSAGE_CLIENTS, *outside):
            issuer.secret(client)
        return {path.name: path.read_text("utf-8") for path in sorted(issuer.jwks_file.parent.iterdir())}

    def _operator(self) -> dict[str, str]:
        # Whoever makes the databases mounts this room read-only: every password has to be there by then.
        keyring_users = {service.name: service.keyring for service in SERVICES if service.keyring}
        for one in database_roles(NAMES, keyring_users):
            for role in (one.owner, *one.workers):
                self.files.password(role)
        urls = {f"{name}-database-url": self._url(name) for name in NAMES}
        urls |= {f"{name}-migrate-url": self._url(name, owner_of(name)) for name in NAMES}
        urls |= {"keyring-url": self._url(KEYRING)}
        return urls | {"admin-url": with_password(self._admin_url, self.files.password(SUPERUSER))}

    def _service(self, service: ServiceEntry) -> dict[str, str]:
        room = {"database-url": self._url(service.name)}
        if service.keyring:  # it seals or opens personal data: nobody else is given the keyring or its key
            room["keyring-url"] = self._url(KEYRING, keyring_role_of(service.name))
            room |= {f"{key}.key": self.files.key_file(key).read_text("ascii") for key in KEYS}
        return room

    def _url(self, name: str, role: str | None = None) -> str:
        role = role or role_of(name)
        return with_password(address(self._admin_url, name, role), self.files.password(role))

    def _authority(self, now: datetime) -> Issued:
        # One file for both halves: a certificate beside another's key would lock everybody out.
        kept = self.files.secrets / "authority.pem"
        if not kept.exists():
            made = make_authority(now)
            create_once(kept, made.certificate + made.key)
        certificate, mark, key = kept.read_text("ascii").partition("-----BEGIN PRIVATE KEY-----")
        return Issued(certificate, mark + key)

    def _certificate(self, room: str, name: str, authority: Issued, now: datetime) -> dict[str, str]:
        hosts = self._hosts[room]
        if still_good(self._directory / room / name, authority, hosts, now):
            return {}
        made = issue(authority, hosts, now)
        return {name: made.certificate + made.key}

    def _write(self, room: str, name: str, text: str) -> None:
        """Whole or not at all, readable by owner and group. The room's own mode decides who gets that far."""
        path = self._directory / room / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = text if text.endswith("\n") else f"{text}\n"
        if path.exists() and path.read_text("utf-8") == text:
            return
        staged = path.with_name(f".{name}.new")
        staged.unlink(missing_ok=True)
        staged.touch(mode=0o600)
        staged.write_text(text, "utf-8")
        staged.chmod(0o440)
        staged.replace(path)
