"""What can be asked of a post (岗位): that a person takes it, that they leave it."""

from datetime import date

from services.registry.domain.vocabulary import Id, PostCapacity, PostKind, PostScope, PostSource
from shared.kernel.event import Command


class AssignPost(Command):
    """Give a person (a member, by id) a post at a station, an organisation, a unit or a grid, from that day on.

    One `post_id` is one person's time in one post: the successor gets another. `under_post_id` names the post that this
    one hangs on, as an instructor's organisations hang on their post at the station. `represents_id` is the member unit or
    organisation that a part-time member of a committee (兼职委员, domain L17) sits for.
    """

    post_id: Id
    kind: PostKind
    person_id: Id
    scope: PostScope
    scope_id: Id
    since: date
    source: PostSource | None = None
    capacity: PostCapacity | None = None
    under_post_id: Id | None = None
    represents_id: Id | None = None


class LeavePost(Command):
    """End it; `until` is the last day, `handed_to` the successor's post."""

    post_id: Id
    until: date
    handed_to: Id | None = None


PostCommand = AssignPost | LeavePost
