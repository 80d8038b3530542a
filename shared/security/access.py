"""What a route may be used for, and by whom.

    @router.get("/{transfer_id}")
    @action("transfer.read")
    async def read(transfer_id: Id, access: Access) -> …:
        row = …
        await access.check(sides(row), hidden=unknown("transfer"))

The role is looked at before the handler runs (403). Whether what is asked for lies within the actor's scope only the
handler can know; where the answer is no, `hidden` is what it says of a thing that does not exist (404).
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from sqlalchemy import ARRAY, CTE, ColumnElement, Select, Text, bindparam, column, func, select, table

from shared.kernel.errors import Forbidden, YanzhenError
from shared.security.actor import Actor, Assignment, Line
from shared.security.directory import Directory
from shared.security.guard import CurrentActor, Guard
from shared.security.guidance import TABLE_NAME
from shared.security.policy import TABLE, Concern, Ground, Relation, allowed, area_prefix, eligible, within
from shared.web.query_parameters import all_dependants

F = TypeVar("F", bound=Callable[..., Any])
_ATTRIBUTE: Final = "__yanzhen_action__"
_ORGANISATIONS: Final = table("organisations", column("organisation_id", Text), column("parent_id", Text))
_GUIDANCE: Final = table(TABLE_NAME, column("organisation_id", Text), column("guided_by", Text))


def action(name: str) -> Callable[[F], F]:
    """Declare what a route does. Raises `LookupError` for an action that the policy does not know."""
    if name not in TABLE:
        raise LookupError(f"shared/security/policy.py has no row for {name}")

    def declare(endpoint: F) -> F:
        setattr(endpoint, _ATTRIBUTE, name)
        return endpoint

    return declare


def action_of(endpoint: object) -> str | None:
    """The action that a route declares."""
    found: str | None = getattr(endpoint, _ATTRIBUTE, None)
    return found


def refuse_undeclared(routers: Iterable[APIRouter]) -> None:
    """Raises `LookupError` when a route declares no action, or does not ask for access."""
    for router in routers:
        for route in router.routes:
            if not isinstance(route, APIRoute):
                raise LookupError(f"{route} is no route that the guard understands")
            if action_of(route.endpoint) is None:
                raise LookupError(
                    f"{sorted(route.methods or ())} {route.path} declares no action (see shared/security/access.py)"
                )
            if not any(one.call is _access for one in all_dependants(route.dependant)):
                raise LookupError(
                    f"{sorted(route.methods or ())} {route.path} declares an action and never asks for access"
                )


class Permit:
    """What the actor may do through the route that is being served."""

    def __init__(self, name: str, actor: Actor, directory: Directory) -> None:
        self.action = name
        self.actor = actor
        self._directory = directory

    async def check(self, concern: Concern, *, hidden: YanzhenError | None = None, action: str | None = None) -> None:
        """Raises `hidden`, or without it `Forbidden`, unless the actor may do this to what it concerns.

        `action`: another one than the route's own, for a part of the request that needs more.
        """
        if not await self.allows(concern, action=action):
            raise hidden or outside_scope()

    async def allows(self, concern: Concern, *, action: str | None = None) -> bool:
        """Whether the actor may do this to what it concerns."""
        name = action or self.action
        if any(Relation.ANYWHERE in TABLE[name].grants[one.role] for one in eligible(name, self.actor)):
            return True  # there is nothing to look up
        return allowed(name, self.actor, concern, await self._ground(name, concern))

    async def acts_for(self, organisation_id: str) -> None:
        """Raises `Forbidden` unless that organisation is within the actor's scope, or is the actor itself (a system)."""
        name = self.action
        ground = await self._ground(name, Concern((organisation_id,)))
        for one in eligible(name, self.actor):
            if within(one, organisation_id, ground):
                return
            if Relation.SELF in TABLE[name].grants[one.role] and organisation_id == self.actor.id:
                return
        raise Forbidden(
            "not-your-organisation",
            "you cannot act for that organisation",
            remedy="act for one that a role of yours covers",
            where="by",
        )

    async def own(self, relation: Relation = Relation.INVOLVED) -> frozenset[str]:
        """The organisations at the top of the actor's scopes for this action, by that relation."""
        return frozenset().union(*(await self._own_by_line(relation)).values())

    async def scope(self, relation: Relation = Relation.INVOLVED) -> Select[tuple[str]]:
        """The ids of all organisations within the actor's scopes, as a query to filter lists by."""
        own = await self._own_by_line(relation)
        return within_scope(own[Line.TERRITORY], own[Line.AUTHORITY])

    async def above(self) -> frozenset[str]:
        """Every organisation from the actor's own ones to the top."""
        paths = await self._directory.paths(await self.own(Relation.ADDRESSED))
        return frozenset(step for path in paths.values() for step in path)

    async def areas(self) -> frozenset[str]:
        """The area codes of the actor's own organisations, where places count."""
        territory = (await self._own_by_line(Relation.AREA))[Line.TERRITORY]
        own = await self._directory.organisations(territory)
        return frozenset(row["area_code"] for row in own.values() if row.get("area_code"))

    async def organisation_of_station(self, station_id: str) -> tuple[str, ...]:
        """The organisation that a station belongs to; empty when there is no such station."""
        return tuple(str(row["organisation_id"]) for row in (await self._directory.stations([station_id])).values())

    async def _own_by_line(self, relation: Relation) -> dict[Line, frozenset[str]]:
        ground = await self._ground(self.action, Concern())
        grants = TABLE[self.action].grants
        return {
            line: frozenset(own for one, own in ground.own.items() if one.line is line and relation in grants[one.role])
            for line in Line
        }

    async def _ground(self, name: str, concern: Concern) -> Ground:
        assignments = eligible(name, self.actor)
        own = await self._resolved(assignments)
        paths = await self._directory.paths({*concern.organisations, *own.values()})
        areas: dict[str, str] = {}
        if concern.area_code is not None:
            rows = await self._directory.organisations(set(own.values()))
            areas = {one: row["area_code"] for one, row in rows.items() if row.get("area_code")}
        guided = any(one.line is Line.AUTHORITY for one in own)
        guides = await self._directory.guides(concern.organisations) if guided else {}
        return Ground(paths, own, areas, guides)

    async def _resolved(self, assignments: Iterable[Assignment]) -> dict[Assignment, str]:
        wanted = {one.station_id for one in assignments if one.station_id is not None}
        stations = await self._directory.stations(wanted) if wanted else {}
        found: dict[Assignment, str] = {}
        for one in assignments:
            if one.organisation_id is not None:
                found[one] = one.organisation_id
            elif one.station_id in stations:
                found[one] = str(stations[one.station_id]["organisation_id"])
        return found


