"""What identities may do, read off the declarations; that a server enforces it is an integration test."""

from dataclasses import replace

import pytest

from services.cli.catalogue import NAMES, SERVICES, ServiceEntry, definition
from shared.kernel.errors import Invalid
from shared.messaging.topology import Topology, door_of, load
from shared.runtime.broker_needs import needs_of
from shared.security.broker import OPERATOR, OUTSIDE_SYSTEMS, Identity, identities, service_identity
from shared.security.broker_conf import authorization_conf
from shared.security.broker_needs import BrokerNeeds, declared

FOUND = {identity.role: identity for identity in identities(load(environment={}), NAMES)}


def test_there_is_one_identity_per_role() -> None:
    assert set(FOUND) == {*NAMES, OPERATOR, *OUTSIDE_SYSTEMS}


@pytest.mark.parametrize("identity", FOUND.values(), ids=lambda identity: identity.role)
def test_only_its_own_events_are_published_by_anybody(identity: Identity) -> None:
    events = [subject for subject in identity.publish if ".evt." in subject]

    assert events == ([f"{identity.role}.evt.>"] if identity.role in NAMES else [])


@pytest.mark.parametrize("identity", FOUND.values(), ids=lambda identity: identity.role)
def test_nobody_reads_another_ones_inbox(identity: Identity) -> None:
    inboxes = [subject for subject in identity.subscribe if subject.startswith("_INBOX")]

    assert inboxes == [f"_INBOX_{identity.role}.>"]


@pytest.mark.parametrize("identity", [i for i in FOUND.values() if i.role != OPERATOR], ids=lambda i: i.role)
def test_none_but_the_operator_can_change_streams(identity: Identity) -> None:
    api = [subject.removeprefix("$JS.API.") for subject in identity.publish if subject.startswith("$JS.API.")]

    assert api
    for subject in api:
        allowed = ("INFO", "STREAM.INFO.", "CONSUMER.CREATE.OUT_", "CONSUMER.INFO.", "CONSUMER.MSG.NEXT.",
                   "STREAM.MSG.GET.OUT_")  # fmt: skip
        assert subject.startswith((*allowed, "CONSUMER.DELETE.OUT_"))


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_what_is_written_down_is_what_the_service_declares(service: ServiceEntry) -> None:
    assert declared()[service.name] == needs_of(definition(service))


def test_a_new_stream_follow_and_door_are_permitted_by_being_declared() -> None:
    topology = load(environment={})
    stream = replace(topology.streams[0], name="OUT_ARCHIVE", subjects=("archive.evt.>",))
    door = replace(topology.durables[0], name=door_of("archive"))
    wider = Topology((*topology.streams, stream), (*topology.durables, door))
    needs = BrokerNeeds("archive", ("mobility",), door=True)

    archive = service_identity(needs, wider)

    assert "archive.evt.>" in archive.publish
    assert "$JS.API.CONSUMER.CREATE.OUT_MOBILITY.>" in archive.publish
    assert "$JS.ACK.INBOUND.archive-inbound.>" in archive.publish
    assert archive.subscribe == ("_INBOX_archive.>", "bell.archive", "bell.archive-dlq", "dev.clock")
    assert not [subject for subject in archive.publish if "REGISTRY" in subject or "registry" in subject]
    for unmet in (topology, Topology(wider.streams, topology.durables)):
        with pytest.raises(Invalid, match="broker-needs-unmet"):
            service_identity(needs, unmet)


def test_who_is_not_declared_gets_nothing() -> None:
    with pytest.raises(Invalid, match="broker-needs-unknown"):
        identities(load(environment={}), ["archive"])


def test_every_request_passes_the_wall_and_no_seed_is_in_the_configuration() -> None:
    text = authorization_conf((identity, f"U{number}") for number, identity in enumerate(FOUND.values()))

    assert text.count("jetstream: enabled") == 1
    assert "users" not in text.partition("STORE {")[2].partition("REGISTRY {")[0]  # nobody lives where the streams are
    for identity in FOUND.values():
        for subject in identity.calls:
            assert f'{{ service: {{ account: STORE, subject: "{subject}" }} }}' in text
