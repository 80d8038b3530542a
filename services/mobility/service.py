"""Mobility as a process: wiring only."""

from services.mobility.api.away import away_routers
from services.mobility.api.cases import cases
from services.mobility.api.flows import flows
from services.mobility.api.inbound_letters import inbound_letters
from services.mobility.api.inbox import inbox
from services.mobility.api.late_relocations import late_relocations
from services.mobility.api.letter import letter
from services.mobility.api.outcomes import outcomes
from services.mobility.api.reconciliations import reconciliations
from services.mobility.api.relocations import relocations
from services.mobility.api.retained import retained
from services.mobility.api.steps import steps
from services.mobility.api.transfer_rules import transfer_rules
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
        letter(running),
        transfers(running),
        steps(running),
        inbound_letters(running),
        inbox(running),
        cases(running),
        relocations(running),
        late_relocations(running),
        outcomes(running),
        flows(running),
        transfer_rules(running),
        retained(running),
        reconciliations(running),
        *away_routers(running),
    ],
    inbound=INBOUND,
    refusal=refused,
    measures=MEASURES,
    notices=notices,
)
