"""Domain events carry the names and fields of the published language, so mapping them is copying."""

import pytest

import shared.contracts.mobility  # noqa: F401 - registers the events
from services.mobility.domain.transfer.decider import TRANSFER
from services.mobility.processes.relocation.decider import RELOCATION
from shared.contracts.base import PublicEvent, all_events

DOMAIN = {event.type: event for event in (*TRANSFER.events, *RELOCATION.events)}
PUBLISHED = [event for event in all_events("mobility") if event.aggregate in ("transfer", "case", "relocation")]


@pytest.mark.parametrize("contract", PUBLISHED, ids=lambda contract: contract.event_name)
def test_every_published_event_has_a_domain_event_with_all_its_fields(contract: type[PublicEvent]) -> None:
    domain = DOMAIN[contract.event_name]
    assert contract.model_fields.keys() <= domain.model_fields.keys()


def test_no_two_events_share_a_name() -> None:
    assert len(DOMAIN) == len(TRANSFER.events) + len(RELOCATION.events)
