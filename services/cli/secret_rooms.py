"""The secrets of an installation in containers: a directory ("room") per role, so that each is shown its own alone.

`operator/` holds what everything else is made from (keys, passwords, seeds, the authority's key) and is mounted by the
operator's one-shot jobs only. The other rooms are copies of what their role needs, written anew at every run: `nats/`,
`postgres/`, `grafana/`, one per service, `identity/` (the development issuer), `simulators/`, and `outside/` with what is
handed to outside systems.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from services.cli.catalogue import NAMES
from services.cli.service_databases import KEYRING, address, role_of, with_password
from services.cli.stack_files import StackFiles
from shared.kernel.errors import Unavailable
from shared.messaging.topology import Topology
from shared.security.broker import OPERATOR, OUTSIDE_SYSTEMS, identities
from shared.security.broker_conf import authorization_conf
from shared.security.certificates import Issued, issue, make_authority, still_good
from shared.security.development_issuer import MESSAGE_CLIENTS
from shared.security.nkey_seeds import public_key
from shared.security.secret_files import create_once

SUPERUSER = "postgres"
PERSONAL = ("registry", "notify")
"""Services that seal or open personal data: nobody else is given the keyring or its key."""
KEYS = ("kek", "index")


class SecretRooms:
    """All rooms below one directory. `database` is `host:port` of the server, `broker_hosts` what clients call it."""

    def __init__(self, directory: Path, *, database: str, broker_hosts: Sequence[str]) -> None:
        self._directory = directory
        self._admin_url = f"postgresql://{SUPERUSER}@{database}/postgres"
        self._broker_hosts = tuple(broker_hosts)
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
        common = {"nats-ca.pem": authority.certificate}
        rooms: dict[str, dict[str, str]] = {
            OPERATOR: common | self._operator(),
            "nats": {"authorization.conf": conf} | self._server(authority, now),
            "postgres": {"password": self.files.password(SUPERUSER)},
            "identity": issuer,
            "simulators": {f"{one}.secret": issuer[f"client-{one}.secret"] for one in MESSAGE_CLIENTS},
            "grafana": {"password": self.files.password("grafana")},
            "outside": common
            | {seeds[role].name: seeds[role].read_text("ascii") for role in outside}
            | {f"{role}.secret": issuer[f"client-{role}.secret"] for role in outside},
        }
        for name in NAMES:
            rooms[name] = common | keys | self._service(name, seeds)
        return rooms

    def _issuer(self, outside: Sequence[str]) -> dict[str, str]:
        """All that the development issuer keeps; of no use where a real identity provider is named."""
        issuer = self.files.issuer(outside)
        for client in (*MESSAGE_CLIENTS, *outside):
            issuer.secret(client)
        return {path.name: path.read_text("utf-8") for path in sorted(issuer.jwks_file.parent.iterdir())}

    def _operator(self) -> dict[str, str]:
        urls = {f"{name}-database-url": self._url(name) for name in NAMES}
        return urls | {"admin-url": with_password(self._admin_url, self.files.password(SUPERUSER))}

    def _service(self, name: str, seeds: Mapping[str, Path]) -> dict[str, str]:
        room = {"database-url": self._url(name), "nats.nk": seeds[name].read_text("ascii")}
        if name in PERSONAL:
            room["keyring-url"] = self._url(KEYRING)
            room |= {f"{key}.key": self.files.key_file(key).read_text("ascii") for key in KEYS}
        return room

    def _url(self, name: str) -> str:
        return with_password(address(self._admin_url, name), self.files.password(role_of(name)))

    def _authority(self, now: datetime) -> Issued:
        # One file for both halves: a certificate beside another's key would lock everybody out.
        kept = self.files.secrets / "authority.pem"
        if not kept.exists():
            made = make_authority(now)
            create_once(kept, made.certificate + made.key)
        certificate, mark, key = kept.read_text("ascii").partition("-----BEGIN PRIVATE KEY-----")
        return Issued(certificate, mark + key)

    def _server(self, authority: Issued, now: datetime) -> dict[str, str]:
        if still_good(self._directory / "nats" / "server.pem", authority, self._broker_hosts, now):
            return {}
        made = issue(authority, self._broker_hosts, now)
        return {"server.pem": made.certificate + made.key}

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
