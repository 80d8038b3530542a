"""The rules of a roster entry (考评名册), one stream `roster-<member_id>` each.

Admission and relocation reach us from two services, whose streams have no common order: the news of a relocation may
come before that of the admission, and a replayed dead letter brings an old relocation after a newer one. So each
relocation is recorded once, and the entry belongs to the one that was accepted last, not to the one heard of last.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.assessment.domain.roster.commands import EnrolMember, FollowMember, RosterCommand
from services.assessment.domain.roster.events import MemberEnrolled, RosterUpdated
from services.assessment.domain.roster.state import RosterState
from shared.kernel.decider import Decider
from shared.kernel.event import DomainEvent


def decide(command: RosterCommand, state: RosterState) -> Sequence[DomainEvent]:
    match command:
        case EnrolMember():
            # An entry that exists was made by this admission or by a later relocation; either knows better.
            return [] if state.is_enrolled else [MemberEnrolled(**command.model_dump())]
        case FollowMember():
            return [] if command.relocation_id in state.relocations else [RosterUpdated(**command.model_dump())]


def evolve(state: RosterState, event: DomainEvent) -> RosterState:
    match event:
        case MemberEnrolled():
            return replace(state, branch_id=event.branch_id, instructor_ids=event.instructor_ids)
        case RosterUpdated():
            seen = replace(state, relocations=state.relocations | {event.relocation_id})
            if state.moved_at is not None and event.moved_at < state.moved_at:
                return seen
            return replace(
                seen, branch_id=event.to_branch_id, instructor_ids=event.instructor_ids, moved_at=event.moved_at
            )
        case _:
            return state


ROSTER: Decider[RosterCommand, RosterState] = Decider(
    stream_type="roster",
    initial=RosterState(),
    decide=decide,
    evolve=evolve,
    events=(MemberEnrolled, RosterUpdated),
)
