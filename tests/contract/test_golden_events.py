"""Every version of every public event that was ever published stays readable, under the name it was published under.

A golden file is one payload as it went out. It is kept for ever and never edited: when a test here turns red, the model
has changed in a way that needs a new version. `index.json` records the names in the same way.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scripts.export_contracts import GOLDEN, ROOT, address, changed_names, contracts, outdated, recorded, schema
from shared.contracts.base import PublicEvent, event_class, partition_of
from shared.eventstore.context import Cause
from shared.kernel.clock import ManualClock
from shared.messaging.envelope import outgoing

CONTRACTS = contracts()
EVENTS = {name: contract for name, contract in CONTRACTS.items() if issubclass(contract, PublicEvent)}


def golden(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return payload


def test_every_contract_has_a_golden_file_and_no_golden_file_lost_its_contract() -> None:
    files = {path.stem for path in GOLDEN.glob("*.json")} - {"index"}
    assert files == set(CONTRACTS)


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_golden_payload_is_read_whole_and_written_back_the_same(name: str) -> None:
    payload = golden(name)
    model = CONTRACTS[name].model_validate(payload)
    written = json.loads(model.model_dump_json())
    # A later release may add optional fields; what stood in the file has to come out as it went in.
    assert {field: written.get(field) for field in payload} == payload


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_golden_payload_satisfies_the_published_schema(name: str) -> None:
    jsonschema.Draft202012Validator(schema(name, CONTRACTS[name])).validate(golden(name))


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_field_that_no_golden_file_shows_is_optional(name: str) -> None:
    unseen = set(CONTRACTS[name].model_fields) - set(golden(name))
    assert [field for field in unseen if CONTRACTS[name].model_fields[field].is_required()] == []


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_of_a_newer_writer_is_read_without_its_new_fields(name: str) -> None:
    event = EVENTS[name].model_validate(golden(name) | {"added_later": {"by": "a newer release"}})
    assert event == EVENTS[name].model_validate(golden(name))


@pytest.mark.parametrize("name", sorted(set(CONTRACTS) - set(EVENTS)))
def test_an_outside_fact_with_an_unknown_field_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="extra_forbidden"):
        CONTRACTS[name].model_validate(golden(name) | {"added_later": 1})


def test_names_subjects_and_keys_are_what_they_were_when_first_published() -> None:
    assert changed_names() == []
    assert set(recorded()) == set(CONTRACTS)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_travels_under_its_recorded_name(name: str) -> None:
    event = EVENTS[name].model_validate(golden(name))
    message = outgoing(event, "01993c1e-0000-7000-8000-000000000000", 1, Cause("story"), ManualClock().now())
    headers = json.loads(message.headers)
    entry = recorded()[name]
    payload = golden(name)
    key = str(payload[entry["partition_key"]])
    assert headers["ce-type"] == name
    assert headers["ce-source"] == entry["source"]
    assert headers["ce-partitionkey"] == key
    assert headers["ce-subject"] == str(payload[entry["subject_id"]])
    assert headers["ce-dataclass"] == entry["data_class"]
    assert message.subject == entry["subject"].replace("<NN>", f"{partition_of(key):02d}")
    assert event_class(name) is EVENTS[name]


@pytest.mark.parametrize("name", EVENTS)
def test_a_subject_holds_nothing_of_the_payload(name: str) -> None:
    """No name, number or id in a subject: the broker's permissions, logs and metrics show subjects."""
    event = EVENTS[name].model_validate(golden(name))
    words = set(event.nats_subject().replace("-", ".").split("."))
    values = {str(value) for value in golden(name).values() if isinstance(value, str) and len(value) > 8}
    assert not words & values
    assert address(EVENTS[name])["subject"].endswith(".p<NN>")


@pytest.mark.parametrize(
    ("key", "partition"),
    [("", 0), ("01993c1e-5a00-7c3e-8a11-4f6d2b9e7710", 4), ("91430702MA000000M0", 7), ("2026Q4", 3), ("雁阵", 0)],
)
def test_a_key_stays_in_its_partition(key: str, partition: int) -> None:
    """Dealt differently, the events of one key would stand in two partitions, and their order would be lost."""
    assert partition_of(key) == partition


def test_schemas_and_index_are_up_to_date() -> None:
    stale = [str(path.relative_to(ROOT)) for path in outdated()]
    assert stale == [], "run `python -m scripts.export_contracts`"


def test_a_changed_name_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = tmp_path / "index.json"
    table = recorded()
    table["yanzhen.mobility.transfer-accepted.v1"]["partition_key"] = "transfer_id"
    table["yanzhen.mobility.transfer-imagined.v1"] = table["yanzhen.mobility.transfer-accepted.v1"]
    index.write_text(json.dumps(table))
    monkeypatch.setattr("scripts.export_contracts.INDEX", index)
    assert [line.split()[0] for line in changed_names()] == [
        "yanzhen.mobility.transfer-accepted.v1",
        "yanzhen.mobility.transfer-imagined.v1",
    ]
