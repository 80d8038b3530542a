"""成员转接案: at most one open transfer per member (domain T23), enforced by the version of the member's own stream.

Two requests at the same instant both read "nothing open", and both append to `member-case-<member id>`; the store lets
one of them win. A uniqueness check on a read model could not promise that. A transfer is open until nobody has to act
on it any more: a rejected or expired one still is, because the source committee has to close or resend it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from pydantic import AwareDatetime

from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import Command, DomainEvent


class OpenCase(Command):
    """Make `transfer_id` the member's open transfer, in place of `resent_of` when it is sent again."""

    member_id: str
    transfer_id: str
    opened_at: AwareDatetime
    resent_of: str | None = None


class NoteLeft(Command):
    """The registry says that the membership ended on that day."""

    member_id: str
    left_on: date
    noted_at: AwareDatetime


class CloseCase(Command):
    """The transfer needs nobody any more."""

    member_id: str
    transfer_id: str
    closed_at: AwareDatetime


MemberCaseCommand = OpenCase | CloseCase | NoteLeft


class CaseOpened(DomainEvent):
    """The member has an open transfer."""

    type = "case-opened"

    member_id: str
    transfer_id: str
    opened_at: datetime


class CaseClosed(DomainEvent):
    """The member has no open transfer."""

    type = "case-closed"

    member_id: str
    transfer_id: str
    closed_at: datetime


class MemberLeft(DomainEvent):
    """The membership ended. Whoever was asking for something about the member at that instant has to look again."""

    type = "member-left"

    member_id: str
    left_on: date
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class MemberCase:
    """The open transfer of a member, and those of the past (a member has a handful in a lifetime)."""

    open: str | None = None
    past: frozenset[str] = frozenset()
    left_on: date | None = None


def decide(command: MemberCaseCommand, state: MemberCase) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `transfer-already-open`, `resent-not-open`, `case-not-open`."""
    match command:
        case OpenCase():
            return _open(command, state)
        case CloseCase():
            return _close(command, state)
        case NoteLeft():
            return [] if state.left_on == command.left_on else [MemberLeft(**command.model_dump())]


def _open(command: OpenCase, state: MemberCase) -> Sequence[DomainEvent]:
    member, transfer, at = command.member_id, command.transfer_id, command.opened_at
    if state.open == transfer or transfer in state.past:
        return []  # a repeat, however late, must not reopen what was closed
    opened = CaseOpened(member_id=member, transfer_id=transfer, opened_at=at)
    if command.resent_of is None and state.open is None:
        return [opened]
    if command.resent_of is None or state.open not in (None, command.resent_of):
        raise Refused(
            "transfer-already-open",
            f"{member} has the open transfer {state.open}",
            remedy="complete, withdraw, close or resend that one first",
        )
    if state.open is None:
        raise Refused(
            "resent-not-open",
            f"{command.resent_of} is not open any more, so it cannot be sent again",
            remedy="ask for a new transfer that cites none",
        )
    return [CaseClosed(member_id=member, transfer_id=state.open, closed_at=at), opened]


def _close(command: CloseCase, state: MemberCase) -> Sequence[DomainEvent]:
    if command.transfer_id in state.past:
        return []
    if state.open != command.transfer_id:
        raise Refused(
            "case-not-open",
            f"{command.transfer_id} is not the open transfer of {command.member_id}",
            remedy="look up which transfer is open",
        )
    return [CaseClosed(member_id=command.member_id, transfer_id=command.transfer_id, closed_at=command.closed_at)]


def evolve(state: MemberCase, event: DomainEvent) -> MemberCase:
    match event:
        case CaseOpened():
            return replace(state, open=event.transfer_id)
        case CaseClosed():
            return replace(state, open=None, past=state.past | {event.transfer_id})
        case MemberLeft():
            return replace(state, left_on=event.left_on)
        case _:
            return state


MEMBER_CASE: Decider[MemberCaseCommand, MemberCase] = Decider(
    stream_type="member-case",
    initial=MemberCase(),
    decide=decide,
    evolve=evolve,
    events=(CaseOpened, CaseClosed, MemberLeft),
)
