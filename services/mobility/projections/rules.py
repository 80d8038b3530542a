"""What the facts of rules, retained relations and reconciliations make of their rows."""

from services.mobility.domain.reconciliation.decider import ReconciliationFinished
from services.mobility.domain.retained_relation import events as retained
from services.mobility.domain.transfer_rules.decider import TransferRulesAdopted
from services.mobility.projections.rules_tables import RECONCILIATIONS, RETAINED, TRANSFER_RULES
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange


def _adopted(event: TransferRulesAdopted, _: Fact) -> list[RowChange]:
    row = event.model_dump()
    return [Put("transfer_rules", (event.area_code, event.rules_version), row)]


def _retention(retention_id: str, fact: Fact, **columns: object) -> list[RowChange]:
    row: dict[str, object] = {"retention_id": retention_id, "version": fact.version}
    return [Put("retained_relations", (retention_id,), row | columns)]


def _retained(event: retained.RelationRetained, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"member_id", "committee_id", "kind", "since", "limit_on"})
    turn = {"holder_id": event.committee_id, "task": "keep_contact", "due_at": event.contact_due_at}
    return _retention(event.retention_id, fact, **row, **turn, open=True, contacts=0, overdue=False)


def _contacted(event: retained.RetentionContactRecorded, fact: Fact) -> list[RowChange]:
    done = {"contacts": event.number, "last_contact_on": event.contacted_on}
    return _retention(event.retention_id, fact, **done, due_at=event.next_due_at, overdue=False)


def _overdue(event: retained.RetentionContactOverdue, fact: Fact) -> list[RowChange]:
    return _retention(event.retention_id, fact, overdue=True)


def _limit(event: retained.RetentionLimitReached, fact: Fact) -> list[RowChange]:
    turn = {"holder_id": event.committee_id, "task": "decide_retention", "due_at": event.decide_by}
    return _retention(event.retention_id, fact, **turn)


def _ended(event: retained.RetentionEnded, fact: Fact) -> list[RowChange]:
    said = {"decision": event.decision, "decided_by": event.decided_by, "decided_on": event.decided_on}
    nobody = {"holder_id": None, "task": None, "due_at": None, "open": False, "overdue": False}
    return _retention(event.retention_id, fact, reason=event.reason, **said, **nobody)


def _finished(event: ReconciliationFinished, fact: Fact) -> list[RowChange]:
    row = event.model_dump(exclude={"mismatches", "next_due_at"}) | {"version": fact.version}
    row |= {"mismatches": [one.model_dump(mode="json") for one in event.mismatches]}
    return [Put("reconciliations", (event.run_id,), row)]


RULES = (
    Projection("transfer_rules", 1, (TRANSFER_RULES.name,), {TransferRulesAdopted: _adopted}, {}),
    Projection(
        "retained_relations",
        1,
        (RETAINED.name,),
        {
            retained.RelationRetained: _retained,
            retained.RetentionContactRecorded: _contacted,
            retained.RetentionContactOverdue: _overdue,
            retained.RetentionLimitReached: _limit,
            retained.RetentionEnded: _ended,
        },
        {},
    ),
    Projection("reconciliations", 1, (RECONCILIATIONS.name,), {ReconciliationFinished: _finished}, {}),
)
