"""Entering the generated county through the registry's API."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from services.cli.badges import OPERATOR, department
from services.cli.demo.county.model import Member, PartyOrganisation, Station, Territory
from services.cli.demo.county.world import World
from services.cli.demo.http import Api, for_each
from services.cli.demo.ids import id_of
from shared.kernel.errors import Refused
from shared.security.actor import Actor

T = TypeVar("T")
BATCH = 250
Step = Callable[[str, int, int], None]
"""(what, done, of how many)"""


async def load(registry: Api, world: World, step: Step) -> None:
    """Enter organisations, units, stations, members and posts. Raises `Refused` when anything is not taken."""
    for territory in world.territories:
        await _organisations(registry, territory, step)
        await _units(registry, territory, step)
        await _stations(registry, territory, step)
        await _members(registry, territory, step)
        await _posts(registry, territory, step)


def _department(territory: Territory) -> Actor:
    return department(id_of(territory.organisations[0].key))


async def _organisations(registry: Api, territory: Territory, step: Step) -> None:
    # A child needs its parent: level by level, each level at once.
    levels: list[list[PartyOrganisation]] = []
    depth: dict[str, int] = {}
    for organisation in territory.organisations:
        at = depth[organisation.parent_key] + 1 if organisation.parent_key else 0
        depth[organisation.key] = at
        if at == len(levels):
            levels.append([])
        levels[at].append(organisation)
    count = _counter(f"{territory.name} organisations", len(territory.organisations), step)
    for depth_, level in enumerate(levels):
        # Only an operator may found what has nobody above it; all below is the department's business.
        actor = _department(territory) if depth_ else OPERATOR
        await _enter(registry, "organisations", [_founding(one) for one in level], count, actor)


def _founding(one: PartyOrganisation) -> dict[str, Any]:
    return {
        "organisation_id": id_of(one.key),
        "name": one.name,
        "kind": one.kind.value,
        "parent_id": id_of(one.parent_key) if one.parent_key else None,
        "area_code": one.area_code,
        "can_approve_probationary": one.can_approve_probationary,
        "unit_uscc": one.unit_uscc,
        "office_email": one.office_email,
        "office_phone": duty_phone(one.key),
    }


async def _units(registry: Api, territory: Territory, step: Step) -> None:
    count = _counter(f"{territory.name} units", len(territory.units), step)
    bodies = [
        {"uscc": one.uscc, "name": one.name, "kind": one.kind.value, "area_code": one.area_code, "staff": one.staff}
        for one in territory.units
    ]
    await _enter(registry, "units", bodies, count, _department(territory))


async def _stations(registry: Api, territory: Territory, step: Step) -> None:
    offices = {one.key: one for one in territory.organisations}
    count = _counter(f"{territory.name} stations", len(territory.stations), step)

    async def open_(one: Station) -> None:
        body = {
            "station_id": id_of(one.key),
            "name": one.name,
            "kind": one.kind.value,
            "area_code": one.area_code,
            "organisation_id": id_of(one.organisation_key),
            "office_email": offices[one.organisation_key].office_email,
            "office_phone": duty_phone(one.key),
        }
        actor = _department(territory)
        await registry.call("POST", "/stations", body, actor=actor, once=f"station-{one.key}")
        count()

    await for_each(territory.stations, 8, open_)


async def _members(registry: Api, territory: Territory, step: Step) -> None:
    count = _counter(f"{territory.name} members", len(territory.members), step)
    await _enter(registry, "members", [_admission(m) for m in territory.members], count, _department(territory))


async def _posts(registry: Api, territory: Territory, step: Step) -> None:
    bodies = [
        {
            "post_id": id_of(f"{one.kind.value}-{one.person_key}-{one.scope_key}"),
            "kind": one.kind.value,
            "person_id": id_of(one.person_key),
            "scope": one.scope.value,
            "scope_id": id_of(one.scope_key),
            "since": date(2026, 1, 1).isoformat(),
        }
        for one in territory.posts
    ]
    count = _counter(f"{territory.name} posts", len(territory.posts), step)
    await _enter(registry, "posts", bodies, count, _department(territory))


async def _enter(
    registry: Api, what: str, bodies: Sequence[dict[str, Any]], count: Callable[..., None], actor: Actor
) -> None:
    async def send(batch: Sequence[dict[str, Any]]) -> None:
        answer = await registry.call("POST", f"/{what}/batch", {what: batch}, actor=actor)
        refused = [result for result in answer["results"] if not result["entered"]]
        if refused:
            raise Refused(refused[0]["code"], f"{len(refused)} {what} were not entered: {refused[0]['detail']}")
        count(len(batch))

    await for_each(_chunks(bodies, BATCH), 4, send)


def _admission(member: Member) -> dict[str, Any]:
    ends = member.probation_ends_on
    return {
        "member_id": id_of(member.key),
        "organisation_id": id_of(member.organisation_key),
        "status": member.status.value,
        "admitted_on": member.admitted_on.isoformat(),
        "probation_ends_on": ends.isoformat() if ends else None,
        "name": member.name,
        "resident_id": member.resident_id,
        "phone": member.phone,
        "email": member.email,
    }


def duty_phone(key: str) -> str:
    """The duty officer's mobile of an office: an SMS cannot reach the landline that the generator gives it."""
    return f"1940{zlib.crc32(key.encode()) % 10_000_000:07d}"


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _counter(what: str, total: int, step: Step) -> Callable[..., None]:
    done = 0
    step(what, 0, total)

    def count(more: int = 1) -> None:
        nonlocal done
        done += more
        step(what, done, total)

    return count
