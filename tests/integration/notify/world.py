"""Notify with registry and mobility played by the test, and time to let pass."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast

import httpx
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notify.application.reactions import follows
from services.notify.domain.message.identity import message_id_of
from services.notify.domain.message.policy import DeliveryPolicy
from services.notify.domain.templates import template_name_for
from services.notify.domain.vocabulary import Channel
from services.notify.model import MODEL
from services.notify.providers.provider import Provider
from services.notify.providers.sms_gateway import SmsGateway
from services.notify.providers.smtp_server import SmtpAccount, SmtpServer
from services.notify.sending.address_book import AddressBook
from services.notify.sending.lane import Lane
from services.notify.sending.to_do import SqlToDo
from services.notify.service import SERVICE
from services.notify.settings import NotifySettings
from shared.contracts import registry
from shared.contracts.base import PublicEvent
from shared.contracts.mobility import TransferAccepted
from shared.contracts.parties import InterestedParty
from shared.embedded.stack import EmbeddedStack
from shared.eventstore.executor import Executor
from shared.eventstore.postgres.store import PostgresStore
from shared.kernel.clock import ShiftedClock
from shared.messaging.wakeup import Wakeup
from shared.observability.metrics import Metrics
from shared.privacy.memory_keyring import InMemoryKeyring
from shared.privacy.opening import LocalOpener
from shared.privacy.sealer import Sealer
from shared.processes.timers import TimerRunner
from shared.runtime.definition import Running
from shared.security.actor import Actor, Assignment, Role
from shared.web.app import create_app
from tests.support.hearing import Ear
from tests.support.identity import badge, guard
from tests.support.kernel import assemble

TIMEOUT: Final = 0.6
POLICY: Final = DeliveryPolicy(retry_after=(60, 300), attempt_timeout=120, check_after=120)
SETTINGS: Final = NotifySettings(database_url="postgresql+asyncpg://nowhere/notify")
LONG_AGO: Final = date(2020, 1, 1)

MEMBER: Final = InterestedParty(
    party_id="p-member", kind="member", ref_id="m1", role="member", channels=("email", "sms")
)
OFFICE: Final = InterestedParty(
    party_id="p-branch", kind="organisation", ref_id="b2", role="destination_branch", channels=("email", "sms")
)
STATION: Final = InterestedParty(
    party_id="p-station", kind="station", ref_id="s1", role="destination_station", channels=("email", "sms")
)


def everybody() -> dict[str, str]:
    """The Authorization header of somebody who is responsible for both branches, and carries messages."""
    branches = [Assignment(Role.CITY_DEPARTMENT, branch) for branch in ("b1", "b2")]
    return badge(Actor("tester", (*branches, Assignment(Role.PROVIDER))))


@dataclass
class Sinks:
    """The stand-ins, as a test sees them."""

    stack: EmbeddedStack
    client: httpx.AsyncClient

    async def reset(self) -> None:
        for url in (self.stack.smtp_sink_url, self.stack.sms_url):
            await self.client.put(f"{url}/faults", json={})
            await self.client.put(f"{url}/receipt-url", json={"url": None})
        await self.client.delete(f"{self.stack.smtp_sink_url}/messages")

    async def post_receipts_to(self, base: str) -> None:
        await self.client.put(f"{self.stack.smtp_sink_url}/receipt-url", json={"url": f"{base}/email"})
        await self.client.put(f"{self.stack.sms_url}/receipt-url", json={"url": f"{base}/sms"})

    async def fail(self, channel: Channel, **faults: Any) -> None:
        url = self.stack.smtp_sink_url if channel == "email" else self.stack.sms_url
        (await self.client.put(f"{url}/faults", json=faults)).raise_for_status()

    async def mails(self, message_id: str) -> list[dict[str, Any]]:
        header = f"<{message_id}@yanzhen.invalid>"
        query = {"message_id": header}
        found = (await self.client.get(f"{self.stack.smtp_sink_url}/messages", params=query)).json()
        if len(found) == 1:
            found = [(await self.client.get(f"{self.stack.smtp_sink_url}/messages/{header}")).json()]
        return cast("list[dict[str, Any]]", found)

    async def texts(self, message_id: str) -> list[dict[str, Any]]:
        url = f"{self.stack.sms_url}/sms/details"
        return cast("list[dict[str, Any]]", (await self.client.get(url, params={"out_id": message_id})).json())

    async def received(self, channel: Channel, message_id: str) -> list[dict[str, Any]]:
        return await (self.mails(message_id) if channel == "email" else self.texts(message_id))


class World:
    """The service, and what the others say to it."""

    def __init__(self, engine: AsyncEngine, sinks: Sinks) -> None:
        self.engine = engine
        self.sinks = sinks
        self.clock = ShiftedClock()
        self.store = PostgresStore(engine, MODEL.views)
        self.kernel = assemble(MODEL, self.store, self.clock)
        self.timers = TimerRunner(self.kernel.executor, Wakeup())
        self.sealer = Sealer(InMemoryKeyring())
        self.metrics = Metrics()
        self._ear = Ear(self.kernel, MODEL, follows(lambda: POLICY))
        self.lanes: dict[Channel, Lane] = {
            channel: self.lane(channel, executor=self.kernel.executor) for channel in ("email", "sms")
        }
        self.transfer_id = f"t-{uuid.uuid4()}"  # the stand-ins outlive a test, and so do the ids of its messages

    def provider(self, channel: Channel) -> Provider:
        stack = self.sinks.stack
        provider: Provider
        if channel == "email":
            account = SmtpAccount(stack.smtp_host, stack.smtp_port, "notice@yanzhen.invalid", "yanzhen.invalid")
            provider = SmtpServer(account, timeout=TIMEOUT, clock=self.clock)
        else:
            provider = SmsGateway(stack.sms_url, "雁阵", timeout=TIMEOUT, connections=8)
        return provider

    def lane(self, channel: Channel, provider: Provider | None = None, executor: Executor | None = None) -> Lane:
        """A sender; unless it is given an executor, one of its own, as in another replica or a restarted process."""
        return Lane(
            provider or self.provider(channel),
            SqlToDo(self.engine, self.store, channel),
            AddressBook(self.store, LocalOpener(self.sealer)),
            executor or assemble(MODEL, self.store, self.clock, seed=2).executor,
            self.metrics,
            concurrency=8,
            longest_call=TIMEOUT,
        )

    async def close(self) -> None:
        for lane in self.lanes.values():
            await lane.idle()
            await lane._provider.close()

    def of(self, party: InterestedParty, channel: Channel) -> str:
        """The message to that party on that channel."""
        return message_id_of(self.transfer_id, party.party_id, template_name_for(party.role), channel)

    # -- what others say ----------------------------------------------------------------------------------------

    async def settle_in(self) -> None:
        for key, name in (("b1", "第一支部"), ("b2", "第二支部")):
            await self.hear(
                registry.PartyOrganisationFounded(
                    organisation_id=key, name=f"中共{name}", kind="branch", parent_id=None, area_code="110101",
                    can_approve_probationary=False, office_email=f"{key}@office.example", office_phone="010-9012345",
                )
            )  # fmt: skip
        await self.hear(
            registry.StationOpened(
                station_id="s1", name="驻城工作站", kind="town", area_code="110101", organisation_id="b2",
                office_email="s1@office.example", office_phone="+86 138 0013 8000",
            )
        )  # fmt: skip
        await self.admit("m1")

    async def admit(
        self, member_id: str, phone: str | None = "13900139000", email: str | None = "m1@mail.example"
    ) -> None:
        async def sealed(field: str, value: str | None) -> Any:
            return None if value is None else await self.sealer.seal(member_id, field, value)

        await self.hear(
            registry.MemberAdmitted(
                member_id=member_id, organisation_id="b1", status="formal", admitted_on=LONG_AGO,
                name=await self.sealer.seal(member_id, "name", "王小雁"),
                phone=await sealed("phone", phone), email=await sealed("email", email),
            )
        )  # fmt: skip

    async def accept(self, *parties: InterestedParty) -> TransferAccepted:
        event = TransferAccepted(
            transfer_id=self.transfer_id, member_id="m1", from_branch_id="b1", from_committee_id="c", to_committee_id="c",
            to_branch_id="b2", accepted_at=datetime(2026, 4, 30, 17, tzinfo=UTC),
            receipt_due_at=datetime(2026, 6, 1, tzinfo=UTC), parties=parties,
        )  # fmt: skip
        await self.hear(event)
        return event

    async def hear(self, event: PublicEvent) -> None:
        """Handle one event as a consumer does."""
        await self._ear.hear(event)

    # -- what the service does ----------------------------------------------------------------------------------

    async def send(self) -> None:
        """Do what there is to do on both channels, until nothing is left."""
        for lane in self.lanes.values():
            await lane.do_due()
            await lane.idle()

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, and deadlines with it."""
        self.clock.shift(timedelta(seconds=seconds))
        while await self.timers.fire_due():
            pass

    async def row(self, message_id: str) -> dict[str, Any]:
        return (await self.store.get_rows("messages", [(message_id,)]))[(message_id,)]

    async def eventually(self, condition: Callable[[], Awaitable[bool]], seconds: float = 8.0) -> None:
        deadline = time.monotonic() + seconds
        while not await condition():
            assert time.monotonic() < deadline, "did not come true in time"
            await asyncio.sleep(0.02)

    async def until(self, message_id: str, status: str) -> None:
        async def reached() -> bool:
            return bool((await self.row(message_id))["status"] == status)

        await self.eventually(reached)

    def app(self) -> FastAPI:
        nothing = cast("Any", None)
        running = Running(
            SETTINGS, MODEL, self.engine, self.store, self.kernel.executor, nothing, nothing, self.clock,
            self.kernel.executor.ids, self.metrics, self.sealer,
        )  # fmt: skip
        return create_app(
            title="notify", version="0", routers=list(SERVICE.routers(running)), guard=guard(running), access_log=False
        )
