"""Which events of mobility others learn of. The rest (member cases, letter series, the ledger's rows) is private."""

from services.mobility.application.care_publishing import CARE_PUBLISHED
from services.mobility.domain.transfer import events as transfer
from services.mobility.processes.relocation import events as relocation
from shared.contracts import mobility as public
from shared.eventstore.publishing import publishing

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
        transfer.ReceiptReturned: public.ReceiptReturned,
        transfer.TransferCompleted: public.TransferCompleted,
        transfer.HolderChanged: public.HolderChanged,
        transfer.CaseOverdue: public.CaseOverdue,
        transfer.CaseEscalated: public.CaseEscalated,
        relocation.PartyAcknowledged: public.PartyAcknowledged,
        relocation.PropagationLate: public.PropagationLate,
        relocation.RelocationPropagated: public.RelocationPropagated,
        **CARE_PUBLISHED,
    }
)
