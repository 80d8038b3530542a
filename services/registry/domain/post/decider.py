"""The rules of a post (岗位), one stream `post-<id>` each.

Of which kinds there may be only so many, the seats know (`domain.seat`), in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.registry.domain.changes import changed
from services.registry.domain.post.commands import AssignPost, LeavePost, PostCommand
from services.registry.domain.post.events import PostAssigned, PostLeft
from services.registry.domain.post.kinds import KINDS
from services.registry.domain.post.state import PostState
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


def decide(command: PostCommand, state: PostState) -> Sequence[DomainEvent]:
    """Errors: `post-scope`, `post-represents`, `post-already-assigned`, `post-unknown`, `post-already-left`, `post-dates`."""
    match command:
        case AssignPost():
            return _assign(command, state)
        case LeavePost():
            return _leave(command, state)


def evolve(state: PostState, event: DomainEvent) -> PostState:
    match event:
        case PostAssigned():
            return PostState(**event.model_dump(exclude={"post_id"}))
        case PostLeft():
            return replace(state, until=event.until)
        case _:
            return state


def _assign(command: AssignPost, state: PostState) -> Sequence[DomainEvent]:
    if command.scope not in (scopes := KINDS[command.kind].scopes):
        raise Invalid(
            "post-scope",
            f"a {command.kind} serves a {' or a '.join(scopes)}, not a {command.scope}",
            remedy=f"give the post the scope {' or '.join(scopes)}",
            where="scope",
        )
    if (command.represents_id is not None) != KINDS[command.kind].represents:
        raise Invalid(
            "post-represents",
            "a part-time member sits for a member unit or organisation, and nobody else does",
            remedy="name whom a part_time_member represents in represents_id, and leave it out otherwise",
            where="represents_id",
        )
    if state.since is None:
        return [PostAssigned(**command.model_dump())]
    if state.until is not None or changed(state, **command.model_dump(exclude={"post_id"})):
        raise Refused(
            "post-already-assigned",
            f"the post {command.post_id} was assigned before, to the same person or another",
            remedy="a new holder, or a return to the post, gets a new id",
        )
    return []


def _leave(command: LeavePost, state: PostState) -> Sequence[DomainEvent]:
    if state.since is None:
        raise Refused("post-unknown", f"there is no post {command.post_id}", remedy="assign it first")
    if state.until == command.until:
        return []
    if state.until is not None:
        raise Refused(
            "post-already-left",
            f"the holder of {command.post_id} left it on {state.until}",
            remedy="nothing is left to end",
        )
    if command.until < state.since:
        raise Invalid(
            "post-dates",
            f"the post {command.post_id} was taken on {state.since}, it cannot have been left before",
            remedy="give the last day in the post",
            where="until",
        )
    return [
        PostLeft(
            **dict(command), kind=state.kind, person_id=state.person_id, scope=state.scope, scope_id=state.scope_id
        )
    ]


POST: Decider[PostCommand, PostState] = Decider(
    stream_type="post",
    initial=PostState(),
    decide=decide,
    evolve=evolve,
    events=(PostAssigned, PostLeft),
)
