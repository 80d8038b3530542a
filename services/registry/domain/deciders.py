"""Every kind of stream the registry has, for the store that must know all its events by name."""

from typing import Any

from services.registry.domain.formation.decider import FORMATION_RULES
from services.registry.domain.formation_plan.decider import FORMATION_PLAN
from services.registry.domain.founding.decider import FOUNDING
from services.registry.domain.listing.decider import LIST, LIST_PART
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.organisation_tree.decider import ORGANISATION_TREE
from services.registry.domain.post.decider import POST
from services.registry.domain.reorganisation.decider import REORGANISATION
from services.registry.domain.seat.decider import SEAT
from services.registry.domain.station.decider import STATION
from services.registry.domain.unit.decider import UNIT
from shared.kernel.decider import Decider

DECIDERS: tuple[Decider[Any, Any], ...] = (
    UNIT,
    FORMATION_RULES,
    FORMATION_PLAN,
    LIST,
    LIST_PART,
    REORGANISATION,
    FOUNDING,
    ORGANISATION,
    ORGANISATION_TREE,
    STATION,
    POST,
    SEAT,
    MEMBER,
)
