"""Connecting to the broker for one command: quickly, or with a sentence about what is wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
import nats.errors
from nats.aio.client import Client

from shared.kernel.errors import Unavailable
from shared.security.broker import OPERATOR, inbox_of
from shared.security.tls import tls_context
from shared.security.violation import violation

TIMEOUT = 5


@asynccontextmanager
async def connected(
    url: str, seed_file: Path | None, role: str = OPERATOR, *, ca_file: Path | None = None
) -> AsyncIterator[Client]:
    """A client with that role's identity. What the server refuses meanwhile is raised at the end: it says so only
    in passing, and nats-py would swallow it. Raises `Unavailable`.
    """
    refused: list[str] = []

    async def on_error(error: Exception) -> None:
        if violation(error):
            refused.append(str(error))

    try:
        client = await nats.connect(
            url,
            name=f"yanzhen-{role}",
            nkeys_seed=str(seed_file) if seed_file else None,
            inbox_prefix=inbox_of(role),
            tls=tls_context(ca_file),
            tls_handshake_first=ca_file is not None,  # as in shared.runtime.connect.make_broker
            allow_reconnect=False,
            connect_timeout=TIMEOUT,
            error_cb=on_error,
        )
    except (nats.errors.Error, OSError, TimeoutError) as error:
        refusal = "authorization" in str(error).lower()
        raise Unavailable(
            "broker-refuses-us" if refusal else "broker-unreachable",
            f"no connection to the broker as {role} ({error or type(error).__name__})",
            remedy="let YANZHEN_NATS_SEED_FILE name a seed it knows" if refusal else "start it with `yanzhen up`",
        ) from error
    try:
        yield client
        # Twice: the server sends a refusal by another way than the answer to a flush, which was first in 5 of 100 tries
        # (nats-server 2.15.1); what the second flush is answered after, the first one has made it send.
        await client.flush()
        await client.flush()
    finally:
        await client.close()
    if refused:
        raise Unavailable("not-permitted", refused[0], remedy=f"the identity {role} may not do this; use another seed")
