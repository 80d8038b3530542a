"""The events of each domain and its published language say the same with the same words."""

from importlib import import_module
from typing import Any, get_args

import pytest

import shared.contracts.parties as parties
import shared.contracts.registry as of_the_registry
from services.assessment.model import MODEL as ASSESSMENT
from services.cli.catalogue import NAMES
from services.mobility.model import MODEL as MOBILITY
from services.notify.model import MODEL as NOTIFY
from services.registry.model import MODEL as REGISTRY
from shared.contracts.base import PublicEvent, all_events
from shared.eventstore.model import ServiceModel
from shared.kernel.event import DomainEvent

MODELS = {model.name: model for model in (REGISTRY, MOBILITY, ASSESSMENT, NOTIFY)}
OF_THE_KERNEL = ("inbound", "audit")
"""What became of messages from outside, and how far the audit trail reaches."""
REMADE = ("care-established", "departure-registered")
"""Published in other words, by a function: see `tests/unit/mobility/test_care_published.py`."""
DECIDED_HERE = [
    event
    for name in MODELS
    for event in all_events(name)
    if event.aggregate not in OF_THE_KERNEL and event.event_name not in REMADE
]


def private(model: ServiceModel) -> dict[str, type[DomainEvent]]:
    return {event.type: event for decider in model.deciders for event in decider.events}


def test_every_service_is_looked_at() -> None:
    assert MODELS.keys() == set(NAMES)


@pytest.mark.parametrize("public", DECIDED_HERE, ids=lambda event: f"{event.service}-{event.event_name}")
def test_every_public_event_can_be_made_from_an_event_of_the_domain(public: type[PublicEvent]) -> None:
    event = private(MODELS[public.service])[public.event_name]
    for name, field in public.model_fields.items():
        assert name in event.model_fields, name
        if field.is_required():
            assert event.model_fields[name].is_required(), f"{name} may be missing"


SAME_WORDS: list[tuple[str, Any, str]] = [
    *(("notify", parties, name) for name in ("Channel", "PartyKind", "PartyRole")),
    *(
        ("registry", of_the_registry, name)
        for name in (
            "UnitKind", "OrganisationKind", "StationKind", "PostKind", "PostScope", "MemberStatus", "MembershipEnd",
            "PlaceKind", "Governance", "PlatformStep", "StationFunction", "RelationKind", "Scope", "FundingSource",
            "PostSource", "PostCapacity", "PolicyKind", "Classification", "OrganisationHost", "PracticeKind", "VisitService",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("service", "contract", "name"), SAME_WORDS, ids=lambda value: str(value).rpartition(".")[2])
def test_the_literals_are_those_of_the_contract(service: str, contract: Any, name: str) -> None:
    vocabulary = import_module(f"services.{service}.domain.vocabulary")
    assert get_args(getattr(vocabulary, name)) == get_args(getattr(contract, name))
