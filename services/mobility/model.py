"""Mobility as a value: its deciders, its public language, its read models."""

from services.mobility.application.publishing import PUBLISH
from services.mobility.domain.care_deciders import CARE_DECIDERS
from services.mobility.domain.inbound_letter.decider import INBOUND_LETTER
from services.mobility.domain.letter_series import LETTER_SERIES
from services.mobility.domain.member_case import MEMBER_CASE
from services.mobility.domain.reconciliation.decider import RECONCILIATION
from services.mobility.domain.retained_relation.decider import RETAINED_RELATION
from services.mobility.domain.transfer.decider import TRANSFER
from services.mobility.domain.transfer_rules.decider import TRANSFER_RULES
from services.mobility.processes.relocation.decider import RELOCATION
from services.mobility.projections.projections import PROJECTIONS
from services.mobility.projections.tables import VIEWS
from shared.eventstore.model import ServiceModel

MODEL = ServiceModel(
    "mobility",
    (
        TRANSFER,
        MEMBER_CASE,
        LETTER_SERIES,
        INBOUND_LETTER,
        RELOCATION,
        TRANSFER_RULES,
        RETAINED_RELATION,
        RECONCILIATION,
        *CARE_DECIDERS,
    ),
    PUBLISH,
    PROJECTIONS,
    VIEWS,
)
