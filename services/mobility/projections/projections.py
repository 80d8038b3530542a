"""All read models of mobility."""

from services.mobility.projections.care_projections import CARE_PROJECTIONS
from services.mobility.projections.inbound_letters import INBOUND_LETTERS_PROJECTION
from services.mobility.projections.propagation import PROPAGATION
from services.mobility.projections.roll import ROLL
from services.mobility.projections.rules import RULES
from services.mobility.projections.transfers import LEGS, TRANSFERS
from shared.security.guidance import GUIDANCE

PROJECTIONS = (*ROLL, GUIDANCE, TRANSFERS, LEGS, INBOUND_LETTERS_PROJECTION, PROPAGATION, *RULES, *CARE_PROJECTIONS)
