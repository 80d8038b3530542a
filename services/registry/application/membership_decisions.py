"""What bodies decide about a membership: confirmation, a longer probation, an end."""

from services.registry.application.party_groups import decide_on_member
from services.registry.application.tree import active
from services.registry.domain.member.commands import EndMembership, StandingCommand
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


async def decide(
    unit: UnitOfWork, member_id: str, body_id: str, command: StandingCommand, expected: int | None
) -> list[DomainEvent]:
    """Raises `Refused`: `member-holds-posts` when somebody who leaves the roll has not handed over what they hold."""
    await active(unit, body_id, where="by")
    if isinstance(command, EndMembership):
        held = [row["post_id"] for row in await unit.rows("posts", person_id=member_id) if row["until"] is None]
        if held:
            raise Refused(
                "member-holds-posts",
                f"the member holds {len(held)} posts still: {', '.join(sorted(held)[:5])}",
                remedy="end their time in these posts first, so that somebody takes over",
            )
    return await decide_on_member(unit, member_id, command, expected)
