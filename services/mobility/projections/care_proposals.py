"""Proposed temporary branches, and the rules of care, as rows."""

from services.mobility.domain.care_rules.decider import CareRulesAdopted
from services.mobility.domain.collective import decider as collective
from services.mobility.projections import care_tables as tables
from services.mobility.projections.rows import RowOf
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange

_PROPOSAL = RowOf(tables.BRANCH_PROPOSALS)


def _branch_proposed(event: collective.TemporaryBranchProposed, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"proposal_id", "body_id", "area_code", "place", "due_at"})
    answer = dict.fromkeys(("agreed", "consulted_id", "text", "decided_at", "escalated_to"))
    return [_PROPOSAL.put(event, fact, **row, **answer, member_ids=list(event.member_ids))]


def _adopted(event: CareRulesAdopted, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"area_code", "effective_from", "source_document", "adopted_by"})
    row |= {"rules_version": event.rules_version, "rules": event.rules.model_dump(mode="json"), "version": fact.version}
    return [Put("care_rules", (event.area_code, event.rules_version), row)]


CARE_PROPOSALS_PROJECTIONS = (
    Projection(
        "branch-proposals",
        2,
        ("branch_proposals",),
        {
            collective.TemporaryBranchProposed: _branch_proposed,
            collective.TemporaryBranchOverdue: _PROPOSAL.sets(escalated_to="superior_id"),
            collective.TemporaryBranchDecided: _PROPOSAL.sets(
                {"escalated_to": None},
                agreed="agreed",
                consulted_id="consulted_id",
                text="text",
                decided_at="decided_at",
            ),
        },
        {},
    ),
    Projection("care-rules", 1, ("care_rules",), {CareRulesAdopted: _adopted}, {}),
)
