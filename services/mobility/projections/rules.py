"""What the facts of rules, retained relations and reconciliations make of their rows."""

from services.mobility.domain.reconciliation.decider import ReconciliationFinished
from services.mobility.domain.retained_relation import events as retained
from services.mobility.domain.transfer_rules.decider import TransferRulesAdopted
from services.mobility.projections.rows import RowOf
from services.mobility.projections.rules_tables import RECONCILIATIONS, RETAINED, TRANSFER_RULES
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange


def _adopted(event: TransferRulesAdopted, _: Fact) -> list[RowChange]:
    row = event.model_dump()
    return [Put("transfer_rules", (event.area_code, event.rules_version), row)]


_RETENTION = RowOf(RETAINED)


def _retained(event: retained.RelationRetained, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"member_id", "committee_id", "kind", "since", "limit_on"})
    turn = {"holder_id": event.committee_id, "task": "keep_contact", "due_at": event.contact_due_at}
    return [_RETENTION.put(event, fact, **row, **turn, open=True, contacts=0, overdue=False)]


_NOBODY = {"holder_id": None, "task": None, "due_at": None, "open": False, "overdue": False}


def _finished(event: ReconciliationFinished, fact: Fact) -> list[RowChange]:
    row = event.model_dump(exclude={"mismatches", "next_due_at"}) | {"version": fact.version}
    row |= {"mismatches": [one.model_dump(mode="json") for one in event.mismatches]}
    return [Put("reconciliations", (event.run_id,), row)]


RULES = (
    Projection("transfer_rules", 2, (TRANSFER_RULES.name,), {TransferRulesAdopted: _adopted}, {}),
    Projection(
        "retained_relations",
        1,
        (RETAINED.name,),
        {
            retained.RelationRetained: _retained,
            retained.RetentionContactRecorded: _RETENTION.sets(
                {"overdue": False}, contacts="number", last_contact_on="contacted_on", due_at="next_due_at"
            ),
            retained.RetentionContactOverdue: _RETENTION.sets({"overdue": True}),
            retained.RetentionLimitReached: _RETENTION.sets(
                {"task": "decide_retention"}, holder_id="committee_id", due_at="decide_by"
            ),
            retained.RetentionEnded: _RETENTION.sets(
                _NOBODY, reason="reason", decision="decision", decided_by="decided_by", decided_on="decided_on"
            ),
            retained.RetentionLapsed: _RETENTION.sets(_NOBODY, reason="reason"),
        },
        {},
    ),
    Projection("reconciliations", 1, (RECONCILIATIONS.name,), {ReconciliationFinished: _finished}, {}),
)
