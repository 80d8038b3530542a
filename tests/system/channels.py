"""Every place where an installation says or keeps something: read as text, to look for what must not be there."""

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import unquote

import asyncpg
import httpx
import nats.errors
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from services.cli.catalogue import NAMES
from shared.security.broker import OPERATOR
from shared.security.database_roles import KEYRING
from tests.system.observed import Observed
from tests.system.otlp import OtlpReceiver
from tests.system.support import System, Watcher


class Channel(StrEnum):
    """A way by which something about a person could get out."""

    LOG = "log"
    SPAN = "span"
    METRIC = "metric"
    SUBJECT = "subject"
    MESSAGE = "message"
    DEAD_LETTER = "dead letter"
    DATABASE = "database"


class Text(NamedTuple):
    """Something that was said or kept, and where."""

    channel: Channel
    where: str
    text: str


_SET_ASIDE = ("dead_letters", "parked")


async def everything(system: Observed, databases: Watcher) -> AsyncIterator[Text]:
    """Logs, spans, metrics, every message of every stream with its subject, every row of every table."""
    for one in (*logs(system), *spans(system.receiver)):
        yield one
    for name in NAMES:
        yield await metrics(name, system.installation.url(name))
    async with system.connected(OPERATOR) as client:
        for stream in system.installation.topology.streams:
            async for one in messages(client, stream.name):
                yield one
    async for one in rows(system, databases):
        yield one


def logs(system: System) -> Iterator[Text]:
    """What services, servers and stand-ins have written."""
    for name, text in system.logs().items():
        yield Text(Channel.LOG, name, unquote(plain(text)))


def spans(receiver: OtlpReceiver) -> Iterator[Text]:
    """Everything that was exported, whole: attributes, events, links, status, resource."""
    for exported in receiver.exported():
        yield Text(Channel.SPAN, "OTLP", unquote(exported))


async def metrics(name: str, url: str, transport: httpx.AsyncBaseTransport | None = None) -> Text:
    """As they are scraped, in the format with exemplars."""
    async with httpx.AsyncClient(timeout=20, trust_env=False, transport=transport) as http:
        answer = await http.get(f"{url}/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
        return Text(Channel.METRIC, name, unquote(answer.raise_for_status().text))


async def messages(client: Client, stream: str) -> AsyncIterator[Text]:
    """Subjects, headers and bodies, as the broker has them."""
    js = client.jetstream()
    last = (await js.stream_info(stream)).state.last_seq
    reading = await js.pull_subscribe(
        "", stream=stream, config=ConsumerConfig(ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.ALL)
    )
    try:
        read = 0
        while read < last:
            for one in await reading.fetch(500, timeout=10):
                read = one.metadata.sequence.stream
                yield Text(Channel.SUBJECT, stream, one.subject)
                yield Text(Channel.MESSAGE, stream, plain(f"{json.dumps(one.headers)} {one.data.decode()}"))
    except nats.errors.TimeoutError as error:
        raise AssertionError(f"{stream} was read up to {read} of {last}") from error
    finally:
        await reading.unsubscribe()


async def rows(system: System, databases: Watcher) -> AsyncIterator[Text]:
    """Every row of every table of every database, the keyring's too."""
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    for name in NAMES:
        for (table,) in await databases.rows(name, tables):
            channel = Channel.DEAD_LETTER if table in _SET_ASIDE else Channel.DATABASE
            for one in _texts(channel, f"{name}.{table}", await databases.rows(name, _row_of(table))):
                yield one
    keyring = await asyncpg.connect(system.installation.database_url(KEYRING))
    try:
        for (table,) in await keyring.fetch(tables):
            for one in _texts(Channel.DATABASE, f"{KEYRING}.{table}", await keyring.fetch(_row_of(table))):
                yield one
    finally:
        await keyring.close()


def _row_of(table: str) -> str:
    return f'SELECT to_jsonb(t)::text FROM "{table}" AS t'


def _texts(channel: Channel, where: str, found: Iterable[tuple[str]]) -> Iterator[Text]:
    return (Text(channel, where, plain(row)) for (row,) in found)


def plain(text: str) -> str:
    r"""The text with its bytea columns (\x…) and its escapes (\u…) as what they stand for."""
    text = re.sub(r"\\\\x((?:[0-9a-f]{2})+)", lambda m: bytes.fromhex(m[1]).decode("utf-8", "replace"), text)
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
