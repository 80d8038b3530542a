"""What is published about mobile members can be made from what happened, and says no more than others need."""

import pytest

from services.mobility.application.care_publishing import CARE_PUBLISHED
from services.mobility.domain.care_deciders import CARE_DECIDERS
from shared.contracts.base import PublicEvent, all_events
from shared.kernel.event import DomainEvent

NAMED = {event: contract for event, contract in CARE_PUBLISHED.items() if isinstance(contract, type)}


@pytest.mark.parametrize("event", NAMED, ids=lambda event: event.type)
def test_a_public_event_is_its_domain_event_with_fewer_fields(event: type[DomainEvent]) -> None:
    contract = NAMED[event]
    assert issubclass(contract, PublicEvent)
    assert contract.event_name == event.type
    assert contract.model_fields.keys() <= event.model_fields.keys()


def test_every_published_event_belongs_to_a_decider_and_every_contract_is_published() -> None:
    known = {event for decider in CARE_DECIDERS for event in decider.events}
    assert set(CARE_PUBLISHED) <= known
    module = "shared.contracts.mobile_members"
    assert {event.type for event in CARE_PUBLISHED} == {
        contract.event_name for contract in all_events("mobility") if contract.__module__.startswith(module)
    }


@pytest.mark.parametrize("contract", [one for one in all_events("mobility") if "mobile_members" in one.__module__])
def test_nothing_public_says_where_exactly_somebody_is_or_what_was_spoken_of(contract: type[PublicEvent]) -> None:
    private = {"place", "destination", "phone", "email", "address", "consent_document", "kept_because", "way"}
    assert not private & contract.model_fields.keys()


def test_no_two_events_share_a_name() -> None:
    types = [event.type for decider in CARE_DECIDERS for event in decider.events]
    assert len(set(types)) == len(types)
