"""The registry as a process: wiring only."""

from services.registry.api.campaigns import campaigns
from services.registry.api.covers import covers
from services.registry.api.duties_at_stations import duty
from services.registry.api.formation import formation
from services.registry.api.foundings import foundings
from services.registry.api.fundings import fundings
from services.registry.api.guidance import guidance
from services.registry.api.inspections import inspections
from services.registry.api.instructor_applications import instructor_applications
from services.registry.api.lists import PATH, lists
from services.registry.api.members import members
from services.registry.api.membership_decisions import membership_decisions
from services.registry.api.opinions import opinions
from services.registry.api.organisation_changes import organisation_changes
from services.registry.api.organisations import organisations
from services.registry.api.party_groups import party_groups
from services.registry.api.places import places
from services.registry.api.policy_documents import policy_documents
from services.registry.api.posts import posts
from services.registry.api.practices import practices
from services.registry.api.relations import relations
from services.registry.api.reorganisations import reorganisations
from services.registry.api.ripenings import ripenings
from services.registry.api.roster import roster
from services.registry.api.search import search
from services.registry.api.services_at_stations import services_at_stations
from services.registry.api.staffings import staffings
from services.registry.api.station_members import station_members
from services.registry.api.stations import stations
from services.registry.api.units import units
from services.registry.api.visits import visits
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
        ripenings(running),
        lists(running),
        campaigns(running),
        foundings(running),
        organisation_changes(running),
        reorganisations(running),
        organisations(running),
        guidance(running),
        party_groups(running),
        stations(running),
        services_at_stations(running),
        station_members(running),
        duty(running),
        places(running),
        relations(running),
        practices(running),
        opinions(running),
        inspections(running),
        fundings(running),
        search(running),
        roster(running),  # before the route that takes whatever follows for a member's id
        members(running),
        membership_decisions(running),
        posts(running),
        visits(running),
        staffings(running),
        instructor_applications(running),
        policy_documents(running),
    ],
    inbound=INBOUND,
    refusal=refused,
    loops=loops,
    personal=True,
    uploads={PATH: LARGEST},
)
