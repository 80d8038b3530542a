"""Writes what is derived from the contracts: a JSON Schema per event, and the table of names that never change.

    python -m scripts.export_contracts            write docs/contracts/ and add new events to the table
    python -m scripts.export_contracts --check    say what is out of date, write nothing

The table (`tests/contract/golden/index.json`) is only ever added to. A name in it that the code no longer has, or has
differently, is an error and not something to write again: others have stored it.
"""

import importlib
import json
import pkgutil
import sys
from pathlib import Path
from typing import Any

import shared.contracts
from shared.contracts.base import PublicEvent, all_events
from shared.contracts.inbound import InboundFact

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = ROOT / "docs" / "contracts"
GOLDEN = ROOT / "tests" / "contract" / "golden"
INDEX = GOLDEN / "index.json"

Contract = type[PublicEvent] | type[InboundFact]


def contracts() -> dict[str, Contract]:
    """Every contract under its file name: the CloudEvents type, or `inbound.<type>` for what comes from outside."""
    for module in pkgutil.iter_modules(shared.contracts.__path__, "shared.contracts."):
        importlib.import_module(module.name)
    # Tests register events of their own; only these are published language.
    found: dict[str, Contract] = {
        event.ce_type: event for event in all_events() if event.__module__.startswith("shared.contracts.")
    }
    facts = (fact for fact in InboundFact.__subclasses__() if fact.__module__ == "shared.contracts.inbound")
    return found | {f"inbound.{fact.inbound_type}": fact for fact in facts}


def address(contract: Contract) -> dict[str, Any]:
    """What others have stored or subscribed to, and so must never change."""
    if issubclass(contract, PublicEvent):
        return {
            "subject": f"{contract.subject_prefix}.p<NN>",
            "source": f"urn:yanzhen:{contract.service}",
            "partition_key": contract.key_field,
            "subject_id": contract.subject_field,
            "data_class": contract.data_class,
        }
    return {"subject": f"inbound.<system>.{contract.inbound_type}"}


def schema(name: str, contract: Contract) -> dict[str, Any]:
    """The JSON Schema of the data, with where it travels."""
    body = contract.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:yanzhen:schema:{name}",
        "title": body.pop("title"),
        "description": body.pop("description", ""),
        "x-address": address(contract),
    } | body


def as_text(value: Any) -> str:
    """JSON as it stands in the files."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def recorded() -> dict[str, dict[str, Any]]:
    """The table as it stands."""
    table: dict[str, dict[str, Any]] = json.loads(INDEX.read_text(encoding="utf-8")) if INDEX.exists() else {}
    return table


def changed_names() -> list[str]:
    """Entries of the table that the code contradicts."""
    known = contracts()
    return [
        f"{name} is gone: a published name stays readable for ever" if name not in known
        else f"{name} was recorded as {entry} and is now {address(known[name])}"
        for name, entry in recorded().items()
        if name not in known or address(known[name]) != entry
    ]  # fmt: skip


def expected_files() -> dict[Path, str]:
    """Every derived file with its contents."""
    known = contracts()
    files = {SCHEMAS / f"{name}.schema.json": as_text(schema(name, one)) for name, one in known.items()}
    table = recorded()
    files[INDEX] = as_text(dict(sorted((table | {n: address(c) for n, c in known.items() if n not in table}).items())))
    return files


def outdated() -> list[Path]:
    """Files that are missing, differ, or belong to no contract."""
    files = expected_files()
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    return stale + [path for path in sorted(SCHEMAS.glob("*.schema.json")) if path not in files]


def main() -> None:
    """Write or check."""
    contradictions = changed_names()
    if contradictions:
        sys.exit("\n".join([*contradictions, "give a changed event a new version instead"]))
    stale = outdated()
    if "--check" not in sys.argv[1:]:
        files = expected_files()
        SCHEMAS.mkdir(parents=True, exist_ok=True)
        for path in stale:
            if path in files:
                path.write_text(files[path], encoding="utf-8")
            else:
                path.unlink()
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    elif stale:
        names = "\n".join(str(path.relative_to(ROOT)) for path in stale)
        sys.exit(f"out of date:\n{names}\nrun `python -m scripts.export_contracts`")
    missing = [name for name in contracts() if not (GOLDEN / f"{name}.json").exists()]
    if missing:
        sys.exit(f"no golden file for {', '.join(missing)}: write one realistic payload each to tests/contract/golden/")
    sys.stdout.write(f"Contracts: {len(contracts())} in sync\n")


if __name__ == "__main__":
    main()
