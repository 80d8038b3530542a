"""传达 as one kind of stream: `relocation-<transfer id>`."""

from services.mobility.processes.relocation.commands import RelocationCommand
from services.mobility.processes.relocation.deadlines import on_timer, timers
from services.mobility.processes.relocation.decide import decide
from services.mobility.processes.relocation.events import (
    AcknowledgedEarly,
    PartyAcknowledged,
    PartyNotified,
    PartyNotReached,
    PartyReached,
    PartyRetried,
    PropagationLate,
    PropagationStarted,
    PropagationStopped,
    RelocationApplied,
    RelocationPropagated,
)
from services.mobility.processes.relocation.evolve import evolve
from services.mobility.processes.relocation.state import Relocation
from shared.kernel.decider import Decider

RELOCATION: Decider[RelocationCommand, Relocation] = Decider(
    stream_type="relocation",
    initial=Relocation(),
    decide=decide,
    evolve=evolve,
    events=(
        PropagationStarted,
        RelocationApplied,
        PartyNotified,
        PartyReached,
        PartyNotReached,
        AcknowledgedEarly,
        PartyAcknowledged,
        PartyRetried,
        PropagationLate,
        PropagationStopped,
        RelocationPropagated,
    ),
    timers=timers,
    on_timer=on_timer,
)
