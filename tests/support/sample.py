"""A small service to test the kernel with: accounts that are opened, credited and closed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from shared.contracts.base import PublicEvent
from shared.eventstore.model import ServiceModel
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Add, Put, Remove, RowChange
from shared.eventstore.upcasting import Data, Upcasters
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange


class Opened(DomainEvent):
    type: ClassVar[str] = "opened"
    account: str
    closes_at: datetime | None = None


class Credited(DomainEvent):
    type: ClassVar[str] = "credited"
    schema_version: ClassVar[int] = 2
    account: str
    cents: int


class Closed(DomainEvent):
    type: ClassVar[str] = "closed"
    account: str
    by_timer: bool = False


class Open(Command):
    account: str
    closes_at: datetime | None = None


class Credit(Command):
    account: str
    cents: int


class Close(Command):
    by_timer: bool = False


@dataclass(frozen=True)
class Account:
    name: str = ""
    cents: int = 0
    closed: bool = False
    credits: int = 0


def decide(command: Command, state: Account) -> Sequence[DomainEvent]:
    match command:
        case Open():
            if state.name:
                raise Refused("account-exists", f"{command.account} is open already")
            return [Opened(account=command.account, closes_at=command.closes_at)]
        case Credit():
            if not state.name or state.closed:
                raise Refused("account-not-open", f"{command.account} is not open")
            return [Credited(account=command.account, cents=command.cents)] if command.cents else []
        case Close():
            return [] if state.closed or not state.name else [Closed(account=state.name, by_timer=command.by_timer)]
    raise TypeError(command)


def evolve(state: Account, event: DomainEvent) -> Account:
    match event:
        case Opened():
            return replace(state, name=event.account)
        case Credited():
            return replace(state, cents=state.cents + event.cents, credits=state.credits + 1)
        case Closed():
            return replace(state, closed=True)
    return state


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case Opened(closes_at=datetime() as due):
            return [ArmTimer("close", due)]
        case Closed():
            return [CancelTimer("close")]
    return ()


def on_timer(_: DueTimer) -> Command:
    return Close(by_timer=True)


ACCOUNT: Decider[Command, Account] = Decider(
    "account", Account(), decide, evolve, (Opened, Credited, Closed), timers, on_timer
)


class AccountOpened(PublicEvent, service="sample", aggregate="account", key="account"):
    account: str


class AccountCredited(PublicEvent, service="sample", aggregate="account", key="account"):
    account: str
    cents: int


class AccountClosed(PublicEvent, service="sample", aggregate="account", key="account"):
    account: str


def publish(event: DomainEvent) -> PublicEvent | None:
    match event:
        case Opened():
            return AccountOpened(account=event.account)
        case Credited():
            return AccountCredited(account=event.account, cents=event.cents)
        case Closed():
            return AccountClosed(account=event.account)
    return None


VIEWS = MetaData()
ACCOUNTS = Table(
    "accounts", VIEWS, Column("account", Text, primary_key=True), Column("cents", BigInteger), Column("state", Text)
)
TOTALS = Table("totals", VIEWS, Column("what", Text, primary_key=True), Column("amount", BigInteger))


def _opened(event: Opened, _: Fact) -> list[RowChange]:
    return [
        Put("accounts", (event.account,), {"account": event.account, "cents": 0, "state": "open"}),
        Add("totals", ("accounts",), {"amount": 1}),
    ]


def _credited(event: Credited, _: Fact) -> list[RowChange]:
    return [
        Add("accounts", (event.account,), {"cents": event.cents}),
        Add("totals", ("cents",), {"amount": event.cents}),
    ]


def _closed(event: Closed, _: Fact) -> list[RowChange]:
    return [Remove("accounts", (event.account,)), Add("totals", ("accounts",), {"amount": -1})]


PROJECTION = Projection(
    "accounts", 1, ("accounts", "totals"), {Opened: _opened, Credited: _credited, Closed: _closed}, {}
)


def _cents(data: Data) -> Data:
    return {"account": data["account"], "cents": round(data["yuan"] * 100)}


MODEL = ServiceModel("sample", (ACCOUNT,), publish, (PROJECTION,), VIEWS, Upcasters({("credited", 1): _cents}))

FOLLOWED = MetaData()
Table("followed", FOLLOWED, Column("account", Text, primary_key=True), Column("cents", BigInteger))


def _follow(event: AccountCredited, _: Fact) -> list[RowChange]:
    return [Add("followed", (event.account,), {"cents": event.cents})]


def follower(name: str) -> ServiceModel:
    """A service that follows the sample's accounts."""
    projection = Projection("followed", 1, ("followed",), {}, {AccountCredited: _follow})
    return ServiceModel(name, (), projections=(projection,), views=FOLLOWED)
