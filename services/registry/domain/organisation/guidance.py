"""业务指导: by the line of the competent authority an organisation may be guided by another than its superior (domain Z07,
L28). Who guides looks at what it guides and decides nothing there; the tree stays what it is.
"""

from collections.abc import Sequence
from datetime import date

from services.registry.domain.organisation.kinds import BRANCH_LIKE
from services.registry.domain.organisation.state import OrganisationState
from services.registry.domain.vocabulary import Id, OrganisationKind
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import Command, DomainEvent


class GuideOrganisation(Command):
    """From `since` on `guided_by` guides it; None: nobody does any more.

    `guide_kind` is the kind of the guide, None when there is no such organisation or it was dissolved; `today` is the day
    of the request.
    """

    organisation_id: Id
    guided_by: Id | None
    guide_kind: OrganisationKind | None = None
    since: date
    today: date


class PartyOrganisationGuided(DomainEvent):
    """From `since` on `guided_by` guides it; None: nobody does any more. What was before ended on the day before."""

    type = "party-organisation-guided"

    organisation_id: str
    guided_by: str | None
    since: date


def guide(command: GuideOrganisation, state: OrganisationState) -> Sequence[DomainEvent]:
    """Errors: `guidance-later`, `guided-by-itself`, `guide-unknown`, `guide-is-a-branch`, `guidance-overlaps`."""
    if command.guided_by == state.guided_by and (command.guided_by is None or command.since == state.guided_since):
        return []
    if command.since > command.today:
        raise Invalid(
            "guidance-later", "that day is still to come", remedy="enter it on the day it begins", where="since"
        )
    if command.guided_by is not None:
        _check_guide(command.organisation_id, command.guided_by, command.guide_kind)
    if state.guided_since is not None and command.since < state.guided_since:
        raise Refused(
            "guidance-overlaps",
            f"since {state.guided_since} that is settled otherwise",
            remedy=f"give {state.guided_since} or a later day",
            where="since",
        )
    return [
        PartyOrganisationGuided(
            organisation_id=command.organisation_id, guided_by=command.guided_by, since=command.since
        )
    ]


def _check_guide(organisation_id: str, guided_by: str, kind: OrganisationKind | None) -> None:
    if guided_by == organisation_id:
        raise Refused(
            "guided-by-itself",
            f"the organisation {organisation_id} cannot guide itself",
            remedy="name the competent authority's committee",
            where="guided_by",
        )
    if kind is None:
        raise Refused(
            "guide-unknown",
            f"there is no organisation {guided_by}, or it was dissolved",
            remedy="found the competent authority's committee first",
            where="guided_by",
        )
    if kind in BRANCH_LIKE:
        raise Refused(
            "guide-is-a-branch",
            f"the organisation {guided_by} is a {kind}: a branch guides nobody",
            remedy="name the committee of the competent authority",
            where="guided_by",
        )
