"""The databases of an installation as `create_databases` makes them, migrated by their owners."""

import secrets
from dataclasses import dataclass, field

import asyncpg

from services.cli.catalogue import SERVICES, definition
from services.cli.service_databases import address, create_databases, with_password
from shared.runtime.migrating import BrokerAccess, migrate_service
from shared.security.database_roles import owner_of, role_of

NOBODY = BrokerAccess("nats://127.0.0.1:1", None, "operator")
"""A migration of empty databases asks no broker."""


@dataclass
class Databases:
    """Passwords by role, as a data directory would keep them."""

    admin_url: str
    passwords: dict[str, str] = field(default_factory=dict)

    def password(self, role: str) -> str:
        return self.passwords.setdefault(role, secrets.token_urlsafe(16))

    def url(self, name: str, role: str | None = None) -> str:
        role = role or role_of(name)
        return with_password(address(self.admin_url, name, role), self.password(role))

    async def make(self, *migrated: str) -> "Databases":
        await create_databases(self.admin_url, self.password, SERVICES)
        for entry in SERVICES:
            if entry.name in migrated:
                await migrate_service(definition(entry), self.url(entry.name, owner_of(entry.name)), NOBODY)
        return self

    async def connect(self, name: str, role: str | None = None, *, database: str | None = None) -> asyncpg.Connection:
        """As a role, to its own database or another."""
        url = self.url(name, role)
        return await asyncpg.connect(url if database is None else url.rpartition("/")[0] + f"/{database}")
