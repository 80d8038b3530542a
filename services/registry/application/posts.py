"""Posts and the seats that keep a single-holder post single."""

from services.registry.domain.member.decider import MEMBER
from services.registry.domain.member.state import MemberState
from services.registry.domain.post.commands import AssignPost, LeavePost
from services.registry.domain.post.decider import POST
from services.registry.domain.post.state import PostState
from services.registry.domain.seat.decider import SEAT, TakeSeat, VacateSeat, seat_of
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


async def assign(unit: UnitOfWork, command: AssignPost) -> list[DomainEvent]:
    """Give a member a post."""
    member: MemberState = await unit.state(MEMBER, command.person_id)
    if not member.is_admitted:
        raise Refused(
            "member-unknown",
            f"there is no member {command.person_id}",
            remedy="enter the person in the roll first",
            where="person_id",
        )
    seat = seat_of(command.kind, command.scope, command.scope_id)
    if seat is not None:
        await unit.handle(SEAT, seat, TakeSeat(post_id=command.post_id))
    return await unit.handle(POST, command.post_id, command)


async def leave(unit: UnitOfWork, command: LeavePost, expected: int | None) -> list[DomainEvent]:
    """End somebody's time in a post."""
    post: PostState = await unit.state(POST, command.post_id)
    events = await unit.handle(POST, command.post_id, command, expected=expected)
    seat = seat_of(post.kind, post.scope, post.scope_id)
    if events and seat is not None:
        await unit.handle(SEAT, seat, VacateSeat(post_id=command.post_id))
    return events
