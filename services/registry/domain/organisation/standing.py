"""恢复、升格: an organisation that was dissolved exists again, or becomes one of a higher kind (domain §1.5)."""

from collections.abc import Sequence
from typing import Final

from services.registry.domain.formation.rules import COMMITTEE_ABOVE, GENERAL_BRANCH_ABOVE
from services.registry.domain.organisation.commands import RestoreOrganisation, UpgradeOrganisation
from services.registry.domain.organisation.events import PartyOrganisationRestored, PartyOrganisationUpgraded
from services.registry.domain.organisation.rules import check_parent
from services.registry.domain.organisation.state import OrganisationState
from services.registry.domain.vocabulary import OrganisationKind
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent

_ABOVE: Final[dict[OrganisationKind, int]] = {"general_branch": GENERAL_BRANCH_ABOVE, "committee": COMMITTEE_ABOVE}
"""Members that a 总支 and a 党委 have more than; the superior may find fewer enough, and says why (domain §1.5 P7)."""
_RANK: Final[dict[OrganisationKind, int]] = {
    "temporary": 0, "project": 0, "joint_branch": 1, "branch": 1, "general_branch": 2, "committee": 3,
}  # fmt: skip


def restore(command: RestoreOrganisation, state: OrganisationState) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `organisation-unknown`, and those of `check_parent`."""
    if state.status == "unknown":
        raise Refused("organisation-unknown", f"there is no organisation {command.organisation_id}", remedy="found it")
    if state.status == "active":
        return []
    if state.parent_id is not None:
        check_parent(state.parent_id, command.parent_kind)
    facts = command.model_dump(exclude={"parent_kind"})
    return [PartyOrganisationRestored(parent_id=state.parent_id, **facts)]


def upgrade(command: UpgradeOrganisation, state: OrganisationState) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `not-an-upgrade`, `too-few-members`."""
    if command.kind == state.kind:
        return []
    if _RANK.get(command.kind, -1) <= _RANK.get(state.kind, 9):
        raise Refused(
            "not-an-upgrade",
            f"a {state.kind} does not become a {command.kind}",
            remedy="a temporary or joint branch becomes a branch, a branch a 总支, a 总支 a 党委; else found another",
            where="kind",
        )
    least = _ABOVE.get(command.kind, 0)
    if command.members <= least and command.exception is None:
        raise Refused(
            "too-few-members",
            f"a {command.kind} has more than {least} members, here are {command.members}",
            remedy="give the superior's reason in exception, where the work needs it",
            where="kind",
        )
    facts = command.model_dump(exclude={"members"})
    return [PartyOrganisationUpgraded(from_kind=state.kind, members=command.members, **facts)]
