"""What the roster (考评名册) is told about a member. It follows facts of other services, so it never refuses one."""

from pydantic import AwareDatetime

from services.assessment.domain.vocabulary import Id
from shared.kernel.event import Command


class EnrolMember(Command):
    """A member was admitted: from now on that branch and those instructors (党建指导员) assess them."""

    member_id: Id
    branch_id: Id
    instructor_ids: tuple[Id, ...] = ()
    enrolled_at: AwareDatetime


class FollowMember(Command):
    """A member relocated; assess them where they are now.

    `moved_at` is when the relocation was accepted, and orders the relocations of a member however late the news of one
    arrives; `updated_at` is when the roster hears of it. `instructor_ids` are those of the destination.
    """

    member_id: Id
    relocation_id: Id
    from_branch_id: Id
    to_branch_id: Id
    instructor_ids: tuple[Id, ...] = ()
    moved_at: AwareDatetime
    updated_at: AwareDatetime


RosterCommand = EnrolMember | FollowMember
