"""The rules of a post (岗位), one stream `post-<id>` each.

Kinds with one holder are guarded by the seat (`domain.seat`), in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace

from services.registry.domain.changes import changed
from services.registry.domain.post.commands import AssignPost, LeavePost, PostCommand
from services.registry.domain.post.events import PostAssigned, PostLeft
from services.registry.domain.post.state import PostState
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


def decide(command: PostCommand, state: PostState) -> Sequence[DomainEvent]:
    """Errors: `post-scope`, `post-already-assigned`, `post-unknown`, `post-already-left`, `post-dates`."""
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
    if command.kind in ("station_head", "deputy_head") and command.scope != "station":
        raise Invalid(
            "post-scope",
            f"a {command.kind} (站长、副站长) serves a station, not a {command.scope}",
            remedy="give the post the scope station",
            where="scope",
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
            f"the post was taken on {state.since}, it cannot have been left before",
            remedy="give the last day in the post",
            where="until",
        )
    facts = asdict(replace(state, until=command.until))
    del facts["since"]
    return [PostLeft(post_id=command.post_id, **facts)]


POST: Decider[PostCommand, PostState] = Decider(
    stream_type="post",
    initial=PostState(),
    decide=decide,
    evolve=evolve,
    events=(PostAssigned, PostLeft),
)
