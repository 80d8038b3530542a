"""What happened to a roster entry."""

from datetime import datetime

from shared.kernel.event import DomainEvent


class MemberEnrolled(DomainEvent):
    """The member has an entry. Private: it follows from MemberAdmitted, which everybody sees."""

    type = "member-enrolled"

    member_id: str
    branch_id: str
    instructor_ids: tuple[str, ...]
    enrolled_at: datetime


class RosterUpdated(DomainEvent):
    """The relocation is taken over: the proof that assessment has it, exactly one for each relocation.

    Says where *that* relocation led; the entry itself shows the latest one by `moved_at`.
    """

    type = "roster-updated"

    member_id: str
    relocation_id: str
    from_branch_id: str
    to_branch_id: str
    instructor_ids: tuple[str, ...]
    moved_at: datetime
    updated_at: datetime
