"""Mobility as a process: wiring only."""

from services.mobility.api.away import away_routers
from services.mobility.api.cases import cases
from services.mobility.api.relocations import relocations
from services.mobility.api.steps import steps
from services.mobility.api.transfers import transfers
from services.mobility.application.acknowledgements import INBOUND, refused
from services.mobility.application.reactions import FOLLOWS
from services.mobility.measures import MEASURES, notices
from services.mobility.model import MODEL
from services.mobility.settings import MobilitySettings
from shared.runtime.definition import ServiceDefinition

SERVICE = ServiceDefinition(
    model=MODEL,
    title="Transfers from request to receipt, whose turn it is, and who has learned of each relocation",
    settings=MobilitySettings,
    follows=FOLLOWS,
    routers=lambda running: [
        transfers(running),
        steps(running),
        cases(running),
        relocations(running),
        *away_routers(running),
    ],
    inbound=INBOUND,
    refusal=refused,
    measures=MEASURES,
    notices=notices,
)
