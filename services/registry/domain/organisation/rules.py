"""The rules of founding and placing a party organisation, each with its own code (domain §1.5)."""

from services.registry.domain.organisation.commands import FoundOrganisation, ReparentOrganisation
from services.registry.domain.organisation.kinds import BRANCH_LIKE, LEAST_FORMAL_MEMBERS, ROOT, WITHOUT_APPROVAL
from services.registry.domain.vocabulary import OrganisationKind
from shared.kernel.errors import Invalid, Refused


def check_place(command: FoundOrganisation) -> None:
    """Errors: `root-kind`, and those of `check_parent`."""
    if command.parent_id is not None:
        if command.parent_id == command.organisation_id:
            raise cycle(command.organisation_id)
        check_parent(command.parent_id, command.parent_kind)
    elif command.kind != ROOT:
        raise Invalid(
            "root-kind",
            f"only a {ROOT} (党工委) can stand at the top of the tree, not a {command.kind}",
            remedy="name the superior organisation in parent_id",
            where="parent_id",
        )


def check_parent(parent_id: str, parent_kind: OrganisationKind | None) -> None:
    """Errors (`Refused`): `parent-unknown`, `parent-cannot-have-children`."""
    if parent_kind is None:
        raise Refused(
            "parent-unknown",
            f"there is no organisation {parent_id}, or it was dissolved",
            remedy="found the superior organisation first",
            where="parent_id",
        )
    if parent_kind in BRANCH_LIKE:
        raise Refused(
            "parent-cannot-have-children",
            f"the organisation {parent_id} is a {parent_kind}: nothing can hang below a branch",
            remedy="choose its general branch or committee as the superior",
            where="parent_id",
        )


def check_day(command: ReparentOrganisation) -> None:
    """Errors: `reparent-later`, `reparent-backdated`. Since nothing on the way up has changed since the day, no day in
    between has a cycle.
    """
    if command.effective_on > command.today:
        raise Invalid(
            "reparent-later",
            f"{command.effective_on} is still to come",
            remedy="order it as a reorganisation (POST /reorganisations), which is carried out on its day",
            where="effective_on",
        )
    if command.effective_on < command.settled_since:
        raise Refused(
            "reparent-backdated",
            f"the organisation or a superior to be has hung where it hangs since {command.settled_since} only",
            remedy=f"give {command.settled_since} or a later day",
            where="effective_on",
        )


def check_capability(kind: OrganisationKind, can_approve_probationary: bool | None) -> None:
    """Errors (`Refused`): `capability-needs-committee`; the capability makes an endpoint of a transfer (domain T2)."""
    if can_approve_probationary and kind in WITHOUT_APPROVAL:
        raise Refused(
            "capability-needs-committee",
            f"a {kind} cannot have the authority to approve probationary members",
            remedy="give the authority to its committee",
            where="can_approve_probationary",
        )


def check_formal_members(kind: OrganisationKind, formal_members: int | None) -> None:
    """Errors (`Refused`): `too-few-formal-members`. Probationary members do not count."""
    if formal_members is None or kind not in BRANCH_LIKE:
        return
    if formal_members < LEAST_FORMAL_MEMBERS:
        raise Refused(
            "too-few-formal-members",
            f"a branch needs {LEAST_FORMAL_MEMBERS} formal members, here are {formal_members}",
            remedy="form a joint branch with neighbouring units, or join an existing one",
            where="formal_members",
        )


def cycle(organisation_id: str) -> Refused:
    """The error for an organisation that would be its own superior."""
    return Refused(
        "organisation-cycle",
        f"the organisation {organisation_id} would be its own superior",
        remedy="choose a superior that does not stand below it",
        where="parent_id",
    )
