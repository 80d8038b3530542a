"""Members of the county in the clear, and what they and their clerks ask of the running installation."""

from dataclasses import dataclass
from typing import Any

import httpx

from services.cli.demo.county.relocation_model import Relocation
from services.cli.demo.ids import id_of
from services.cli.service_environment import database_url
from shared.security.actor import Actor, Assignment, Role
from shared.security.database_roles import owner_of
from tests.system.support import System, Watcher


@dataclass
class Person:
    """A member of the county, in the clear."""

    id: str
    name: str
    resident_id: str
    phone: str
    email: str | None

    @property
    def values(self) -> list[str]:
        return [v for v in (self.name, self.resident_id, self.phone, self.email) if v]


def person_of(system: System, plan: Relocation) -> Person:
    member = next(m for t in system.world.territories for m in t.members if m.key == plan.member_key)
    return Person(id_of(member.key), member.name, member.resident_id, member.phone, member.email)


async def relocated(system: System, databases: Watcher) -> Person:
    """Somebody whose relocation has reached everybody."""
    [plan] = system.accepted_plans(1)
    await system.relocate([plan])
    await system.settled(databases)
    return person_of(system, plan)


async def ask(
    system: System, method: str, path: str, body: Any = None, actor: str = "clerk-7", service: str = "registry"
) -> httpx.Response:
    tops = [id_of(territory.organisations[0].key) for territory in system.world.territories]
    badge = system.badges.of(Actor(actor, tuple(Assignment(Role.CITY_DEPARTMENT, top) for top in tops)))
    async with httpx.AsyncClient(base_url=system.installation.url(service), trust_env=False, timeout=10) as http:
        return await http.request(method, path, json=body, headers=badge)


def owned(system: System, name: str) -> str:
    """The service's database as its owner: who may do there what the service itself may not."""
    installation = system.installation
    return database_url(installation.files, installation.stack, name, owner_of(name))
