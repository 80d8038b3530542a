"""What can be asked of a party organisation (党组织).

A decision about one organisation needs facts of others: its parent, its members. They travel in the command, as the
application read them in the transaction that appends.
"""

from datetime import date

from pydantic import AwareDatetime, Field

from services.registry.domain.vocabulary import (
    Id,
    Name,
    OfficeEmail,
    OfficePhone,
    OrganisationHost,
    OrganisationKind,
    Reason,
)
from shared.kernel.event import Command
from shared.kernel.identifiers.area_code import AreaCode
from shared.kernel.identifiers.uscc import Uscc


class FoundOrganisation(Command):
    """Found an organisation below `parent_id` (None: a root), or enter one that has long existed.

    `parent_kind` is the kind of the parent, None when there is no such organisation or it was dissolved.
    `formal_members` counts the 正式党员 who will form it; None when an existing organisation is imported, which was
    founded under the rules of its day.
    """

    organisation_id: Id
    name: Name
    kind: OrganisationKind
    parent_id: Id | None = None
    parent_kind: OrganisationKind | None = None
    area_code: AreaCode
    can_approve_probationary: bool = False
    unit_uscc: Uscc | None = None
    host: OrganisationHost | None = None
    office_email: OfficeEmail | None = None
    office_phone: OfficePhone | None = None
    formal_members: int | None = Field(default=None, ge=0)


class ChangeOrganisation(Command):
    """Rename it (更名), say what it is formed on, correct its office addresses, grant or withdraw the capability; the rest
    stays as it is.
    """

    organisation_id: Id
    name: Name | None = None
    can_approve_probationary: bool | None = None
    host: OrganisationHost | None = None
    office_email: OfficeEmail | None = None
    office_phone: OfficePhone | None = None


class ReparentOrganisation(Command):
    """Hang it below another superior (调整隶属).

    `new_parent_path` holds the ids from the new parent (first) up to the root (last); `new_parent_kind` is None when
    the new parent does not exist or was dissolved. The path is only worth what the tree is: append a change of the
    `organisation-tree` in the same transaction. It counts since `effective_on`; `settled_since` is the day since which the
    organisation and all of that path hang where they hang now.
    """

    organisation_id: Id
    new_parent_path: tuple[Id, ...] = Field(min_length=1)
    new_parent_kind: OrganisationKind | None
    effective_on: date
    settled_since: date
    today: date

    @property
    def new_parent_id(self) -> str:
        return self.new_parent_path[0]


class DissolveOrganisation(Command):
    """End it (撤销). `members` and `children` count who and what still belongs to it."""

    organisation_id: Id
    reason: Reason
    members: int = Field(ge=0)
    children: int = Field(ge=0)


class RestoreOrganisation(Command):
    """It exists again (恢复), where it hung before. `parent_kind` as in `FoundOrganisation`."""

    organisation_id: Id
    reason: Reason
    on: date
    parent_kind: OrganisationKind | None = None


class UpgradeOrganisation(Command):
    """It becomes one of a higher kind (升格), as the superior approved. `members` counts those at and below it.

    `exception` is why it is done with fewer members than the rule asks for.
    """

    organisation_id: Id
    kind: OrganisationKind
    approved_by: Id
    on: date
    members: int = Field(ge=0)
    exception: Reason | None = None


class BeginTerm(Command):
    """An election was held; the term that began with it ends on that day (届满)."""

    organisation_id: Id
    elected_on: date
    ends_on: date


class ExtendTerm(Command):
    """The superior lets the term go on until that day (延期换届)."""

    organisation_id: Id
    ends_on: date
    approved_by: Id
    reason: Reason


class RemindOfElection(Command):
    """So many months are left of the term."""

    organisation_id: Id
    months_left: int
    at: AwareDatetime


class NoteUnitClosed(Command):
    """The unit that it belongs to was closed."""

    organisation_id: Id
    uscc: Uscc
    closed_on: date


OrganisationCommand = (
    FoundOrganisation
    | ChangeOrganisation
    | ReparentOrganisation
    | DissolveOrganisation
    | RestoreOrganisation
    | UpgradeOrganisation
    | BeginTerm
    | ExtendTerm
    | RemindOfElection
    | NoteUnitClosed
)
