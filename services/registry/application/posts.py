"""Posts, the seats that keep count of them, and what passes on when somebody leaves one."""

from dataclasses import dataclass
from datetime import date

from services.registry.application.policy_documents import staffing_rules_at
from services.registry.application.representing import require_member_of
from services.registry.application.scopes import area_of, organisation_of, require
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.member.standing import require_on_the_roll
from services.registry.domain.member.state import MemberState
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.post.commands import AssignPost, LeavePost
from services.registry.domain.post.decider import POST
from services.registry.domain.post.kinds import KINDS, LOADED
from services.registry.domain.post.state import PostState
from services.registry.domain.seat.commands import SetStrength, TakeSeat, VacateSeat
from services.registry.domain.seat.decider import SEAT, SeatState, hanging_on, load_of, representing, seat_of, tied_to
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.vocabulary import PostKind, PostScope
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


@dataclass(frozen=True, slots=True)
class Successor:
    """Who takes over, and from which day."""

    person_id: str
    since: date


async def assign(unit: UnitOfWork, command: AssignPost) -> list[DomainEvent]:
    """Give a member a post. Raises what the decider and the seats raise, `member-unknown`, `post-unknown`."""
    member: MemberState = await unit.state(MEMBER, command.person_id)
    if not member.is_admitted:
        raise Refused(
            "member-unknown",
            f"there is no member {command.person_id}",
            remedy="enter the person in the roll first",
            where="person_id",
        )
    require_on_the_roll(member)
    await require(unit, command.scope, command.scope_id)
    if command.represents_id is not None and KINDS[command.kind].represents:
        await require_member_of(unit, command.scope, command.scope_id, command.represents_id)
    if command.under_post_id is not None:
        above: PostState = await unit.state(POST, command.under_post_id)
        held = above.since is not None and above.until is None and above.person_id == command.person_id
        if not held or above.under_post_id is not None:
            raise Refused(
                "post-unknown",
                f"{command.person_id} holds no post {command.under_post_id} that another could hang on",
                remedy="name a post of the same person that has not been left",
                where="under_post_id",
            )
    events = await unit.handle(POST, command.post_id, command)
    if events:
        facts = command.model_dump(include={"kind", "person_id", "scope", "scope_id", "under_post_id", "represents_id"})
        for seat, most in await _seats(unit, PostState(**facts)):
            await unit.handle(SEAT, seat, TakeSeat(post_id=command.post_id, most=most, at=unit.clock.now()))
    return events


async def leave(
    unit: UnitOfWork,
    command: LeavePost,
    expected: int | None,
    successor: Successor | None = None,
    *,
    end_hanging: bool = False,
) -> list[DomainEvent]:
    """End somebody's time in a post, and hand it to the successor together with all that hangs on it, or nothing of it.

    Raises `Refused`: `post-has-others-hanging` when something hangs on it and nobody takes over.
    """
    post: PostState = await unit.state(POST, command.post_id)
    hanging: SeatState = await unit.state(SEAT, hanging_on(command.post_id))
    if post.until is None and hanging.posts and successor is None and not end_hanging:
        raise Refused(
            "post-has-others-hanging",
            f"{len(hanging.posts)} posts hang on {command.post_id}",
            remedy="name a successor who takes them over, or say end_hanging to end them as well",
        )
    ending = (command.post_id, *hanging.posts)
    heirs = {} if successor is None else {one: unit.ids() for one in ending}
    command = command.model_copy(update={"handed_to": heirs.get(command.post_id)})
    events = await unit.handle(POST, command.post_id, command, expected=expected)
    if not events:
        return []
    for one in hanging.posts:
        end = LeavePost(post_id=one, until=command.until, handed_to=heirs.get(one))
        events += await unit.handle(POST, one, end)
    for one in ending:
        await _vacate(unit, one)
    if successor is not None:
        for one in ending:
            events += await assign(unit, await _inherited(unit, one, successor, heirs))
    return events


async def set_strength(
    unit: UnitOfWork,
    kind: PostKind,
    scope: PostScope,
    scope_id: str,
    least: int,
    source_document: str,
    alert_days: int | None,
    expected: int | None,
) -> str:
    """Say how many should hold a post. Raises `Invalid` (`post-not-counted`). Returns the seat's id."""
    seat = seat_of(kind, scope, scope_id)
    if seat is None:
        raise Invalid(
            "post-not-counted",
            f"nobody counts who is {kind} at a {scope}",
            remedy=f"a {kind} is counted at: {', '.join(KINDS[kind].counted_at) or 'nothing'}",
            where="kind",
        )
    place = await require(unit, scope, scope_id)
    rules = await staffing_rules_at(unit, area_of(place))
    command = SetStrength(
        seat_id=seat,
        kind=kind,
        scope=scope,
        scope_id=scope_id,
        organisation_id=organisation_of(scope, scope_id, place),
        least=least,
        alert_days=alert_days or rules.vacancy_days,
        source_document=source_document,
        at=unit.clock.now(),
    )
    await unit.handle(SEAT, seat, command, expected=expected)
    return seat


async def _vacate(unit: UnitOfWork, post_id: str) -> None:
    for seat, _ in await _seats(unit, await unit.state(POST, post_id)):
        await unit.handle(SEAT, seat, VacateSeat(post_id=post_id, at=unit.clock.now()))


async def _inherited(unit: UnitOfWork, post_id: str, successor: Successor, heirs: dict[str, str]) -> AssignPost:
    post: PostState = await unit.state(POST, post_id)
    return AssignPost(
        post_id=heirs[post_id],
        kind=post.kind,
        person_id=successor.person_id,
        scope=post.scope,
        scope_id=post.scope_id,
        since=successor.since,
        under_post_id=heirs.get(post.under_post_id or ""),
        represents_id=post.represents_id,
    )


async def _seats(unit: UnitOfWork, post: PostState) -> list[tuple[str, int | None]]:
    """The seats that such a post occupies, each with how many posts may do so at once."""
    seats: list[tuple[str, int | None]] = [(tied_to(post.person_id), None)]
    if post.scope not in ("station", "organisation"):
        seats.append((tied_to(post.scope_id), None))
    if (own := seat_of(post.kind, post.scope, post.scope_id)) is not None:
        seats.append((own, 1 if post.scope in KINDS[post.kind].single_at else None))
    if post.kind == "instructor" and post.scope in LOADED:
        place = await unit.state(ORGANISATION if post.scope == "organisation" else UNIT, post.scope_id)
        rules = await staffing_rules_at(unit, area_of(place))
        seats.append((load_of(post.person_id), rules.instructor_load))
    if post.represents_id is not None:
        seats.append((representing(post.scope, post.scope_id, post.represents_id), 1))
    if post.under_post_id is not None:
        seats.append((hanging_on(post.under_post_id), None))
    return seats
