"""The broker's certificate, signed by an authority of this installation's own.

Clients know the authority and nobody else's word counts, so no public authority has to be reachable: networks of the
government often are closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
SERVER_DAYS = 365
RENEW_BEFORE_DAYS = 60
"""A server's certificate with less than that left is made anew; the authority stays, so no client has to be told."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its private key, both PEM."""

    certificate: str
    key: str


def make_authority(now: datetime) -> Issued:
    """An authority that can sign servers' certificates and nothing below another authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Yanzhen installation authority")
    certificate = (
        _certificate(name, name, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _issued(certificate, key)


def issue(authority: Issued, hosts: Sequence[str], now: datetime) -> Issued:
    """A server's certificate for those names and addresses; the first is its subject."""
    signer = serialization.load_pem_private_key(authority.key.encode(), None)
    issuer = x509.load_pem_x509_certificate(authority.certificate.encode())
    assert isinstance(signer, ec.EllipticCurvePrivateKey)  # noqa: S101 - what `make_authority` makes
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _certificate(_name(hosts[0]), issuer.subject, key.public_key(), now, SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName([_alternative(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    return _issued(certificate, key)


def still_good(certificate_file: Path, authority: Issued, hosts: Sequence[str], now: datetime) -> bool:
    """Whether the file holds a certificate of that authority for all those hosts that need not be renewed yet."""
    try:
        found = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        found.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.certificate.encode()))
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except Exception:  # not there, damaged, another authority's: in every case a new one is wanted
        return False
    covered = {str(name.value) for name in names}
    return set(hosts) <= covered and found.not_valid_after_utc - now > timedelta(days=RENEW_BEFORE_DAYS)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    # An hour back: the clocks of two machines never agree.
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _issued(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Issued:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Issued(certificate.public_bytes(serialization.Encoding.PEM).decode(), private.decode())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
