"""双向选择: who wants to be an instructor, what the committee says, and the posts that follow."""

from datetime import date, datetime, timedelta

from services.registry.application import posts
from services.registry.application.policy_documents import staffing_rules_at
from services.registry.domain.instructor_application.commands import ApplyAsInstructor, AppointInstructor
from services.registry.domain.instructor_application.decider import INSTRUCTOR_APPLICATION, Application
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.member.state import MemberState
from services.registry.domain.post.commands import AssignPost
from services.registry.domain.station.decider import STATION
from services.registry.domain.station.state import StationState
from services.registry.domain.vocabulary import PostCapacity, PostSource
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import end_of_day, local_date
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


async def apply(
    unit: UnitOfWork,
    application_id: str,
    person_id: str,
    station_id: str,
    wishes: tuple[str, ...],
    source: PostSource,
    capacity: PostCapacity,
) -> list[DomainEvent]:
    """Enter an application; the body that the station belongs to reviews it within the days that its place allows."""
    member: MemberState = await unit.state(MEMBER, person_id)
    if not member.is_admitted:
        raise Refused(
            "member-unknown",
            f"there is no member {person_id}",
            remedy="only a member can be an instructor: enter them in the roll first",
            where="person_id",
        )
    station: StationState = await unit.state(STATION, station_id)
    rules = await staffing_rules_at(unit, station.area_code)
    now: datetime = unit.clock.now()
    command = ApplyAsInstructor(
        application_id=application_id,
        person_id=person_id,
        station_id=station_id,
        organisation_id=station.organisation_id,
        wishes=wishes,
        source=source,
        capacity=capacity,
        applied_at=now,
        due_at=end_of_day(local_date(now) + timedelta(days=rules.review_days)),
    )
    return await unit.handle(INSTRUCTOR_APPLICATION, application_id, command)


async def appoint(
    unit: UnitOfWork, application_id: str, since: date, organisation_ids: tuple[str, ...], expected: int | None
) -> str:
    """The post at the station, and one at each organisation that hangs on it; all of them or none. Returns the post's id."""
    application: Application = await unit.state(INSTRUCTOR_APPLICATION, application_id)
    post_id = unit.ids()
    command = AppointInstructor(
        post_id=post_id, organisation_ids=organisation_ids, since=since, appointed_at=unit.clock.now()
    )
    await unit.handle(INSTRUCTOR_APPLICATION, application_id, command, expected=expected)
    if (applied := application.applied) is None:
        raise LookupError("an application that was decided about has been made")

    def post(identity: str, under: str | None, scope: str, scope_id: str) -> AssignPost:
        return AssignPost.model_validate(
            {"post_id": identity, "kind": "instructor", "person_id": applied.person_id, "scope": scope,
             "scope_id": scope_id, "since": since, "source": applied.source, "capacity": applied.capacity,
             "under_post_id": under}
        )  # fmt: skip

    await posts.assign(unit, post(post_id, None, "station", applied.station_id))
    for organisation_id in organisation_ids:
        await posts.assign(unit, post(unit.ids(), post_id, "organisation", organisation_id))
    return post_id
