"""What is tied to a member who leaves the roll, or to a unit or place that closes: posts and relations, which end with it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.registry.application import posts, relations
from services.registry.domain.post.commands import LeavePost
from services.registry.domain.post.decider import POST
from services.registry.domain.post.state import PostState
from services.registry.domain.relation.kinds import KINDS
from services.registry.domain.seat.decider import SEAT, tied_to
from services.registry.domain.vocabulary import Scope
from shared.eventstore.unit_of_work import UnitOfWork


async def posts_held(unit: UnitOfWork, **equal: Any) -> list[dict[str, Any]]:
    """The posts with these columns that nobody has left yet."""
    return await unit.rows("posts", **equal, until=None)


async def let_go(unit: UnitOfWork, scope: Scope, identity: str, on: date) -> None:
    """End all of it on that day, without a successor: whatever has a strength is vacant, and told of, from then on.

    Whatever is tied to it in the same moment writes the seat that is read here, so that one of the two decides again.
    """
    await unit.state(SEAT, tied_to(identity))
    whose: Mapping[str, str] = {"person_id": identity} if scope == "member" else {"scope": scope, "scope_id": identity}
    for row in await posts_held(unit, **whose):
        post: PostState = await unit.state(POST, row["post_id"])
        if post.until is None:  # it may have hung on another one that was ended here
            command = LeavePost(post_id=row["post_id"], until=max(on, row["since"]))
            await posts.leave(unit, command, None, end_hanging=True)
    lead_to = await unit.rows("relations", to_scope=scope, to_id=identity, until=None)
    lead_from = await unit.rows("relations", from_id=identity, until=None)
    for row in (*lead_to, *(one for one in lead_from if KINDS[one["kind"]].source == scope)):
        await relations.end(unit, row["relation_id"], max(on, row["since"]), None)
