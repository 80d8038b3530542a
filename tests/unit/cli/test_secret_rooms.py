"""Secrets of an installation in containers: made once, each in its room."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from typer.testing import CliRunner

from services.cli.catalogue import NAMES, SERVICES
from services.cli.main import app
from services.cli.secret_rooms import SecretRooms
from shared.messaging.topology import load
from shared.security.certificates import SERVER_DAYS
from shared.security.database_roles import database_roles

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _filled(directory: Path, now: datetime = NOW) -> dict[str, str]:
    SecretRooms(directory, database="db:5432", broker_hosts=["nats"]).fill(load(), now)
    return {
        path.relative_to(directory).as_posix(): path.read_text("utf-8")
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    assert _filled(tmp_path) == _filled(tmp_path, NOW + timedelta(days=30))


def test_only_certificates_are_renewed_when_they_run_out(tmp_path: Path) -> None:
    before = _filled(tmp_path)
    after = _filled(tmp_path, NOW + timedelta(days=SERVER_DAYS))

    assert {name for name in before if before[name] != after[name]} == {
        "nats/server.pem", "postgres/server.pem", *(f"{name}/door.pem" for name in NAMES),
    }  # fmt: skip


def test_every_database_is_vouched_for_by_the_authority_that_signed_for_it(tmp_path: Path) -> None:
    found = _filled(tmp_path)
    urls = {name: text for name, text in found.items() if name.endswith("-url")}

    assert len(urls) > 3 * len(NAMES)
    assert [
        name for name, url in urls.items() if "?sslmode=verify-full&sslrootcert=/run/secrets/ca.pem" not in url
    ] == []
    assert {name.partition("/")[0] for name in urls} == {
        name.partition("/")[0] for name in found if name.endswith("/ca.pem")
    } - {"outside", "simulators"}
    server = x509.load_pem_x509_certificate(found["postgres/server.pem"].encode())
    server.verify_directly_issued_by(x509.load_pem_x509_certificate(found["registry/ca.pem"].encode()))
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert next(one.value for one in names) == "db"


def test_what_is_lost_from_a_room_is_put_back_as_it_was(tmp_path: Path) -> None:
    before = _filled(tmp_path)
    (tmp_path / "registry" / "database-url").unlink()
    (tmp_path / "registry" / "kek.key").unlink()

    assert _filled(tmp_path) == before


def test_each_service_has_its_own_password_and_the_keyring_goes_to_the_registry(tmp_path: Path) -> None:
    found = _filled(tmp_path)
    urls = {name: found[f"{name}/database-url"] for name in NAMES}

    assert len(set(urls.values())) == len(NAMES)
    assert all(url.startswith(f"postgresql://yanzhen_{name}:") for name, url in urls.items())
    assert {name for name in NAMES if f"{name}/kek.key" in found} == {"registry"}
    assert {name for name in NAMES if f"{name}/keyring-url" in found} == {"registry"}
    owners = {name: found[f"{name}-owner/database-url"] for name in NAMES}
    assert all(url.startswith(f"postgresql://yanzhen_{name}_owner:") for name, url in owners.items())
    assert not [
        name
        for name, text in found.items()
        if "_owner:" in text and not name.startswith("operator/") and "-owner/" not in name
    ]
    assert not [name for name in found if "authority" in name and not name.startswith("operator/")]
    assert not [
        name
        for name, text in found.items()
        if "PRIVATE" in text and not name.startswith("operator/") and not name.endswith(("/server.pem", "/door.pem"))
    ]


def test_every_password_that_databases_are_made_with_is_there_beforehand(tmp_path: Path) -> None:
    rooms = SecretRooms(tmp_path, database="db:5432", broker_hosts=["nats"])
    rooms.fill(load(), NOW)
    before = sorted(rooms.files.secrets.iterdir())
    keyring = {service.name: service.keyring for service in SERVICES if service.keyring}
    for one in database_roles(NAMES, keyring):
        for role in (one.owner, *one.workers):
            rooms.files.password(role)
    assert sorted(rooms.files.secrets.iterdir()) == before


def test_nobody_else_may_read_a_secret(tmp_path: Path) -> None:
    _filled(tmp_path)

    loose = [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_mode & 0o037]
    assert loose == []
    assert [one for one in tmp_path.iterdir() if one.stat().st_mode & 0o077] == []


def test_the_command_says_which_rooms_there_are_and_never_what_is_in_them(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["secrets", str(tmp_path / "rooms")])

    assert said.exit_code == 0
    assert said.output.startswith("The secrets are complete: assessment, ")
    password = (tmp_path / "rooms" / "postgres" / "password").read_text().strip()
    assert password not in said.output


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "registry").write_text("in the way")

    with pytest.raises(Exception, match="secrets-unwritable") as caught:
        _filled(tmp_path)
    assert str(tmp_path) in str(caught.value)
