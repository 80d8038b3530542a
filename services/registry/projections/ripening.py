"""Units that are worked with until something can be founded in them, and their steps: tables and projection."""

from sqlalchemy import Boolean, Column, Date, Integer, Table, Text

from services.registry.domain.ripening import events as ripening
from services.registry.projections.tables import VIEWS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange

RIPENINGS = Table(
    "ripenings",
    VIEWS,
    Column("uscc", Text, primary_key=True),
    Column("revision", Integer),
    Column("responsible_id", Text, index=True),
    Column("status", Text),
    Column("ripe_on", Date),
    Column("mode", Text),
    Column("organisation_kind", Text),
    Column("why", Text),
    Column("ground", Text),
    Column("reason", Text),
    Column("ended_on", Date),
    Column("version", Integer),
)
"""`status`: open, ripe (founding is proposed: `mode`, `organisation_kind`, `why`) or ended (`ground`)."""

STEPS = Table(
    "ripening_steps",
    VIEWS,
    Column("uscc", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("means", Text, primary_key=True),
    Column("due_on", Date),
    Column("reached_on", Date),
    Column("overdue", Boolean),
)


def _unit(event: ripening.RipeningEvent, fact: Fact, **columns: object) -> Put:
    return Put(RIPENINGS.name, (event.uscc,), {"uscc": event.uscc, "version": fact.version} | columns)


def _step(event: ripening.RipeningEvent, means: str, **columns: object) -> Put:
    key = {"uscc": event.uscc, "revision": event.revision, "means": means}
    return Put(STEPS.name, tuple(key.values()), key | columns)


def _planned(event: ripening.RipeningPlanned, fact: Fact) -> list[RowChange]:
    facts = {"revision": event.revision, "responsible_id": event.responsible_id}
    ended = {"ground": None, "reason": None, "ended_on": None}
    return [
        _unit(event, fact, status="ripe" if event.ripe else "open", **facts, **ended),
        *(_step(event, step.means, due_on=step.due_on, reached_on=None, overdue=False) for step in event.steps),
    ]


def _reached(event: ripening.RipeningStepReached, fact: Fact) -> list[RowChange]:
    return [_unit(event, fact), _step(event, event.means, reached_on=event.on, overdue=False)]


def _overdue(event: ripening.RipeningStepOverdue, fact: Fact) -> list[RowChange]:
    return [_unit(event, fact), _step(event, event.means, overdue=True)]


def _ripe(event: ripening.UnitRipened, fact: Fact) -> list[RowChange]:
    proposed = event.model_dump(include={"ripe_on", "mode", "organisation_kind", "why"})
    return [_unit(event, fact, status="ripe", **proposed)]


def _ended(event: ripening.RipeningEnded, fact: Fact) -> list[RowChange]:
    return [_unit(event, fact, status="ended", ground=event.ground, reason=event.reason, ended_on=event.on)]


RIPENING = (
    Projection(
        "ripenings",
        1,
        (RIPENINGS.name, STEPS.name),
        {
            ripening.RipeningPlanned: _planned,
            ripening.RipeningStepReached: _reached,
            ripening.RipeningStepOverdue: _overdue,
            ripening.UnitRipened: _ripe,
            ripening.RipeningEnded: _ended,
        },
        {},
    ),
)
