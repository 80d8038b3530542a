"""The rules of a party organisation (党组织), one stream `organisation-<id>` each."""

from collections.abc import Sequence
from dataclasses import replace

from services.registry.domain import closing
from services.registry.domain.changes import changed, given
from services.registry.domain.closing import ClosingCommand, ClosingGivenUp, KeepOpen, MarkedForClosing, MarkForClosing
from services.registry.domain.organisation.commands import (
    BeginTerm,
    ChangeOrganisation,
    DissolveOrganisation,
    ExtendTerm,
    FoundOrganisation,
    NoteUnitClosed,
    OrganisationCommand,
    RemindOfElection,
    ReparentOrganisation,
    RestoreOrganisation,
    UpgradeOrganisation,
)
from services.registry.domain.organisation.events import (
    ElectionDue,
    OrganisationWithoutUnit,
    PartyOrganisationChanged,
    PartyOrganisationDissolved,
    PartyOrganisationFounded,
    PartyOrganisationReparented,
    PartyOrganisationRestored,
    PartyOrganisationUpgraded,
    TermBegan,
    TermExtended,
)
from services.registry.domain.organisation.guidance import GuideOrganisation, PartyOrganisationGuided, guide
from services.registry.domain.organisation.rules import (
    check_capability,
    check_day,
    check_formal_members,
    check_parent,
    check_place,
    cycle,
)
from services.registry.domain.organisation.standing import restore, upgrade
from services.registry.domain.organisation.state import OrganisationState
from services.registry.domain.organisation.terms import arm, begin_term, disarm, extend_term, months_of, remind
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent
from shared.kernel.timer import DueTimer, TimerChange

_FACTS_OF_THE_DECISION = {"parent_kind", "formal_members"}
"""What a founding is decided by but is not itself a fact of the organisation."""


def decide(
    command: OrganisationCommand | GuideOrganisation | ClosingCommand, state: OrganisationState
) -> Sequence[DomainEvent]:
    """Errors: those of `rules`, `guidance`, `standing` and `terms`, and `organisation-already-founded`, `-unknown`,
    `-dissolved`, `-not-empty`.
    """
    match command:
        case MarkForClosing() | KeepOpen():
            return closing.decide(command, stands=state.stands, marked=state.marked)
        case FoundOrganisation():
            return _found(command, state)
        case RestoreOrganisation():
            return restore(command, state)
        case RemindOfElection():
            return remind(command, state)
        case NoteUnitClosed():
            return _without_unit(command, state)
        case DissolveOrganisation():
            return _dissolve(command, state)
    _require_active(command.organisation_id, state)
    match command:
        case ChangeOrganisation():
            return _change(command, state)
        case ReparentOrganisation():
            return _reparent(command, state)
        case UpgradeOrganisation():
            return upgrade(command, state)
        case BeginTerm():
            return begin_term(command, state)
        case ExtendTerm():
            return extend_term(command, state)
        case GuideOrganisation():
            return guide(command, state)


def evolve(state: OrganisationState, event: DomainEvent) -> OrganisationState:
    match event:
        case PartyOrganisationFounded():
            return OrganisationState(status="active", **event.model_dump(exclude={"organisation_id"}))
        case PartyOrganisationChanged():
            names = ("name", "can_approve_probationary", "host", "office_email", "office_phone")
            return replace(state, **given(event, *names))
        case PartyOrganisationReparented():
            return replace(state, parent_id=event.to_parent_id)
        case PartyOrganisationDissolved():
            return replace(state, status="dissolved", marked=False)
        case PartyOrganisationRestored():
            return replace(state, status="active")
        case PartyOrganisationUpgraded():
            return replace(state, kind=event.kind)
        case TermBegan():
            ends_on = event.ends_on
            return replace(state, elected_on=event.elected_on, elected_term_ends_on=ends_on, term_ends_on=ends_on)
        case TermExtended():
            return replace(state, term_ends_on=event.ends_on)
        case PartyOrganisationGuided():
            return replace(state, guided_by=event.guided_by, guided_since=event.since)
        case OrganisationWithoutUnit():
            return replace(state, without_unit=True)
        case MarkedForClosing() | ClosingGivenUp():
            return replace(state, marked=isinstance(event, MarkedForClosing))
        case _:
            return state


