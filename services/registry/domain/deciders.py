"""Every kind of stream the registry has, for the store that must know all its events by name."""

from typing import Any

from services.registry.domain.campaign.decider import CAMPAIGN
from services.registry.domain.duty.decider import DUTY
from services.registry.domain.formation.decider import FORMATION_RULES
from services.registry.domain.formation_plan.decider import FORMATION_PLAN
from services.registry.domain.founding.decider import FOUNDING
from services.registry.domain.funding.decider import FUNDING
from services.registry.domain.inspection.decider import INSPECTION
from services.registry.domain.instructor_application.decider import INSTRUCTOR_APPLICATION
from services.registry.domain.listing.decider import LIST, LIST_PART
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.opinion.decider import OPINION
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.organisation_tree.decider import ORGANISATION_TREE
from services.registry.domain.party_group.decider import PARTY_GROUP
from services.registry.domain.place.decider import PLACE
from services.registry.domain.policy_document.decider import POLICY_DOCUMENT
from services.registry.domain.post.decider import POST
from services.registry.domain.practice.decider import PRACTICE
from services.registry.domain.relation.decider import RELATION
from services.registry.domain.reorganisation.decider import REORGANISATION
from services.registry.domain.ripening.decider import RIPENING
from services.registry.domain.seat.decider import SEAT
from services.registry.domain.station.decider import STATION
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.visit.decider import VISIT
from shared.kernel.decider import Decider

DECIDERS: tuple[Decider[Any, Any], ...] = (
    UNIT,
    FORMATION_RULES,
    FORMATION_PLAN,
    RIPENING,
    CAMPAIGN,
    LIST,
    LIST_PART,
    REORGANISATION,
    FOUNDING,
    ORGANISATION,
    ORGANISATION_TREE,
    PARTY_GROUP,
    STATION,
    POST,
    SEAT,
    MEMBER,
    POLICY_DOCUMENT,
    INSTRUCTOR_APPLICATION,
    PLACE,
    PRACTICE,
    OPINION,
    RELATION,
    INSPECTION,
    FUNDING,
    VISIT,
    DUTY,
)
