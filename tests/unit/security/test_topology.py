from pathlib import Path

import pytest

from shared.contracts.inbound import InboundFact
from shared.kernel.errors import Invalid
from shared.messaging.topology import PATH_VARIABLE, REPLICAS_VARIABLE, load


def test_what_is_declared_covers_every_service_and_the_door() -> None:
    topology = load(environment={})

    assert [s.name for s in topology.streams] == [
        "OUT_REGISTRY", "OUT_MOBILITY", "OUT_ASSESSMENT", "OUT_NOTIFY", "INBOUND",
    ]  # fmt: skip
    assert [s.atomic for s in topology.streams] == [True, True, True, True, False]
    assert topology.streams[-1].max_age_days == 30
    durable = topology.durables[0].config()
    assert (durable["max_deliver"], durable["ack_wait"], durable["max_ack_pending"]) == (-1, 30_000_000_000, 1000)


def test_every_message_from_outside_is_shown_to_some_door() -> None:
    filters = {f for d in load(environment={}).durables for f in d.filter_subjects}

    assert "inbound.>" in filters
    taken_by_name = {f.removeprefix("inbound.*.") for f in filters - {"inbound.>"}}
    assert taken_by_name <= {fact.inbound_type for fact in InboundFact.__subclasses__()}


def test_a_cluster_has_its_replicas_by_the_environment() -> None:
    assert {s.replicas for s in load(environment={REPLICAS_VARIABLE: "3"}).streams} == {3}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("replicas = 'two'", "invalid literal"),
        ("[[stream]]\nname = 'A'", "subjects"),
        ("[[stream]]\nname = 'A'\nsubjects = ['a']\nretention = 'workqueue'", "retention"),
        ("[[consumer]]\nstream = 'B'\nname = 'b'\nfilter_subjects = []", "not declared: B"),
        ("[[streams]]\nname = 'A'", "unknown entries: streams"),
        ("= nonsense", "Invalid"),
    ],
)
def test_a_declaration_that_is_wrong_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "streams.toml"
    path.write_text(text)

    with pytest.raises(Invalid, match="bad-topology") as caught:
        load(environment={PATH_VARIABLE: str(path)})

    assert said in str(caught.value)
    assert str(path) in str(caught.value)
