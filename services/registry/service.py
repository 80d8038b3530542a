"""The registry as a process: wiring only."""

from services.registry.api.covers import covers
from services.registry.api.formation import formation
from services.registry.api.foundings import foundings
from services.registry.api.guidance import guidance
from services.registry.api.lists import PATH, lists
from services.registry.api.members import members
from services.registry.api.organisation_changes import organisation_changes
from services.registry.api.organisations import organisations, stations
from services.registry.api.posts import posts
from services.registry.api.units import units
from services.registry.application.imports.reading import LARGEST
from services.registry.application.loops import loops
from services.registry.application.reactions import FOLLOWS, INBOUND, refused
from services.registry.model import MODEL
from shared.runtime.definition import ServiceDefinition

SERVICE = ServiceDefinition(
    model=MODEL,
    title="Which units and party organisations exist, who leads and serves them, who belongs where",
    follows=FOLLOWS,
    routers=lambda running: [
        units(running),
        covers(running),
        formation(running),
        lists(running),
        foundings(running),
        organisation_changes(running),
        organisations(running),
        guidance(running),
        stations(running),
        members(running),
        posts(running),
    ],
    inbound=INBOUND,
    refusal=refused,
    loops=loops,
    personal=True,
    uploads={PATH: LARGEST},
)
