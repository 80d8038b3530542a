"""Mobility as a value: its deciders, its public language, its read models."""

from services.mobility.application.publishing import PUBLISH
from services.mobility.domain.care_deciders import CARE_DECIDERS
from services.mobility.domain.letter_series import LETTER_SERIES
from services.mobility.domain.member_case import MEMBER_CASE
from services.mobility.domain.transfer.decider import TRANSFER
from services.mobility.processes.relocation.decider import RELOCATION
from services.mobility.projections.projections import PROJECTIONS
from services.mobility.projections.tables import VIEWS
from shared.eventstore.model import ServiceModel

MODEL = ServiceModel(
    "mobility", (TRANSFER, MEMBER_CASE, LETTER_SERIES, RELOCATION, *CARE_DECIDERS), PUBLISH, PROJECTIONS, VIEWS
)
