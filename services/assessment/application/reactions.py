"""What assessment does when the registry says that somebody was admitted or moved."""

from typing import Any

from services.assessment.application.responsible import Responsible
from services.assessment.domain.roster.commands import EnrolMember, FollowMember
from services.assessment.domain.roster.decider import ROSTER
from shared.contracts.registry import MemberAdmitted, MembershipMoved
from shared.eventstore.unit_of_work import UnitOfWork
from shared.messaging.handlers import Follows, On


def follows() -> Follows:
    """The reactions, with a memory of their own of who is responsible where."""
    responsible = Responsible()

    async def enrol(event: MemberAdmitted, unit: UnitOfWork) -> None:
        await unit.handle(
            ROSTER,
            event.member_id,
            EnrolMember(
                member_id=event.member_id,
                branch_id=event.organisation_id,
                instructor_ids=await responsible.for_branch(unit, event.organisation_id),
                enrolled_at=unit.clock.now(),
            ),
        )

    async def follow(event: MembershipMoved, unit: UnitOfWork) -> None:
        # The whole relocation is one story: what follows from the acceptance is found under the transfer's id.
        unit.cause = unit.cause.with_correlation(event.transfer_id)
        await unit.handle(
            ROSTER,
            event.member_id,
            FollowMember(
                member_id=event.member_id,
                relocation_id=event.transfer_id,
                from_branch_id=event.from_organisation_id,
                to_branch_id=event.to_organisation_id,
                instructor_ids=await responsible.for_branch(unit, event.to_organisation_id),
                moved_at=event.moved_at,
                updated_at=unit.clock.now(),
            ),
        )

    return {"registry": {MemberAdmitted: On(enrol, _entry), MembershipMoved: On(follow, _entry)}}


def _entry(event: MemberAdmitted | MembershipMoved) -> list[tuple[Any, str]]:
    return [(ROSTER, event.member_id)]


FOLLOWS: Follows = follows()
