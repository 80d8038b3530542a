"""Connections of a process: the database's engine and the broker's client, with what was learnt about both."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import structlog
from faststream.nats import NatsBroker
from faststream.nats.security import NatsSecurity
from nats.aio.client import Client
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.runtime.silent_connections import noticing_silence
from shared.security.tls import tls_context

_TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl")
log = structlog.get_logger(__name__)


def make_engine(url: str, *, pool_size: int = 8) -> AsyncEngine:
    """An engine under the limits of its role (`shared/security/database_roles.py`), which hold for every connection of
    that role, whoever opens it.

    JIT is off: our statements are short, and compiling one costs more than it ever saves.
    """
    engine = create_async_engine(
        as_asyncpg(url),
        pool_size=pool_size,
        max_overflow=8,  # opened for a rush, closed after it
        hide_parameters=True,
        connect_args=connect_args(url, "yanzhen"),
    )
    return noticing_silence(engine)


def connect_args(url: str, application_name: str) -> dict[str, Any]:
    """What the driver is told besides the address: our settings, and what the URL says about TLS.

    As for every PostgreSQL client: `?sslmode=verify-full&sslrootcert=/path/ca.pem`. Without `verify-full` the name is not
    compared, and without `verify-ca` nobody is.
    """
    found: dict[str, Any] = {"server_settings": {"application_name": application_name, "jit": "off"}, "timeout": 5}
    tls = {name: value for name, value in make_url(url).query.items() if name in _TLS}
    # SQLAlchemy hands the query on as arguments, which the driver does not know; in a DSN it does.
    return found | ({"dsn": f"postgresql:///?{urlencode(tls)}"} if tls else {})


def as_asyncpg(url: str) -> URL:
    """Any PostgreSQL URL, for SQLAlchemy on asyncpg; without what `connect_args` takes out of it."""
    return make_url(url).set(drivername="postgresql+asyncpg").difference_update_query(_TLS)


def make_broker(
    url: str,
    *,
    name: str,
    seed_file: Path | None,
    inbox: str,
    ca_file: Path | None = None,
    refused: Callable[[Exception], bool] = lambda _: False,
) -> NatsBroker:
    """FastStream's broker with our identity. It reconnects for ever; the trouble is told once, not per attempt.

    `refused` is shown every error and says whether it has taken care of it.
    With `ca_file` it talks TLS or not at all: the handshake comes first (`handshake_first` at the server). Otherwise the
    server says in clear whether it wants TLS, and nats-py believes whoever answers that it does not. Raises `Invalid`
    (`bad-ca-file`).
    """
    context = tls_context(ca_file)
    trouble = {"now": False}

    async def on_error(error: Exception) -> None:
        # Without this callback nats-py logs a stack trace per attempt to reconnect.
        if not refused(error) and not trouble["now"]:
            log.warning("broker.trouble", reason=f"{type(error).__name__}: {error}")
            trouble["now"] = True

    async def on_reconnect() -> None:
        trouble["now"] = False
        log.info("broker.reconnected")

    return NatsBroker(
        url,
        name=name,
        apply_types=False,
        logger=None,
        nkeys_seed=str(seed_file) if seed_file else None,
        security=NatsSecurity(ssl_context=context, use_ssl=True, tls_handshake_first=True) if context else None,
        inbox_prefix=inbox.encode(),
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        ping_interval=10,
        max_outstanding_pings=2,
        error_cb=on_error,
        reconnected_cb=on_reconnect,
        graceful_timeout=5,
    )


def client_of(broker: NatsBroker) -> Client:
    """The connection that the broker holds once it is connected."""
    client: Client = broker.config.connection_state.connection
    return client
