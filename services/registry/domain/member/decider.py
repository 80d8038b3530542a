"""The rules of a member (党员), one stream `member-<id>` each.

The membership (组织关系) is exactly one, always: it moves in one event, by an accepted transfer and by nothing else
(domain §1.1 T3, §5.4), and ends here when a committee outside has taken the member in. Facts may come again or late; a
move takes effect once, and only from where the member is.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.registry.domain.member import grouping, standing
from services.registry.domain.member.commands import (
    AdmitMember,
    ChangeContact,
    CloseMembership,
    ErasePerson,
    MemberCommand,
    MoveMembership,
    NoteOrganisationGone,
    NoteProbationOver,
    RequestErasure,
)
from services.registry.domain.member.events import (
    ErasureRequested,
    MemberAdmitted,
    MemberContactChanged,
    MembershipClosed,
    MembershipMoved,
    MemberWithoutOrganisation,
    PersonErased,
)
from services.registry.domain.member.grouping import AssignPartyGroup, PartyGroupAssigned
from services.registry.domain.member.state import MemberState, Move
from shared.kernel.calendar import local_date
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


def decide(command: MemberCommand | AssignPartyGroup, state: MemberState) -> Sequence[DomainEvent]:
    """Errors: `probation-dates`, `member-already-admitted`, `member-unknown`, `same-organisation`,
    `not-a-member-there`, `member-left`, `transfer-already-applied`, `person-erased`, and those of `standing` and
    `grouping`.
    """
    match command:
        case AdmitMember():
            return _admit(command, state)
        case MoveMembership():
            return _move(command, state)
        case CloseMembership():
            return _close(command, state)
        case NoteOrganisationGone():
            return [MemberWithoutOrganisation(organisation_id=state.organisation_id, **dict(command))]
        case ChangeContact():
            return _change_contact(command, state)
        case RequestErasure():
            return _request_erasure(command, state)
        case ErasePerson():
            _require_admitted(command.person_id, state)
            return [] if state.is_erased else [PersonErased(**command.model_dump())]
        case NoteProbationOver():
            return standing.probation_over(command, state)
        case AssignPartyGroup():
            _require_admitted(command.member_id, state)
            standing.require_on_the_roll(state)
            return grouping.assign(command, state)
        case _:
            _require_admitted(command.member_id, state)
            return standing.decide(command, state)


def evolve(state: MemberState, event: DomainEvent) -> MemberState:
    match event:
        case MemberAdmitted():
            return replace(
                state,
                member_id=event.member_id,
                left_on=None,
                left_by=None,
                left_for=None,
                came_at=event.since,
                is_extended=False,
                confirmed_on=None,
                organisation_id=event.organisation_id,
                status=event.status,
                admitted_on=event.admitted_on,
                probation_ends_on=event.probation_ends_on,
                phone=event.phone,
                email=event.email,
            )
        case MembershipMoved():
            move = Move(event.transfer_id, event.from_organisation_id, event.to_organisation_id, event.moved_at)
            moves = (*state.moves, move)
            return replace(state, organisation_id=event.to_organisation_id, moves=moves, came_at=event.moved_at)
        case MembershipClosed():
            return replace(state, left_on=event.closed_on, left_by=event.transfer_id)
        case PartyGroupAssigned():
            return replace(state, party_group_id=event.group_id, grouped_since=event.since)
        case MemberContactChanged():
            return replace(state, phone=event.phone, email=event.email)
        case ErasureRequested():
            return replace(state, erasure_due_at=event.due_at, erasure_forced=event.although_open)
        case PersonErased():
            return replace(state, is_erased=True, phone=None, email=None)
        case _:
            return standing.evolve(state, event)


def _admit(command: AdmitMember, state: MemberState) -> Sequence[DomainEvent]:
    ends_on = command.probation_ends_on
    if (ends_on is not None) != (command.status == "probationary") or (ends_on and ends_on < command.admitted_on):
        raise Invalid(
            "probation-dates",
            "a probationary member has a day on which probation ends, after the admission; a formal member has none",
            remedy="give probation_ends_on for 预备党员 and leave it out for 正式党员",
            where="probation_ends_on",
        )
    returns = state.left_by is not None and command.same_person and not state.is_erased
    if not state.is_admitted or returns:
        facts = {name: value for name, value in dict(command).items() if name not in ("same_person", "at")}
        return [MemberAdmitted(**facts, returned_at=command.at if returns else None)]
    if command.same_person:
        standing.require_on_the_roll(state)
        return []  # sealed fields differ each time they are sealed; the index says that it is the same person
    raise Refused(
        "member-already-admitted",
        f"the member id {command.member_id} belongs to another person",
        remedy="use a new id",
    )


def _move(command: MoveMembership, state: MemberState) -> Sequence[DomainEvent]:
    _require_admitted(command.member_id, state)
    origin, destination = command.from_organisation_id, command.to_organisation_id
    if earlier := state.move_by(command.transfer_id):
        if (earlier.from_organisation_id, earlier.to_organisation_id) == (origin, destination):
            return []
        raise Refused(
            "transfer-already-applied",
            f"the transfer {command.transfer_id} moved this member elsewhere before",
            remedy="one transfer is one move: find out which of the two reports is wrong",
        )
    if origin == destination:
        raise Invalid(
            "same-organisation",
            f"the transfer {command.transfer_id} ends where it begins",
            remedy="name another destination",
            where="to_organisation_id",
        )
    _require_member_of(origin, command.member_id, state)
    return [*grouping.leave(state, local_date(command.moved_at)), MembershipMoved(**command.model_dump())]


def _close(command: CloseMembership, state: MemberState) -> Sequence[DomainEvent]:
    _require_admitted(command.member_id, state)
    if state.left_by == command.transfer_id:
        return []
    _require_member_of(command.organisation_id, command.member_id, state)
    closed = MembershipClosed(**command.model_dump(), nowhere_since=state.nowhere_since(command.closed_on))
    return [*grouping.leave(state, command.closed_on), closed]


def _require_member_of(organisation_id: str, member_id: str, state: MemberState) -> None:
    standing.require_on_the_roll(state)
    if organisation_id != state.organisation_id:
        raise Refused(
            "not-a-member-there",
            f"the member {member_id} belongs to {state.organisation_id}, not to {organisation_id}",
            remedy="request the transfer from where the membership is",
            where="from_organisation_id",
        )


def _change_contact(command: ChangeContact, state: MemberState) -> Sequence[DomainEvent]:
    _require_admitted(command.member_id, state)
    if state.is_erased:
        raise Refused(
            "person-erased",
            f"the personal data of {command.member_id} was erased and its key destroyed",
            remedy="nothing personal can be kept about this person any more",
        )
    if (command.phone, command.email) == (state.phone, state.email):
        return []
    return [MemberContactChanged(**dict(command))]


def _request_erasure(command: RequestErasure, state: MemberState) -> Sequence[DomainEvent]:
    _require_admitted(command.person_id, state)
    known = state.erasure_due_at is not None
    if state.is_erased or (known and (state.erasure_forced or not command.although_open)):
        return []
    # Asked again with more urgency, it is still due when the first request made it due.
    due_at = state.erasure_due_at or command.due_at
    return [ErasureRequested(**dict(command) | {"due_at": due_at})]


def _require_admitted(member_id: str, state: MemberState) -> None:
    if not state.is_admitted:
        raise Refused("member-unknown", f"there is no member {member_id}", remedy="enter the member in the roll first")


MEMBER: Decider[MemberCommand | AssignPartyGroup, MemberState] = Decider(
    stream_type="member",
    initial=MemberState(),
    decide=decide,
    evolve=evolve,
    events=(
        MemberAdmitted,
        MembershipMoved,
        MembershipClosed,
        MemberContactChanged,
        ErasureRequested,
        PersonErased,
        PartyGroupAssigned,
        MemberWithoutOrganisation,
        *standing.EVENTS,
    ),
    timers=standing.timers,
    on_timer=lambda timer: NoteProbationOver(due_at=timer.due_at),
)
