"""What bodies decide about a membership: confirmation, a longer probation, an end."""

from services.registry.application.leaving import let_go, posts_held
from services.registry.application.party_groups import decide_on_member
from services.registry.application.tree import active
from services.registry.domain.member.commands import EndMembership, StandingCommand
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.member.state import MemberState
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


async def decide(
    unit: UnitOfWork, member_id: str, body_id: str, command: StandingCommand, expected: int | None
) -> list[DomainEvent]:
    """Raises `Refused` when somebody who leaves the roll has something left to do: `member-holds-posts`, and
    `member-in-transfer`, for its acceptance would move a membership that is no more.
    """
    await active(unit, body_id, where="by")
    if isinstance(command, EndMembership):
        await _require_no_transfer(unit, member_id)
        held = [row["post_id"] for row in await posts_held(unit, person_id=member_id)]
        if held:
            raise Refused(
                "member-holds-posts",
                f"the member holds {len(held)} posts still: {', '.join(sorted(held)[:5])}",
                remedy="end their time in these posts first, so that somebody takes over",
            )
    events = await decide_on_member(unit, member_id, command, expected)
    if events and isinstance(command, EndMembership):
        await let_go(unit, "member", member_id, command.ended_on)
    return events


async def _require_no_transfer(unit: UnitOfWork, member_id: str) -> None:
    """One that has moved the member already only waits for its receipt."""
    state: MemberState = await unit.state(MEMBER, member_id)
    cases = sorted(
        row["case_id"]
        for row in await unit.rows("open_cases", member_id=member_id, kind="transfer")
        if state.move_by(row["case_id"]) is None
    )
    if cases and state.left_on is None:
        raise Refused(
            "member-in-transfer",
            f"the transfer {cases[0]} of the member is under way",
            remedy="let it be withdrawn, rejected and closed, or completed first",
        )
