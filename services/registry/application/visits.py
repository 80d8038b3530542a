"""Recording a visit, which is made by whoever held the post on that day."""

from datetime import date

from services.registry.domain.post.decider import POST
from services.registry.domain.post.state import PostState
from services.registry.domain.visit.decider import VISIT, Note, RecordVisit
from services.registry.domain.vocabulary import VisitService
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


async def record(
    unit: UnitOfWork, visit_id: str, post_id: str, visited_on: date, services: tuple[VisitService, ...], note: Note
) -> list[DomainEvent]:
    """Raises `Refused`: `post-not-held` when nobody held the post on that day."""
    post: PostState = await unit.state(POST, post_id)
    if post.since is None or not post.since <= visited_on <= (post.until or date.max):
        raise Refused(
            "post-not-held",
            f"nobody held the post {post_id} on {visited_on}",
            remedy="name the post under which the visit was made",
            where="visited_on",
        )
    command = RecordVisit(
        visit_id=visit_id,
        post_id=post_id,
        kind=post.kind,
        person_id=post.person_id,
        scope=post.scope,
        scope_id=post.scope_id,
        visited_on=visited_on,
        services=services,
        note=note,
    )
    return await unit.handle(VISIT, visit_id, command)
