"""Public events of members (党员) and their membership (组织关系)."""

from datetime import date, datetime

from shared.contracts.registry.terms import MembershipEnd, MemberStatus, RegistryEvent
from shared.kernel.sealed import Sealed


class MemberAdmitted(RegistryEvent, aggregate="member", key="member_id", data_class="personal"):
    """A 党员 was entered in the roll, with the membership (组织关系) in `organisation_id`."""

    member_id: str
    organisation_id: str
    status: MemberStatus
    admitted_on: date
    probation_ends_on: date | None = None
    name: Sealed
    phone: Sealed | None = None
    email: Sealed | None = None


class MembershipMoved(RegistryEvent, aggregate="member", key="member_id"):
    """One membership closed and another opened, in one fact, by an accepted transfer."""

    member_id: str
    from_organisation_id: str
    to_organisation_id: str
    transfer_id: str
    moved_at: datetime


class MemberContactChanged(RegistryEvent, aggregate="member", key="member_id", data_class="personal"):
    """Where a member can be reached changed; both addresses are given as they are now."""

    member_id: str
    phone: Sealed | None
    email: Sealed | None


class PersonErased(RegistryEvent, aggregate="member", key="person_id", subject="person_id"):
    """The person's key was destroyed; whatever was sealed with it can no longer be read anywhere."""

    person_id: str
    erased_at: datetime


class MemberConfirmed(RegistryEvent, aggregate="member", key="member_id"):
    """转正: a formal member from that day on."""

    member_id: str
    organisation_id: str
    confirmed_on: date
    decided_by: str


class ProbationExtended(RegistryEvent, aggregate="member", key="member_id"):
    """延长预备期."""

    member_id: str
    organisation_id: str
    probation_ends_on: date
    decided_by: str


class ProbationOver(RegistryEvent, aggregate="member", key="member_id"):
    """The probation is over and nobody has decided; `organisation_id` has to."""

    member_id: str
    organisation_id: str
    probation_ends_on: date


class MembershipEnded(RegistryEvent, aggregate="member", key="member_id"):
    """The member is not on the roll any more; `organisation_id` is where the membership was last."""

    member_id: str
    organisation_id: str
    ground: MembershipEnd
    ended_on: date
    decided_by: str


class MemberWithoutOrganisation(RegistryEvent, aggregate="member", key="member_id"):
    """A branch was dissolved (撤销) before the acceptance of this member was heard of: they belong to what does not stand.

    `superior_id`, the nearest above it that stands, restores the branch or has the member transferred on.
    """

    member_id: str
    organisation_id: str
    superior_id: str | None
    transfer_id: str
    found_at: datetime


class MembershipClosed(RegistryEvent, aggregate="member", key="member_id"):
    """The membership here ended on that day: a committee outside this installation took the member in."""

    member_id: str
    organisation_id: str
    transfer_id: str
    closed_on: date
