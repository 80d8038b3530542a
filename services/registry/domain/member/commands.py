"""What can be asked of a member (党员) and of their membership (组织关系).

Personal data arrives sealed: no command, event or state of the domain ever holds a name or a number in the clear.
"""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict

from services.registry.domain.vocabulary import ErasureGround, Id, MembershipEnd, MemberStatus
from shared.kernel.event import Command
from shared.kernel.sealed import Personal, PersonalKind, Sealed, SealedWords


class AdmitMember(Command):
    """Enter a member in the roll, with the membership in `organisation_id`.

    `same_person` says that the id was given before, to whoever has this 身份证 number (see `identity`).
    `probation_ends_on` belongs to a probationary member (预备党员) and to no other. `at` is the moment of the entry, from
    which somebody who comes back from outside is on the roll again.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    member_id: Id
    organisation_id: Id
    status: MemberStatus
    admitted_on: date
    probation_ends_on: date | None = None
    name: Annotated[Sealed, Personal(PersonalKind.NAME)]
    phone: Annotated[Sealed | None, Personal(PersonalKind.PHONE)] = None
    email: Annotated[Sealed | None, Personal(PersonalKind.EMAIL)] = None
    resident_id: Annotated[Sealed, Personal(PersonalKind.RESIDENT_ID)]
    same_person: bool = False
    at: AwareDatetime | None = None


class MoveMembership(Command):
    """Move the membership as an accepted transfer says; `moved_at` is when it was accepted."""

    member_id: Id
    from_organisation_id: Id
    to_organisation_id: Id
    transfer_id: Id
    moved_at: AwareDatetime


class CloseMembership(Command):
    """A committee outside this installation took the member in, as its receipt (回执) of that day says."""

    member_id: Id
    organisation_id: Id
    transfer_id: Id
    closed_on: date


class ChangeContact(Command):
    """Say how the member can be reached from now on; None means "not this way".

    Sealing is randomised, so the same number sealed again looks new: the application compares before it asks.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    member_id: Id
    phone: Annotated[Sealed | None, Personal(PersonalKind.PHONE)]
    email: Annotated[Sealed | None, Personal(PersonalKind.EMAIL)]


class RequestErasure(Command):
    """Ask for the person's data to be erased by `due_at`; with `although_open`, before open transfers are closed."""

    person_id: Id
    requested_by: str
    ground: ErasureGround
    although_open: bool = False
    requested_at: AwareDatetime
    due_at: AwareDatetime


class ErasePerson(Command):
    """Record that the person's key was destroyed. The membership stays: it says nothing about who the member is."""

    person_id: Id
    erased_at: AwareDatetime


class ConfirmMember(Command):
    """转正: a body decides that a probationary member is a formal one from that day on; `person_id` signs."""

    member_id: Id
    confirmed_on: date
    decided_by: Id
    person_id: Id
    decided_at: AwareDatetime


class ExtendProbation(Command):
    """延长预备期, once."""

    member_id: Id
    probation_ends_on: date
    decided_by: Id
    person_id: Id
    text: SealedWords
    decided_at: AwareDatetime


class EndMembership(Command):
    """Take the member off the roll, as a body decided or as happened. No software decides this."""

    member_id: Id
    ground: MembershipEnd
    ended_on: date
    decided_by: Id
    person_id: Id | None
    text: SealedWords
    decided_at: AwareDatetime


class NoteProbationOver(Command):
    """The last day of the probation has come."""

    due_at: AwareDatetime


class NoteOrganisationGone(Command):
    """The member was moved into an organisation that does not stand any more; `superior_id` is the nearest above that does."""

    member_id: Id
    superior_id: Id | None
    transfer_id: Id
    found_at: AwareDatetime


StandingCommand = ConfirmMember | ExtendProbation | EndMembership | NoteProbationOver
MemberCommand = (
    AdmitMember
    | MoveMembership
    | CloseMembership
    | NoteOrganisationGone
    | ChangeContact
    | RequestErasure
    | ErasePerson
    | StandingCommand
)
