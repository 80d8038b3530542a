"""TLS towards the broker: whose word counts for who it is."""

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


def _not_about_half_closing(record: logging.LogRecord) -> bool:
    """nats-py asks for connections that stay half open, which TLS has not; asyncio says so at each end of one."""
    return "eof_received() has no effect" not in record.getMessage()