def outside_scope() -> Forbidden:
    """What the request names is not the actor's business. Said also of what does not exist: the two look the same."""
    return Forbidden(
        "outside-your-scope",
        "what this concerns is not within the scope of your roles, or does not exist",
        remedy="check the ids; otherwise ask whoever is responsible for it",
    )


def within_scope(territory: Iterable[str], authority: Iterable[str]) -> Select[tuple[str]]:
    """These organisations and all below them; and all that the others, or any below those, guide, with all below that."""
    own = select(_below(_named(territory)).c.organisation_id)
    authority = sorted(authority)
    if not authority:
        return own
    guides = select(_below(_named(authority)).c.organisation_id)
    guided = select(_GUIDANCE.c.organisation_id).where(_GUIDANCE.c.guided_by.in_(guides))
    return select(own.union(select(_below(guided).c.organisation_id)).subquery().c.organisation_id)


def _named(ids: Iterable[str]) -> Select[tuple[str]]:
    given = bindparam("own_organisations", sorted(ids), ARRAY(Text), unique=True)
    return select(func.unnest(given).label("organisation_id"))


def _below(roots: Select[tuple[str]]) -> CTE:
    """Without a name, so that one query can hold several. A union forgets what it has seen, so a cycle would end it, not us."""
    found = roots.cte(recursive=True)
    step = select(_ORGANISATIONS.c.organisation_id).where(_ORGANISATIONS.c.parent_id == found.c.organisation_id)
    return found.union(step)


def in_area(where: ColumnElement[str], areas: Iterable[str]) -> list[ColumnElement[bool]]:
    """One condition per area: the code in that column lies within it."""
    return [where.startswith(area_prefix(area), autoescape=True) for area in sorted(areas)]


async def _access(request: Request, actor: CurrentActor) -> Permit:
    guard = request.app.state.guard
    name = action_of(request.scope["endpoint"])
    if not isinstance(guard, Guard) or name is None:
        raise RuntimeError("a route is served without a guard or without an action")
    if not eligible(name, actor):
        raise Forbidden(
            "not-permitted",
            f"none of your roles may do this ({name})",
            remedy="ask somebody whose role it is; docs/permissions.md lists them",
        )
    return Permit(name, actor, guard.directory)


Access = Annotated[Permit, Depends(_access)]
"""A route parameter: what the actor may do here. The request is refused (403) when none of the actor's roles may."""
