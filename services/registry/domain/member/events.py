"""What happened to a member (党员)."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from services.registry.domain.vocabulary import ErasureGround, MembershipEnd, MemberStatus
from shared.kernel.event import DomainEvent
from shared.kernel.sealed import Personal, PersonalKind, Sealed, SealedWords


class MemberAdmitted(DomainEvent):
    """The member is in the roll. The sealed 身份证 number stays in the registry, out of the contract."""

    type = "member-admitted"

    member_id: str
    organisation_id: str
    status: MemberStatus
    admitted_on: date
    probation_ends_on: date | None = None
    name: Annotated[Sealed, Personal(PersonalKind.NAME)]
    phone: Annotated[Sealed | None, Personal(PersonalKind.PHONE)] = None
    email: Annotated[Sealed | None, Personal(PersonalKind.EMAIL)] = None
    resident_id: Annotated[Sealed, Personal(PersonalKind.RESIDENT_ID)]
    returned_at: datetime | None = None
    """Since when they are on the roll again, of somebody who came back from outside; None of a first entry."""

    @property
    def since(self) -> datetime:
        """The beginning of the membership."""
        return self.returned_at or datetime.combine(self.admitted_on, time(), UTC)


class MembershipMoved(DomainEvent):
    """One membership closed and another opened in one fact, so a member is never in none and never in two."""

    type = "membership-moved"

    member_id: str
    from_organisation_id: str
    to_organisation_id: str
    transfer_id: str
    moved_at: datetime


class MembershipClosed(DomainEvent):
    """The membership here ended on that day: a committee outside this installation took the member in."""

    type = "membership-closed"

    member_id: str
    organisation_id: str
    transfer_id: str
    closed_on: date
    nowhere_since: datetime | None = None
    """When they came, if that was not before the day that is said; None: the beginning of that day."""


class MemberContactChanged(DomainEvent):
    """How the member can be reached changed; both addresses are given as they are now."""

    type = "member-contact-changed"

    member_id: str
    phone: Annotated[Sealed | None, Personal(PersonalKind.PHONE)]
    email: Annotated[Sealed | None, Personal(PersonalKind.EMAIL)]


class ErasureRequested(DomainEvent):
    """A named body asked for the person's data to be erased. Private."""

    type = "erasure-requested"

    person_id: str
    requested_by: str
    ground: ErasureGround
    although_open: bool
    requested_at: datetime
    due_at: datetime


class PersonErased(DomainEvent):
    """The person's key was destroyed."""

    type = "person-erased"

    person_id: str
    erased_at: datetime


class MemberConfirmed(DomainEvent):
    """A formal member from that day on (转正)."""

    type = "member-confirmed"

    member_id: str
    organisation_id: str
    confirmed_on: date
    decided_by: str
    person_id: str
    decided_at: datetime


class ProbationExtended(DomainEvent):
    """The probation lasts longer."""

    type = "probation-extended"

    member_id: str
    organisation_id: str
    probation_ends_on: date
    decided_by: str
    person_id: str
    text: SealedWords
    decided_at: datetime


class ProbationOver(DomainEvent):
    """The probation is over and nobody has decided yet; the branch has to bring it before its meeting."""

    type = "probation-over"

    member_id: str
    organisation_id: str
    probation_ends_on: date


class MembershipEnded(DomainEvent):
    """The member is not on the roll any more; `organisation_id` is where they were last."""

    type = "membership-ended"

    member_id: str
    organisation_id: str
    ground: MembershipEnd
    ended_on: date
    decided_by: str
    person_id: str | None
    text: SealedWords
    decided_at: datetime
    nowhere_since: datetime | None = None
    """As in `MembershipClosed`."""


class MemberWithoutOrganisation(DomainEvent):
    """A branch was dissolved (撤销) before the acceptance of this member was heard of: they belong to what does not stand.

    The move is carried out, since nobody is ever without a membership; where they belong now is for the superior to decide.
    """

    type = "member-without-organisation"

    member_id: str
    organisation_id: str
    superior_id: str | None
    transfer_id: str
    found_at: datetime
