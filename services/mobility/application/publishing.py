"""Which events of mobility others learn of. The rest (member cases, letter series, the ledger's rows) is private."""

from services.mobility.application.care_publishing import CARE_PUBLISHED
from services.mobility.domain.reconciliation.decider import ReconciliationDue, ReconciliationFinished
from services.mobility.domain.retained_relation import events as retained
from services.mobility.domain.transfer import events as transfer
from services.mobility.domain.transfer_rules.decider import TransferRulesAdopted
from services.mobility.processes.relocation import events as relocation
from shared.contracts import mobility as public
from shared.eventstore.publishing import publishing


def _finished(event: ReconciliationFinished) -> public.ReconciliationFinished:
    found = event.model_dump(exclude={"mismatches"}) | {"mismatches": len(event.mismatches)}
    return public.ReconciliationFinished.model_validate(found)


PUBLISH = publishing(
    {
        transfer.TransferRequested: public.TransferRequested,
        transfer.TransferApproved: public.TransferApproved,
        transfer.LetterIssued: public.LetterIssued,
        transfer.LetterVoided: public.LetterVoided,
        transfer.LetterReissued: public.LetterReissued,
        transfer.TransferAccepted: public.TransferAccepted,
        transfer.TransferRejected: public.TransferRejected,
        transfer.TransferWithdrawn: public.TransferWithdrawn,
        transfer.TransferExpired: public.TransferExpired,
        transfer.TransferClosed: public.TransferClosed,
        transfer.TransferResent: public.TransferResent,
        transfer.TransferLapsed: public.TransferLapsed,
        transfer.ReceiptReturned: public.ReceiptReturned,
        transfer.TransferCompleted: public.TransferCompleted,
        transfer.VoidAcknowledged: public.VoidAcknowledged,
        transfer.TransferHeld: public.TransferHeld,
        transfer.CommitteeAccepted: public.CommitteeAccepted,
        transfer.BranchAssigned: public.BranchAssigned,
        transfer.MemberTransferredOut: public.MemberTransferredOut,
        transfer.MembershipInDoubt: public.MembershipInDoubt,
        transfer.TransferClassified: public.TransferClassified,
        transfer.HolderChanged: public.HolderChanged,
        transfer.CaseOverdue: public.CaseOverdue,
        transfer.CaseEscalated: public.CaseEscalated,
        TransferRulesAdopted: public.TransferRulesAdopted,
        retained.RelationRetained: public.RelationRetained,
        retained.RetentionContactOverdue: public.RetentionContactOverdue,
        retained.RetentionLimitReached: public.RetentionLimitReached,
        retained.RetentionEnded: public.RetentionEnded,
        retained.RetentionLapsed: public.RetentionLapsed,
        ReconciliationDue: public.ReconciliationDue,
        ReconciliationFinished: _finished,
        relocation.PartyRetried: public.PartyRetried,
        relocation.PartyAcknowledged: public.PartyAcknowledged,
        relocation.PropagationLate: public.PropagationLate,
        relocation.RelocationPropagated: public.RelocationPropagated,
        **CARE_PUBLISHED,
    }
)
