"""Who may do what in PostgreSQL: per database one role that owns and migrates, and one per job that only works.

A role is named after its database, its owner `…_owner`. The owner's password is for the migration step and for rebuilding
read models; no running service holds it. What the working role may do in its tables is granted by the migration itself
(`shared/eventstore/postgres/grants.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

KEYRING: Final = "keyring"

WORKING: Final[Mapping[str, str]] = {
    # Nobody waits longer for an answer: the HTTP clients of the field and the consumers' redelivery give up before.
    "statement_timeout": "30s",
    # A commit of a full group holds its rows for some tens of milliseconds. Who waits this long waits for somebody who
    # is stuck, and had better report than queue.
    "lock_timeout": "10s",
    # No code of ours awaits anything but the database inside a transaction; more than this is a frozen process, which
    # would hold its rows and stop vacuuming for as long as it sleeps.
    "idle_in_transaction_session_timeout": "15s",
}
"""Limits of the roles that services work under. A session could lift them; they are against accidents, not against theft."""

OWNING: Final[Mapping[str, str]] = {
    "statement_timeout": "0",  # comparing and copying a table of many years takes as long as it takes
    # A statement that waits for an exclusive lock makes everybody who comes later wait behind it.
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",  # a rebuild reads other services' streams in between
}
"""Limits of the roles that migrate."""


@dataclass(frozen=True, slots=True)
class DatabaseRoles:
    """A database with its owner, and those who work in it with what each may do in all its tables.

    `workers` maps a role to privileges, or to None where the migration grants them table by table.
    """

    database: str
    owner: str
    workers: Mapping[str, str | None]


def role_of(name: str) -> str:
    """The database of a service or of the keyring, and the role that works in it."""
    return f"yanzhen_{name}"


def owner_of(name: str) -> str:
    """The role that owns that database."""
    return f"{role_of(name)}_owner"


def keyring_role_of(service: str) -> str:
    """The role under which a service uses the keyring. Not its own: who gets hold of a service's database password
    has its sealed values, and must not have the keys along with them.
    """
    return f"{role_of(KEYRING)}_{service}"


def database_roles(services: Iterable[str], keyring_privileges: Mapping[str, str]) -> list[DatabaseRoles]:
    """All databases of an installation. `keyring_privileges` holds the services that use the keyring.

    The keyring's own working role is the operator's: only that one can destroy a key (erasure) or wrap it anew.
    """
    found = [DatabaseRoles(role_of(name), owner_of(name), {role_of(name): None}) for name in services]
    users: dict[str, str | None] = {role_of(KEYRING): "SELECT, INSERT, UPDATE"}
    users |= {keyring_role_of(service): privileges for service, privileges in keyring_privileges.items()}
    return [*found, DatabaseRoles(role_of(KEYRING), owner_of(KEYRING), users)]
