"""E-mail over SMTP, on a few connections that are kept.

The protocol's steps are taken one by one, since it matters where one fails: before the content is handed over nothing
can have been sent; after that, only the server's word tells.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPDataError, SMTPException, SMTPRecipientRefused, SMTPResponseException

from services.notify.providers.mail import compose, header_id
from services.notify.providers.outcome import Declined, Finding, NoAnswer, Outcome, Taken, Unreachable
from services.notify.providers.parcel import Parcel
from shared.kernel.clock import Clock, monotonic

_KEPT_SECONDS: Final = 20.0
"""How long an idle connection is trusted: servers drop them after half a minute to five."""


@dataclass(frozen=True, slots=True)
class SmtpAccount:
    """Where mail is handed in, and as whom."""

    host: str
    port: int
    sender: str
    domain: str
    username: str = ""
    password: str = ""
    require_tls: bool = False

    def __repr__(self) -> str:
        return f"SmtpAccount({self.host}:{self.port})"


class SmtpServer:
    """A submission server. It cannot be asked what became of a mail: for that there are only receipts."""

    name = "smtp"

    def __init__(self, account: SmtpAccount, *, timeout: float, clock: Clock) -> None:
        self._account = account
        self._timeout = timeout
        self._clock = clock
        self._idle: list[tuple[float, SMTP]] = []
        self.address: dict[str, str | int] = {"server.address": account.host, "server.port": account.port}

    async def prepare(self) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                self._keep(await self._connected())
        except (SMTPException, OSError, TimeoutError) as error:
            raise Unreachable(type(error).__name__) from None

    async def send(self, parcel: Parcel) -> Outcome:
        account = self._account
        try:
            content = compose(parcel, account.sender, account.domain, self._clock.now())
        except (ValueError, IndexError):
            return Declined("bad-address", permanent=True)
        handed_over = False
        client: SMTP | None = None
        try:
            async with asyncio.timeout(self._timeout):
                client = await self._addressed(parcel.address)
                handed_over = True
                await client.data(content)
        except SMTPResponseException as error:
            self._keep(client)
            return _refusal(error)
        except (SMTPException, OSError, TimeoutError) as error:
            if client is not None:
                client.close()
            if handed_over:
                return NoAnswer(type(error).__name__)
            return Declined(f"unreachable.{type(error).__name__}", permanent=False, unreachable=True)
        except ValueError:  # an address that cannot be put on the wire
            self._keep(client)
            return Declined("bad-address", permanent=True)
        except asyncio.CancelledError:
            if client is not None:
                client.close()
            raise
        self._keep(client)
        return Taken(header_id(parcel.message_id, account.domain))

    async def look_up(self, message_id: str) -> Finding:
        return None

    async def close(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()

    async def _addressed(self, address: str) -> SMTP:
        """A connection that has taken sender and recipient. A kept one may have died meanwhile: then a new one."""
        while self._idle:
            since, client = self._idle.pop()
            if monotonic() - since < _KEPT_SECONDS and client.is_connected:
                try:
                    await self._envelope(client, address)
                except (SMTPException, OSError) as error:
                    if isinstance(error, SMTPResponseException) and error.code != 421:
                        await self._reset(client)
                        raise
                else:
                    return client
            client.close()
        client = await self._connected()
        try:
            await self._envelope(client, address)
        except SMTPResponseException:
            await self._reset(client)
            raise
        except BaseException:
            client.close()
            raise
        return client

    async def _connected(self) -> SMTP:
        account = self._account
        client = SMTP(
            hostname=account.host,
            port=account.port,
            username=account.username or None,
            password=account.password or None,
            start_tls=True if account.require_tls else None,
            timeout=self._timeout,
        )
        try:
            await client.connect()
        except BaseException:
            client.close()
            raise
        return client

    async def _envelope(self, client: SMTP, address: str) -> None:
        await client.mail(self._account.sender)
        await client.rcpt(address)

    async def _reset(self, client: SMTP) -> None:
        """Make a connection usable again whose recipient was refused."""
        try:
            await client.rset()
        except (SMTPException, OSError):
            client.close()
        self._keep(client)

    def _keep(self, client: SMTP | None) -> None:
        if client is not None and client.is_connected:
            self._idle.append((monotonic(), client))


def _refusal(error: SMTPResponseException) -> Outcome:
    """By the reply's number alone: its text likes to quote the address."""
    if not isinstance(error, SMTPDataError | SMTPRecipientRefused):
        # Greeting, login, sender: that is between the server and us, and the same for every message.
        return Declined(f"unreachable.{error.code}", permanent=False, unreachable=True)
    if not 400 <= error.code <= 599:
        # Not a reply that SMTP knows. To the content it may have meant anything; before that it was certainly no yes.
        return NoAnswer("bad-reply") if isinstance(error, SMTPDataError) else Declined("bad-reply", permanent=False)
    return Declined(str(error.code), permanent=error.code >= 500)