def _found(command: FoundOrganisation, state: OrganisationState) -> Sequence[DomainEvent]:
    facts = command.model_dump(exclude=_FACTS_OF_THE_DECISION)
    if state.status == "unknown":
        check_place(command)
        check_capability(command.kind, command.can_approve_probationary)
        check_formal_members(command.kind, command.formal_members)
        return [PartyOrganisationFounded(**facts)]
    _require_active(command.organisation_id, state)
    facts.pop("organisation_id")
    if changed(state, **facts):
        raise Refused(
            "organisation-already-founded",
            f"the organisation {command.organisation_id} exists already, with other facts",
            remedy="change the existing organisation, or use a new id",
        )
    return []


def _change(command: ChangeOrganisation, state: OrganisationState) -> Sequence[DomainEvent]:
    check_capability(state.kind, command.can_approve_probationary)
    changes = changed(state, **command.model_dump(exclude={"organisation_id"}))
    return [PartyOrganisationChanged(organisation_id=command.organisation_id, **changes)] if changes else []


def _reparent(command: ReparentOrganisation, state: OrganisationState) -> Sequence[DomainEvent]:
    if command.new_parent_id == state.parent_id:
        return []
    if command.organisation_id in command.new_parent_path:
        raise cycle(command.organisation_id)
    check_parent(command.new_parent_id, command.new_parent_kind)
    check_day(command)
    return [
        PartyOrganisationReparented(
            organisation_id=command.organisation_id,
            from_parent_id=state.parent_id,
            to_parent_id=command.new_parent_id,
            effective_on=command.effective_on,
        )
    ]


def _dissolve(command: DissolveOrganisation, state: OrganisationState) -> Sequence[DomainEvent]:
    if state.status == "dissolved":
        return []
    _require_active(command.organisation_id, state)
    if command.members or command.children:
        raise Refused(
            "organisation-not-empty",
            f"{command.members} members and {command.children} organisations still belong to {command.organisation_id}",
            remedy="transfer its members and hang its organisations below another superior first",
        )
    return [
        PartyOrganisationDissolved(
            organisation_id=command.organisation_id, reason=command.reason, parent_id=state.parent_id
        )
    ]


def _without_unit(command: NoteUnitClosed, state: OrganisationState) -> Sequence[DomainEvent]:
    if not state.stands or state.without_unit or state.unit_uscc != command.uscc:
        return []
    return [OrganisationWithoutUnit(superior_id=state.parent_id, **command.model_dump())]


def _require_active(organisation_id: str, state: OrganisationState) -> None:
    if state.status == "unknown":
        raise Refused("organisation-unknown", f"there is no organisation {organisation_id}", remedy="found it first")
    if state.status == "dissolved":
        raise Refused(
            "organisation-dissolved",
            f"the organisation {organisation_id} was dissolved",
            remedy="use the organisation that took its place",
        )


def _timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case TermBegan() | TermExtended():
            return arm(event.ends_on)
        case PartyOrganisationDissolved():
            return disarm()
        case _:
            return []


def _on_timer(timer: DueTimer) -> OrganisationCommand:
    identity = timer.stream_id.removeprefix("organisation-")
    return RemindOfElection(organisation_id=identity, months_left=months_of(timer.name), at=timer.now)


ORGANISATION: Decider[OrganisationCommand | GuideOrganisation | ClosingCommand, OrganisationState] = Decider(
    stream_type="organisation",
    initial=OrganisationState(),
    decide=decide,
    evolve=evolve,
    events=(
        PartyOrganisationFounded,
        PartyOrganisationChanged,
        PartyOrganisationReparented,
        PartyOrganisationDissolved,
        PartyOrganisationRestored,
        PartyOrganisationUpgraded,
        TermBegan,
        TermExtended,
        ElectionDue,
        OrganisationWithoutUnit,
        PartyOrganisationGuided,
        *closing.CLOSING_EVENTS,
    ),
    timers=_timers,
    on_timer=_on_timer,
)
