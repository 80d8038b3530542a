"""TLS: towards the broker, whose word counts for who it is; at our doors, who we are."""

import logging
import ssl
from pathlib import Path

from shared.kernel.errors import Invalid


def tls_context(ca_file: Path | None) -> ssl.SSLContext | None:
    """What checks the broker's certificate and name; None where no authority is named and so no TLS is asked for.

    Raises `Invalid` (`bad-ca-file`).
    """
    if ca_file is None:
        return None
    try:
        context = ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise Invalid(
            "bad-ca-file",
            f"the file named by YANZHEN_NATS_CA_FILE cannot be used ({type(error).__name__})",
            remedy="let it hold the PEM certificate of the authority that signed the broker's",
            where=str(ca_file),
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    logging.getLogger("asyncio").addFilter(_not_about_half_closing)
    return context


def visiting_context() -> ssl.SSLContext:
    """What checks others' doors: by the machine's authorities, or the one in the file that SSL_CERT_FILE names.

    For clients that heed nothing else of the environment, so that no proxy of the machine gets in between.
    """
    return ssl.create_default_context()


def door_context(certificate_file: Path | None, key_file: Path | None) -> ssl.SSLContext | None:
    """What our HTTP door shows; None where no certificate is named and something in front of it ends TLS.

    Read once: a renewed certificate counts after a restart. Raises `Invalid` (`half-a-certificate`, `bad-certificate`).
    """
    if certificate_file is None and key_file is None:
        return None
    if certificate_file is None or key_file is None:
        raise Invalid(
            "half-a-certificate",
            "a certificate and its key belong together, and one of them is not named",
            remedy="set YANZHEN_HTTP_CERTIFICATE_FILE and YANZHEN_HTTP_KEY_FILE, or neither",
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate_file, key_file, password="")  # an encrypted key must not ask the terminal
    except (OSError, ssl.SSLError) as error:
        raise Invalid(
            "bad-certificate",
            f"the certificate and key of the HTTP door cannot be used ({type(error).__name__})",
            remedy="let both be PEM, readable by this user, the key unencrypted and the certificate's own",
            where=str(certificate_file),
        ) from error
    return context


def _not_about_half_closing(record: logging.LogRecord) -> bool:
    """nats-py asks for connections that stay half open, which TLS has not; asyncio says so at each end of one."""
    return "eof_received() has no effect" not in record.getMessage()
