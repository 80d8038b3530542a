"""Beginning and ending relations; of some there is one at a time on either end."""

from datetime import date

from services.registry.application.scopes import organisation_of, require
from services.registry.domain.relation.decider import (
    RELATION,
    BeginRelation,
    EndRelation,
    Relation,
    relation_id,
)
from services.registry.domain.relation.kinds import KINDS
from services.registry.domain.seat.commands import TakeSeat, VacateSeat
from services.registry.domain.seat.decider import SEAT, SeatState, tied_to
from services.registry.domain.vocabulary import RelationKind, Scope
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


async def begin(
    unit: UnitOfWork, kind: RelationKind, from_id: str, to_scope: Scope, to_id: str, since: date
) -> list[DomainEvent]:
    """Raises `relation-taken` where one is all there may be, `place-unknown`, and what the decider raises."""
    identity = relation_id(kind, from_id, to_id)
    source = await require(unit, KINDS[kind].source, from_id, "from_id")
    target = await require(unit, to_scope, to_id, "to_id")
    if kind == "centre" and to_scope == "station" and target.kind != "service_centre":
        raise Invalid(
            "relation-ends",
            f"{to_id} is a station of kind {target.kind}",
            remedy="the centre of a platform is a service_centre (党员综合服务中心)",
            where="to_id",
        )
    command = BeginRelation(
        relation_id=identity,
        kind=kind,
        from_id=from_id,
        to_scope=to_scope,
        to_id=to_id,
        organisation_id=organisation_of(KINDS[kind].source, from_id, source),
        since=since,
    )
    events = await unit.handle(RELATION, identity, command)
    for seat, most in _seats(kind, from_id, to_scope, to_id) if events else ():
        taken: SeatState = await unit.state(SEAT, seat)
        if most is not None and len(taken.posts) >= most:
            raise Refused(
                "relation-taken",
                f"there is one already: {taken.posts[0]}",
                remedy="end it first",
            )
        await unit.handle(SEAT, seat, TakeSeat(post_id=identity, most=most, at=unit.clock.now()))
    return events


async def end(unit: UnitOfWork, identity: str, until: date, expected: int | None) -> list[DomainEvent]:
    """Let it hold until that day and no longer."""
    events = await unit.handle(RELATION, identity, EndRelation(until=until), expected=expected)
    relation: Relation = await unit.state(RELATION, identity)
    if events and (begun := relation.begun) is not None:
        for seat, _ in _seats(begun.kind, begun.from_id, begun.to_scope, begun.to_id):
            await unit.handle(SEAT, seat, VacateSeat(post_id=identity, at=unit.clock.now()))
    return events


def _seats(kind: RelationKind, from_id: str, to_scope: Scope, to_id: str) -> list[tuple[str, int | None]]:
    """The seats that such a relation occupies, each with how many may do so at once."""
    ends = ((KINDS[kind].source, from_id), (to_scope, to_id))
    seats: list[tuple[str, int | None]] = [
        (tied_to(identity), None) for scope, identity in ends if scope not in ("station", "organisation")
    ]
    if KINDS[kind].single:
        seats += [(f"{kind}-from-{from_id}", 1), (f"{kind}-to-{to_id}", 1)]
    return seats
