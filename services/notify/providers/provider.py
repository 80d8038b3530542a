"""A provider as a port: whoever takes messages of one channel over and brings them to people."""

from collections.abc import Mapping
from typing import Protocol

from services.notify.providers.outcome import Finding, Outcome
from services.notify.providers.parcel import Parcel


class Provider(Protocol):
    """One channel's provider. Nobody assumes that it is idempotent: none of the real ones is."""

    @property
    def name(self) -> str:
        """What attempts and metrics call it."""
        ...

    @property
    def address(self) -> Mapping[str, str | int]:
        """Where it is, as attributes of a span: `server.address` and `server.port`."""
        ...

    async def prepare(self) -> None:
        """What has to be done before anything can be sent. Raises `Unreachable`: try again later."""
        ...

    async def send(self, parcel: Parcel) -> Outcome:
        """Hand a message over. Returns within the time-out of a call, whatever happens."""
        ...

    async def look_up(self, message_id: str) -> Finding:
        """What the provider knows of a message. Raises `Unreachable`."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
