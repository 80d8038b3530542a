"""Assessment as a process: wiring only."""

from services.assessment.api.quarters import quarters
from services.assessment.api.roster import roster
from services.assessment.api.rule_sets import rule_sets
from services.assessment.application.reactions import FOLLOWS
from services.assessment.model import MODEL
from shared.runtime.definition import ServiceDefinition

SERVICE = ServiceDefinition(
    model=MODEL,
    title="By which rules instructors are assessed, who assesses whom, and the results of each quarter",
    follows=FOLLOWS,
    routers=lambda running: [rule_sets(running), quarters(running), roster(running)],
)
