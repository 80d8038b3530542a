"""The broker's certificate: for the right names, by the right authority, renewed in time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from shared.security.certificates import RENEW_BEFORE_DAYS, SERVER_DAYS, issue, make_authority, still_good

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HOSTS = ("nats", "127.0.0.1")


def test_a_certificate_is_for_its_names_and_cannot_sign_another() -> None:
    authority = make_authority(NOW)
    found = x509.load_pem_x509_certificate(issue(authority, HOSTS, NOW).certificate.encode())

    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(name.value) for name in names} == set(HOSTS)
    assert not found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    found.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.certificate.encode()))


@pytest.mark.parametrize(
    ("hosts", "days", "good"),
    [
        (HOSTS, 0, True),
        (HOSTS[:1], 0, True),
        (HOSTS, SERVER_DAYS - RENEW_BEFORE_DAYS - 1, True),
        (HOSTS, SERVER_DAYS - RENEW_BEFORE_DAYS, False),
        (HOSTS, SERVER_DAYS + 1, False),
        ((*HOSTS, "broker.example"), 0, False),
    ],
)
def test_it_is_kept_until_it_runs_out_or_another_name_is_wanted(
    hosts: tuple[str, ...], days: int, good: bool, tmp_path: Path
) -> None:
    authority, path = make_authority(NOW), tmp_path / "server.pem"
    issued = issue(authority, HOSTS, NOW)
    path.write_text(issued.certificate + issued.key)

    assert still_good(path, authority, hosts, NOW + timedelta(days=days)) is good


def test_another_authoritys_and_a_damaged_one_are_not_good(tmp_path: Path) -> None:
    authority, path = make_authority(NOW), tmp_path / "server.pem"

    assert not still_good(path, authority, HOSTS, NOW)
    path.write_text("-----BEGIN CERTIFICATE-----\nx\n")
    assert not still_good(path, authority, HOSTS, NOW)
    path.write_text(issue(make_authority(NOW), HOSTS, NOW).certificate)
    assert not still_good(path, authority, HOSTS, NOW)
