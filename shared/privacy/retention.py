"""How long what is kept (保存期限): one table, from which it is reported and enforced.

Events are never deleted: what is personal in them is sealed, and goes with the person's key (`yanzhen privacy erase`).
What may be deleted when its time is over is listed with the statements that find and delete it. Software reports every
day; a person decides that it is deleted (`yanzhen privacy retention --enforce`), and that is on record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.eventstore.audit import AuditEntry
from shared.eventstore.postgres import audit_trail
from shared.kernel.calendar import add_months


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows whose time can be over. `condition` finds those older than `:before`; `table` belongs to `service`, or to
    every service where that is "".

    `key`: the rows are a read model's, with this key. One that is only deleted comes back with the next rebuild, so each
    is taken away by a fact of the service that has it; here they are only found (`served`).
    """

    service: str
    table: str
    condition: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """One kind of thing and how long it is kept: `months`, or `days`, or neither for as long as the events.

    `at_least`: the time is a duty, and nothing may be deleted before it is over.
    """

    code: str
    title: str
    basis: str
    months: int = 0
    days: int = 0
    at_least: bool = False
    rows: Rows | None = None

    def before(self, now: datetime) -> datetime:
        """What is older than this has served its time."""
        return add_months(now, -self.months) - timedelta(days=self.days)

    @property
    def period(self) -> str:
        """For people."""
        if self.months:
            return f"{self.months // 12} years" if self.months % 12 == 0 else f"{self.months} months"
        return f"{self.days} days" if self.days else "always"


_SETTLED: Final = "status IN ('delivered', 'undelivered') AND changed_at < :before"

RETENTION: Final[Sequence[RetentionClass]] = (
    RetentionClass("letter-stub", "介绍信存根", "domain §1.1 T9", months=120, at_least=True),
    RetentionClass("impact-assessment", "个人信息保护影响评估记录", "domain §3.2 (PIPL 56)", months=36, at_least=True),
    RetentionClass("audit-trail", "审计记录", "domain §3.2 (PIPL 54, 56)", months=36, at_least=True),
    RetentionClass(
        "sms-evidence", "短信发送凭据", "domain §3.3 (通信短信息服务管理规定)", months=5, at_least=True,
        rows=Rows("notify", "messages", f"channel = 'sms' AND {_SETTLED}", key="message_id"),
    ),
    RetentionClass(
        "email-evidence", "邮件发送凭据", "as text messages", months=5,
        rows=Rows("notify", "messages", f"channel = 'email' AND {_SETTLED}", key="message_id"),
    ),
    RetentionClass(
        "dead-letters", "已处置的死信", "ours: long enough to ask back", days=90,
        rows=Rows("", "dead_letters", "status IN ('replayed', 'discarded') AND died_at < :before"),
    ),
    RetentionClass(
        "request-answers", "请求应答记录", "ours: longer than any client repeats a request", days=30,
        rows=Rows("", "idempotency_keys", "created_at < :before"),
    ),
    RetentionClass("person-key", "个人密钥", "PIPL 47: until erasure (`yanzhen privacy erase`)"),
    RetentionClass("events", "事件", "without personal data once a key is destroyed"),
)  # fmt: skip


def classes_of(service: str) -> list[RetentionClass]:
    """The classes of which that service holds rows."""
    return [one for one in RETENTION if one.rows is not None and one.rows.service in ("", service)]


async def due(connection: AsyncConnection, one: RetentionClass, now: datetime) -> int:
    """How many rows of the class have served their time."""
    if one.rows is None:
        return 0
    query = text(f"SELECT count(*) FROM {one.rows.table} WHERE {one.rows.condition}")  # noqa: S608 - our own table
    return int((await connection.execute(query, {"before": one.before(now)})).scalar_one())


async def served(connection: AsyncConnection, one: RetentionClass, now: datetime) -> list[str]:
    """The keys of the rows of a read model that have served their time."""
    if one.rows is None or not one.rows.key:
        return []
    query = text(f"SELECT {one.rows.key} FROM {one.rows.table} WHERE {one.rows.condition}")  # noqa: S608
    return list((await connection.execute(query, {"before": one.before(now)})).scalars())


async def enforce(connection: AsyncConnection, one: RetentionClass, now: datetime, actor: str) -> int:
    """Delete them and put that on record, both in the caller's transaction; returns how many there were. Not those of a
    read model.
    """
    if one.rows is None or one.rows.key:
        return 0
    statement = text(f"DELETE FROM {one.rows.table} WHERE {one.rows.condition}")  # noqa: S608
    before = one.before(now)
    gone = int((await connection.execute(statement, {"before": before})).rowcount)
    if gone:
        detail = {"class": one.code, "rows": gone, "before": before.isoformat()}
        await audit_trail.append(connection, [AuditEntry(now, actor, "privacy.retention", "retention", detail=detail)])
    return gone
