"""The events of the domain of registry and its published language say the same with the same words."""

from typing import get_args

import pytest

import shared.contracts.registry as contract
from services.registry.domain import vocabulary
from services.registry.domain.deciders import DECIDERS
from shared.contracts.base import PublicEvent, all_events
from shared.kernel.event import DomainEvent

OF_THE_DOMAIN = {event.type: event for decider in DECIDERS for event in decider.events}
DECIDED_HERE = [event for event in all_events("registry") if event.aggregate not in ("inbound", "audit")]
"""All but what the kernel says: what became of messages from outside, and how far the audit trail reaches."""


def test_no_two_events_share_a_name() -> None:
    assert len(OF_THE_DOMAIN) == len({event for decider in DECIDERS for event in decider.events})


@pytest.mark.parametrize("public", DECIDED_HERE, ids=lambda event: event.event_name)
def test_every_public_event_can_be_made_from_an_event_of_the_domain(public: type[PublicEvent]) -> None:
    private: type[DomainEvent] = OF_THE_DOMAIN[public.event_name]
    for name, field in public.model_fields.items():
        assert name in private.model_fields, name
        if field.is_required():
            assert private.model_fields[name].is_required(), f"{name} may be missing"


@pytest.mark.parametrize(
    "name",
    [
        "UnitKind",
        "OrganisationKind",
        "StationKind",
        "PostKind",
        "PostScope",
        "MemberStatus",
        "MembershipEnd",
        "PlaceKind",
        "Governance",
        "PlatformStep",
        "StationFunction",
        "RelationKind",
        "Scope",
        "FundingSource",
        "PostSource",
        "PostCapacity",
        "PolicyKind",
        "Classification",
    ],
)
def test_the_literals_are_those_of_the_contract(name: str) -> None:
    assert get_args(getattr(vocabulary, name)) == get_args(getattr(contract, name))
