"""Proposed temporary branches, and the rules of care, as rows."""

from services.mobility.domain.care_rules.decider import CareRulesAdopted
from services.mobility.domain.collective import decider as collective
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange


def _branch_proposed(event: collective.TemporaryBranchProposed, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"proposal_id", "body_id", "area_code", "place", "due_at"})
    answer = dict.fromkeys(("agreed", "consulted_id", "text", "decided_at"))
    members = {"member_ids": list(event.member_ids), "version": fact.version}
    return [Put("branch_proposals", (event.proposal_id,), row | answer | members)]


def _branch_decided(event: collective.TemporaryBranchDecided, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"proposal_id", "agreed", "consulted_id", "text", "decided_at"})
    return [Put("branch_proposals", (event.proposal_id,), row | {"version": fact.version})]


def _adopted(event: CareRulesAdopted, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"area_code", "effective_from", "source_document", "adopted_by"})
    row |= {"rules_version": event.rules_version, "rules": event.rules.model_dump(mode="json"), "version": fact.version}
    return [Put("care_rules", (event.area_code, event.rules_version), row)]


CARE_PROPOSALS_PROJECTIONS = (
    Projection(
        "branch-proposals",
        1,
        ("branch_proposals",),
        {
            collective.TemporaryBranchProposed: _branch_proposed,
            collective.TemporaryBranchDecided: _branch_decided,
        },
        {},
    ),
    Projection("care-rules", 1, ("care_rules",), {CareRulesAdopted: _adopted}, {}),
)
