"""Who may have a seat in a committee as one of its members (domain L17)."""

from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.organisation.state import OrganisationState
from services.registry.domain.relation.decider import RELATION, Relation, relation_id
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.state import UnitState
from services.registry.domain.vocabulary import PostScope
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused


async def require_member_of(unit: UnitOfWork, scope: PostScope, scope_id: str, represents_id: str) -> None:
    """Raises `Refused` (`not-a-member-of-it`) unless it is a member of the platform, a unit that the organisation covers, or
    an organisation that hangs below it.
    """
    if scope == "platform":
        relation: Relation = await unit.state(RELATION, relation_id("member", scope_id, represents_id))
        belongs = relation.begun is not None and relation.until is None
    else:
        below: OrganisationState = await unit.state(ORGANISATION, represents_id)
        covered: UnitState = await unit.state(UNIT, represents_id)
        belongs = (below.status == "active" and below.parent_id == scope_id) or scope_id in covered.covers
    if not belongs:
        raise Refused(
            "not-a-member-of-it",
            f"{represents_id} is no member of the {scope} {scope_id}",
            remedy="let it become one first, or name one that is",
            where="represents_id",
        )
