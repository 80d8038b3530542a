"""No secret of a running installation is where others look: process lists, logs, the record, the services' answers."""

import json
import os
from pathlib import Path

import httpx

from services.cli.catalogue import NAMES
from shared.privacy.key_material import parse_keys
from shared.security.database_roles import KEYRING, owner_of, role_of
from tests.integration.api.conftest import Served

SHORTEST = 16


def secrets_of(directory: Path) -> dict[str, str]:
    """Every secret value of the data directory, by the file that holds it."""
    found = {}
    for path in [*(directory / "secrets").iterdir(), *(directory / "credentials").glob("*.nk")]:
        value = path.read_text("ascii").strip()
        assert len(value) >= SHORTEST, f"{path.name} is too short to be told from other text"
        found[path.name] = value
        if path.suffix == ".key":
            found |= {f"{path.name}:{name}": key.hex() for name, key in parse_keys(value, where=path.name).items()}
    identity = directory / "credentials" / "identity"
    found |= {path.name: path.read_text("ascii").strip() for path in identity.glob("*.secret")}
    found["issuer.jwk"] = json.loads((identity / "issuer.jwk").read_text())["d"]
    found["pgpass"] = (directory / "pgpass").read_text("ascii").strip().rpartition(":")[2]
    return found


def processes_of(directory: Path) -> list[Path]:
    """The processes that work in or on the data directory, and the one that supervises them."""
    found = [Path("/proc/self")]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            works_in = os.readlink(process / "cwd")
            said = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:  # gone, or not ours to look at
            continue
        if works_in.startswith(str(directory)) or str(directory) in said:
            found.append(process)
    return found


def test_no_secret_is_in_a_command_line_or_a_log(served: Served) -> None:
    directory = served.installation.files.path
    secrets = secrets_of(directory)
    processes = processes_of(directory)
    logs = sorted(path for path in (directory / "logs").iterdir() if path.is_file())
    assert {role_of("registry"), owner_of("registry"), owner_of(KEYRING)} <= {n.partition(".")[0] for n in secrets}
    assert len(processes) > len(NAMES) + 2
    assert {path.name for path in logs} >= {f"{name}.log" for name in (*NAMES, "nats", "postgres", "migrate")}

    seen = {f"command line of {one.name}": (one / "cmdline").read_bytes() for one in processes if one.exists()}
    seen |= {path.name: path.read_bytes() for path in logs}
    seen["run.json"] = (directory / "run.json").read_bytes()
    for service in NAMES:
        with httpx.Client(base_url=served.url(service), trust_env=False) as http:
            seen |= {f"{service}{path}": http.get(path).content for path in ("/readyz", "/metrics", "/openapi.json")}

    found = [f"{name} in {place}" for place, said in seen.items() for name, s in secrets.items() if s.encode() in said]
    assert found == []


def test_no_service_holds_the_secrets_of_another(served: Served) -> None:
    """What is in a process's environment is in its memory, its core dumps, and its children."""
    files = served.installation.files
    for service in NAMES:
        pid = served.installation.children[service].pid
        environment = Path(f"/proc/{pid}/environ").read_bytes().decode()
        assert files.password(role_of(service)) in environment  # the one that it needs
        others = [owner_of(service), owner_of(KEYRING), role_of(KEYRING)]
        others += [role_of(other) for other in NAMES if other != service]
        assert [role for role in others if files.password(role) in environment] == []


def test_secrets_are_readable_by_their_owner_alone(served: Served) -> None:
    directory = served.installation.files.path
    for path in [*(directory / "secrets").iterdir(), *(directory / "credentials").glob("*.nk"), directory / "run.json"]:
        assert path.stat().st_mode & 0o077 == 0, path.name
