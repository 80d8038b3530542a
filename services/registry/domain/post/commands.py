"""What can be asked of a post (岗位): that a person takes it, that they leave it."""

from datetime import date

from services.registry.domain.vocabulary import Id, PostKind, PostScope
from shared.kernel.event import Command


class AssignPost(Command):
    """Give a person (a member, by id) a post at a station, an organisation or a unit, from that day on.

    One `post_id` is one person's time in one post: the successor gets another.
    """

    post_id: Id
    kind: PostKind
    person_id: Id
    scope: PostScope
    scope_id: Id
    since: date


class LeavePost(Command):
    """End it; `until` is the last day."""

    post_id: Id
    until: date


PostCommand = AssignPost | LeavePost
